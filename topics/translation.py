"""Finds the Chinese of an English text that was made of one of our messages.

What a reader of a source says of a row travels on the bus as one text, the English one, and so does everything that was
written before there was a Chinese one. It is recognised here by the templates of the messages that it may come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from string import Formatter
from types import ModuleType
from typing import Final

from creditbus.topics.text import Message, Text

__all__ = ["messages_of", "translated"]

_LETTER: Final = re.compile(r"[A-Za-z]")


def messages_of(*modules: ModuleType) -> tuple[Message, ...]:
    """Return the messages that modules declare, less those without a word of their own: every text may be of these."""
    declared = (value for module in modules for value in vars(module).values())
    return tuple(value for value in declared if isinstance(value, Message) and _has_words(value))


def translated(text: str, known: tuple[Message, ...]) -> Text:
    """Return a text in both languages where one of the messages makes it; any other as it is.

    Of several messages the one with the most words of its own counts. Values are translated in turn, for a message may
    stand within a message; one without a word of its own, such as "{place}: {problem}", counts only where that finds
    something.
    """
    fitting = [(message, match) for message in known if (match := _pattern(message).fullmatch(text))]
    for message, match in sorted(fitting, key=lambda one: len(_own(one[0])), reverse=True):
        values = {name: _value(value, text, known) for name, value in match.groupdict().items()}
        if _has_words(message) or any(value.zh != value for value in values.values()):
            return Text(text, _filled(message.zh, values))
    return Text(text)


def _value(value: str, around: str, known: tuple[Message, ...]) -> Text:
    """Translate a value; one that is all of the text around it would be looked at without end."""
    return translated(value, known) if len(value) < len(around) else Text(value)


def _has_words(message: Message) -> bool:
    return _LETTER.search(_own(message)) is not None


@lru_cache(maxsize=1024)
def _pattern(message: Message) -> re.Pattern[str]:
    parts, seen = [], set[str]()
    for literal, name, form, _ in Formatter().parse(message.en):
        parts.append(re.escape(literal))
        if name is None:
            continue
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
        seen.add(name)
        if form and form[0].isalpha() and len(form) > 1:  # a noun: "1 record", "2 records"
            parts.append(f" {re.escape(form)}s?")
    return re.compile("".join(parts), re.DOTALL)


def _own(message: Message) -> str:
    """Return what a message says without its values."""
    return "".join(literal for literal, *_ in Formatter().parse(message.en))


def _filled(template: str, values: Mapping[str, Text]) -> str:
    """Fill a template with texts that are formatted already."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts += [literal, "" if name is None else values[name].zh]
    return "".join(parts)
