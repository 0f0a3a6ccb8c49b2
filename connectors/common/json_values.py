"""What JSON leaves open and departments get wrong, decided once for files and servers: numbers, keys, constants."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from creditbus.connectors.common.titles import folded

__all__ = ["alike", "decoder", "repeated", "twice"]

_MOST_DIGITS = 400


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


def repeated(pairs: Iterable[tuple[str, Any]]) -> str | None:
    """Return the first key that stands there twice; JSON's usual readers take the last one in silence."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    return None


def twice(name: str) -> str:
    """Say that a key stands there twice."""
    return f"the key {name!r} stands there twice: nobody can say which value is meant"


def alike(names: Iterable[str]) -> str:
    """Say which keys of one record differ by case alone, so that no mapping can tell them apart; empty: none."""
    spelled: dict[str, str] = {}
    for name in names:
        other = spelled.setdefault(folded(name), name)
        if other != name:
            return f"the keys {other!r} and {name!r} differ by case alone"
    return ""
