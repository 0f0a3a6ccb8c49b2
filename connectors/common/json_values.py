"""What JSON leaves open and departments get wrong, decided once for files and servers: numbers, keys, constants."""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from creditbus.connectors.common import messages
from creditbus.connectors.common.titles import folded
from creditbus.topics.text import Message, Text

__all__ = ["alike", "decoder", "is_bounded", "reason_of", "repeated", "twice"]

_MOST_DIGITS = 400
_MOST_PLACES = 64
"""Of a number that may have an exponent: a few characters more would be a gigabyte of digits."""
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
        huge: Is given a number of more digits than anything has, or with an exponent past all bounds.
    """

    def integer(digits: str) -> Any:
        return int(digits) if len(digits) <= _MOST_DIGITS else huge(digits)

    def fraction(digits: str) -> Any:
        try:
            number = Decimal(digits)
        except InvalidOperation:  # an exponent of more digits than the library's own
            return huge(digits)
        return number if is_bounded(number) else huge(digits)

    return json.JSONDecoder(object_pairs_hook=pairs, parse_float=fraction, parse_int=integer, parse_constant=constant)


def is_bounded(number: Decimal) -> bool:
    """Say whether a number can be written out in digits: who writes 1E+999999999 out takes a gigabyte."""
    return number.is_finite() and abs(number.adjusted()) <= _MOST_PLACES


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
