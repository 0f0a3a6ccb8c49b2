"""In which of the two languages a command speaks: `--lang`, else LC_ALL, LC_MESSAGES, LANG in the order of POSIX."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Literal

from creditbus.topics.errors import ConfigurationError

__all__ = ["LANGUAGES", "Language", "by_environment", "choose", "counted", "language", "taken_out", "told"]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_OPTION = "--lang"

_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def by_environment(environment: Mapping[str, str] | None = None) -> Language:
    """Return the language of a locale: Chinese for `zh` in any region and encoding, else English."""
    settings = os.environ if environment is None else environment
    locale = next((settings[name] for name in _VARIABLES if settings.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def choose(name: str | None) -> None:
    """Speak this language from now on; None: the environment's.

    Raises:
        ConfigurationError: it is neither of the two.
    """
    known: dict[str | None, Language | None] = {None: None, **{one: one for one in LANGUAGES}}
    if name not in known:
        raise ConfigurationError(_OPTION, f"{name!r} is no language of ours", f"one of: {', '.join(LANGUAGES)}")
    _chosen.set(known[name])


def language() -> Language:
    """Return the language that is spoken."""
    return _chosen.get() or by_environment()


def told(zh: str, en: str) -> str:
    """Return the one of two texts that is in the language that is spoken."""
    return zh if language() == "zh" else en


def counted(count: int, noun: str) -> str:
    """Return a number of things in English; the plural ends with s."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def taken_out(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split arguments into the language option, wherever it stands, and the rest: it belongs to the top level.

    What follows `--` is nobody's option.
    """
    option: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return option, [*rest, word, *left]
        if word == _OPTION:
            option += [word, *left[:1]]
            left = left[1:]
        elif word.startswith(f"{_OPTION}="):
            option.append(word)
        else:
            rest.append(word)
    return option, rest
