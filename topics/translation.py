"""Finds the Chinese of an English text that was made of one of our messages.

What a reader of a source says of a row travels on the bus as one text, the English one, and so does everything that was
written before there was a Chinese one. It is recognised here by the templates of the messages that it may come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from types import ModuleType
from typing import Final, Self

from creditbus.topics.text import Message, Text

__all__ = ["Translator", "messages_of"]

_LETTER: Final = re.compile(r"[A-Za-z]")


def messages_of(*modules: ModuleType) -> tuple[Message, ...]:
    """Return the messages that modules declare, less those without a word of their own: every text may be of these."""
    declared = (value for module in modules for value in vars(module).values())
    return tuple(value for value in declared if isinstance(value, Message) and _LETTER.search(_own(value.en)))


@dataclass(frozen=True, slots=True)
class _Form:
    """What texts of one message look like in English, and its Chinese template."""

    zh: str
    own: str
    """What the message says without its values."""
    longest: str
    """The longest piece of it: to look for that first costs a tenth of the pattern."""
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, message: Message) -> Self:
        longest = max((literal for literal, *_ in Formatter().parse(message.en)), key=len, default="")
        return cls(message.zh, _own(message.en), longest, _pattern(message.en))

    @property
    def has_words(self) -> bool:
        return _LETTER.search(self.own) is not None


class Translator:
    """Translates texts that were made of some messages.

    Args:
        known: the messages.

    """

    def __init__(self, known: Iterable[Message]) -> None:
        # of several messages that fit, the one with the most words of its own counts
        self._forms = sorted(map(_Form.of, known), key=lambda form: len(form.own), reverse=True)

    def translated(self, text: str) -> Text:
        """Return a text in both languages where one of the messages makes it; any other as it is.

        Values are translated in turn, for a message may stand within a message; one without a word of its own, such as
        "{place}: {problem}", counts only where that finds something.
        """
        for form in self._forms:
            if form.longest in text and (match := form.pattern.fullmatch(text)):
                values = {name: self._value(value, text) for name, value in match.groupdict().items()}
                if form.has_words or any(value.zh != value for value in values.values()):
                    return Text(text, _filled(form.zh, values))
        return Text(text)

    def _value(self, value: str, around: str) -> Text:
        """Translate a value; one that is all of the text around it would be looked at without end."""
        return self.translated(value) if len(value) < len(around) else Text(value)


def _pattern(template: str) -> re.Pattern[str]:
    parts, seen = [], set[str]()
    for literal, name, form, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is None:
            continue
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
        seen.add(name)
        if form and form[0].isalpha() and len(form) > 1:  # a noun: "1 record", "2 records"
            parts.append(f" {re.escape(form)}s?")
    return re.compile("".join(parts), re.DOTALL)


def _own(template: str) -> str:
    return "".join(literal for literal, *_ in Formatter().parse(template))


def _filled(template: str, values: Mapping[str, Text]) -> str:
    """Fill a template with texts that are formatted already."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts += [literal, "" if name is None else values[name].zh]
    return "".join(parts)
