"""Sentences for people in both languages: a `Message` is a pair of templates, a `Text` what becomes of it.

Each package declares its messages in a module of its own named `messages`, Chinese and English next to each other. Code
fills one in and passes it on, for example as the problem of an error; the language is chosen only where the text is
shown::

    NOT_A_STAGE = Message("没有环节 {name!r}", "{name!r} is not a stage")
    raise ConfigurationError("--stage", NOT_A_STAGE(name=name), ...)

A `Text` is a `str`, the English one, so that logs, JSON and tests need not know that there is another language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final, Literal, Self, TypeVar

__all__ = ["LANGUAGES", "Language", "Message", "Text", "clauses", "in_language", "placeholders", "said_by"]

_T = TypeVar("_T")

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


class Text(str):
    """A text for a person: in English as a `str`, with the same text in Chinese as `zh`."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str | None = None) -> Self:
        """Keep both; without a Chinese text, for names and codes, the English one serves for both."""
        text = super().__new__(cls, en)
        text.zh = en if zh is None else zh
        return text


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, or a part of one, as templates in the syntax of `str.format`.

    The format `{count:record}`, a noun in place of a number format, writes a number of things in English: "1 record",
    "2,000 records". Both templates name the same values, which tests hold.
    """

    zh: str
    en: str

    def __call__(self, **values: object) -> Text:
        """Fill in both templates; a value that is a `Text` itself appears in each language."""
        chinese = {name: in_language(value, "zh") for name, value in values.items()}
        return Text(_FORMATTER.vformat(self.en, (), values), _FORMATTER.vformat(self.zh, (), chinese))


def in_language(value: _T, language: Language) -> _T | str:
    """Return the Chinese of a `Text` where Chinese is wanted; everything else as it is."""
    return value.zh if language == "zh" and isinstance(value, Text) else value


def clauses(parts: Iterable[str]) -> Text:
    """Join sentences or parts of one, each of which may be a `Text`, as each language does."""
    found = list(parts)
    return Text("; ".join(found), "；".join(in_language(part, "zh") for part in found))


def said_by(error: Exception) -> Text:
    """Return what an error says, in both languages where it was raised with a `Text` alone.

    `str(error)` makes a plain `str` of the `Text`, so whoever passes the words of an error on asks here.
    """
    said = error.args[0] if len(error.args) == 1 else None
    return said if isinstance(said, Text) else Text(str(error))


class _Nouns(Formatter):
    """Formats as `str.format` does, and counts nouns; a plural ends with s."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value; a format of letters is a noun."""
        if isinstance(value, int) and len(format_spec) > 1 and format_spec.replace(" ", "").isalpha():
            return f"{value:,} {format_spec}{'' if value == 1 else 's'}"
        return str(super().format_field(value, format_spec))


_FORMATTER: Final = _Nouns()


def placeholders(template: str) -> Mapping[str, None]:
    """Return the names of the values that a template takes, in their order."""
    return dict.fromkeys(name for _, name, _, _ in _FORMATTER.parse(template) if name is not None)
