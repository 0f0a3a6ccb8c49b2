"""In which of the two languages a command speaks: `--lang`, else LC_ALL, LC_MESSAGES, LANG in the order of POSIX."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar

from creditbus.services.cli.messages import common as messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import LANGUAGES, Language, Message, in_language

__all__ = ["by_environment", "choose", "chosen", "language", "listed", "spoken", "taken_out"]

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
    _chosen.set(known.get(name))
    if name not in known:
        raise ConfigurationError(
            _OPTION, messages.NOT_A_LANGUAGE(name=name), messages.ONE_OF_2(languages=", ".join(LANGUAGES))
        )


def language() -> Language:
    """Return the language that is spoken."""
    return _chosen.get() or by_environment()


def spoken(text: Message | str, **values: object) -> str:
    """Return a message, or a `Text`, in the language that is spoken.

    Args:
        text: a message, which is filled in, or what may be a `Text`; a plain `str` comes back as it is.
        values: for the message.
    """
    return in_language(text(**values) if isinstance(text, Message) else text, language())


def listed(parts: Iterable[str], *, clauses: bool = False) -> str:
    """Join names, or whole clauses, as the language that is spoken does."""
    return spoken(messages.BETWEEN_CLAUSES if clauses else messages.BETWEEN_NAMES).join(map(spoken, parts))


def chosen(words: Sequence[str], option: str = _OPTION) -> str | None:
    """Return what the option that `taken_out` found says; None where there is none, or it has no value."""
    *_, word = words or [""]
    return word.removeprefix(f"{option}=") if word not in {"", option} else None


def taken_out(arguments: Sequence[str], name: str = _OPTION) -> tuple[list[str], list[str]]:
    """Split arguments into an option of the top level, wherever it stands, and the rest.

    What follows `--` is nobody's option.
    """
    option: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return option, [*rest, word, *left]
        if word == name:
            option += [word, *left[:1]]
            left = left[1:]
        elif word.startswith(f"{name}="):
            option.append(word)
        else:
            rest.append(word)
    return option, rest
