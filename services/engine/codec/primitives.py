"""Avro's longs, strings and optional strings, read and passed over in place.

Only the plainest way of writing each is taken, the one in which equal values have equal bytes: no length that goes on
in bytes that add nothing, no branch of a union that there is not. Everything else is a KeyError, and running off the
end an IndexError: whoever calls leaves those bytes to fastavro.
Source: Apache Avro specification, "Binary encoding".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

__all__ = [
    "BOOLEANS",
    "encode_long",
    "encode_text",
    "past_optional_text",
    "past_text",
    "read_long",
    "read_optional_long",
    "symbols",
    "text_at",
    "text_span",
    "write_long",
]

#: What a boolean is, by its byte.
BOOLEANS: Final = {0: False, 1: True}

_MORE: Final = 127
_TEXT_BRANCH: Final = 2
_LAST_SHIFT: Final = 56
_REMEMBERED: Final = 1 << 13


def read_long(source: bytes, place: int) -> tuple[int, int]:
    """Read an int or a long; return it and the place after it.

    One that takes a tenth byte is not read, and bytes that add nothing are.
    """
    byte = source[place]
    place += 1
    if byte <= _MORE:
        return byte >> 1 ^ -(byte & 1), place
    value, shift = byte & _MORE, 7
    while True:
        byte = source[place]
        place += 1
        if byte <= _MORE:
            value |= byte << shift
            return value >> 1 ^ -(value & 1), place
        value |= (byte & _MORE) << shift
        shift += 7
        if shift > _LAST_SHIFT:
            raise KeyError(place)


def read_optional_long(source: bytes, place: int) -> int | None:
    """Read a union of null and a long, whose branch is known to be one of the two."""
    return read_long(source, place + 1)[0] if source[place] else None


def past_text(source: bytes, place: int) -> int:
    """Return the place after a string; it may lie after the end of the bytes."""
    return text_span(source, place)[1]


def past_optional_text(source: bytes, place: int) -> int:
    """Return the place after a union of null and a string; it may lie after the end of the bytes."""
    branch = source[place]
    if not branch:
        return place + 1
    if branch != _TEXT_BRANCH:
        raise KeyError(place)
    return text_span(source, place + 1)[1]


def text_at(source: bytes, place: int) -> str | None:
    """Return what a union of null and a string holds."""
    if not source[place]:
        return None
    start, end = text_span(source, place + 1)
    return source[start:end].decode()


def text_span(source: bytes, place: int) -> tuple[int, int]:
    """Return where a string's characters begin and end."""
    size = source[place]
    place += 1
    if size > _MORE:
        size &= _MORE
        shift = 7
        while True:
            more = source[place]
            place += 1
            size |= (more & _MORE) << shift
            shift += 7
            if more <= _MORE:
                break
        if not more:
            raise KeyError(place)
    if size & 1:
        raise KeyError(place)
    return place, place + (size >> 1)


def symbols(enumeration: Mapping[str, Any]) -> dict[int, str]:
    """Return an enumeration's symbols by their byte; it has no more than 64."""
    return {2 * place: symbol for place, symbol in enumerate(enumeration["symbols"])}


def encode_long(number: int) -> bytes:
    """Return an Avro int or long: zigzag, seven bits a byte, the lowest first."""
    rest = number << 1 if number >= 0 else (-number << 1) - 1
    out = bytearray()
    while rest > _MORE:
        out.append(rest & _MORE | 128)
        rest >>= 7
    out.append(rest)
    return bytes(out)


#: Of lengths, versions and places.
_SMALL: Final = [encode_long(number) for number in range(_REMEMBERED)]


def write_long(number: int) -> bytes:
    """Do as `encode_long`, for numbers that are small or come again."""
    return _SMALL[number] if 0 <= number < _REMEMBERED else _write_large(number)


@lru_cache(_REMEMBERED)
def _write_large(number: int) -> bytes:
    return encode_long(number)


def encode_text(text: str) -> bytes:
    """Return an Avro string."""
    encoded = text.encode()
    return write_long(len(encoded)) + encoded
