"""What JSON leaves open and departments get wrong, decided once for files and servers: numbers, keys, constants."""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from creditbus.connectors.common import messages
from creditbus.connectors.common.titles import folded
from creditbus.topics.text import Message, Text

__all__ = ["alike", "decoder", "reason_of", "repeated", "twice"]

_MOST_DIGITS = 400
_WORDS: Final[Mapping[str, Message]] = {
    message.en: message
    for message in (
        messages.EXPECTING_VALUE,
        messages.EXPECTING_COMMA,
        messages.EXPECTING_COLON,
        messages.EXPECTING_NAME,
        messages.EXTRA_DATA,
        messages.TEXT_WITHOUT_END,
        messages.CONTROL_CHARACTER,
        messages.WRONG_ESCAPE,
        messages.WRONG_HEX_ESCAPE,
    )
}
"""What the standard library says of a text that is not JSON, by its words."""


def decoder(
    pairs: Callable[[list[tuple[str, Any]]], Any], constant: Callable[[str], Any], huge: Callable[[str], Any]
) -> json.JSONDecoder:
    """Make a decoder that keeps what the department wrote: as a binary fraction 0.1 would be something else.

    Args:
        pairs: Makes an object of its pairs of key and value.
        constant: Is given what is no JSON, such as ``NaN``.
        huge: Is given a whole number of more digits than anything has.
    """

    def integer(digits: str) -> Any:
        return int(digits) if len(digits) <= _MOST_DIGITS else huge(digits)

    return json.JSONDecoder(object_pairs_hook=pairs, parse_float=Decimal, parse_int=integer, parse_constant=constant)


def reason_of(error: json.JSONDecodeError) -> Text:
    """Say why a text is not JSON; in words of a later library, those words."""
    known = _WORDS.get(error.msg)
    return Text(error.msg, f"“{error.msg}”") if known is None else known()


def repeated(pairs: Iterable[tuple[str, Any]]) -> str | None:
    """Return the first key that stands there twice; JSON's usual readers take the last one in silence."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    return None


def twice(name: str) -> Text:
    """Say that a key stands there twice."""
    return messages.KEY_TWICE(name=name)


def alike(names: Iterable[str]) -> str:
    """Say which keys of one record differ by case alone, so that no mapping can tell them apart; empty: none."""
    spelled: dict[str, str] = {}
    for name in names:
        other = spelled.setdefault(folded(name), name)
        if other != name:
            return messages.KEYS_ALIKE(other=other, name=name)
    return ""
