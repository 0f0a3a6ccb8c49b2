"""See the package: the same as `_compiled`, in Python.

Only the plainest way of writing each field is taken, the one in which equal values have equal bytes. Everything else,
and a string of a mebibyte or more, is left to fastavro. Source: Apache Avro specification, "Binary encoding".
"""

from __future__ import annotations

from typing import Final

from creditbus.services.engine.codec.primitives import read_long, read_optional_long
from creditbus.services.engine.codec.scan.places import (
    AUTHORITY,
    CHANGE,
    CONTENT_HASH,
    DOCUMENT_NO,
    END,
    ITEM,
    LIFTS,
    ORIGIN,
    READING,
    RECEIVED_AT,
    SEQUENCE,
    SHEET,
    SOURCE_TIME,
    STATE,
    SUBJECT,
    SUBJECT_NAME,
    VERB,
    WARNINGS,
    PeekFields,
    characters,
)

__all__ = ["peek_fields", "pick_texts", "scan_header"]

_MORE: Final = 127
_LONGEST_TEXT: Final = 3
_LONGEST_LONG: Final = 9
_IDENTITY_BYTES: Final = 16
_MOST_WANTED: Final = 32
_TEXTS_BEFORE_KIND: Final = 5
_PLACES: Final = 4
_NOT_APPLIED: Final = (-1,) * 11
_TEXTS_OF_CONSENT: Final = 2


class _UnusualError(Exception):
    """Fastavro must look."""


def scan_header(value: bytes, start: int) -> tuple[int, ...] | None:
    """Return where each field of the header that begins at `start` stands; None where fastavro must look.

    The places are those of `places`: 25 for the header with its end, 11 for what profiles decided, -1 where they have
    not. Symbols of enumerations are not looked up: the views have them.
    """
    try:
        places = _scan(value, start)
    except (IndexError, _UnusualError):
        return None
    return places if places[24] <= len(value) else None


def peek_fields(value: bytes, start: int) -> PeekFields | None:
    """Return what `HeaderPeek` holds of the header that begins at `start`; None where it must be read whole.

    That is: it was applied already, is not written in the plainest way, or its subject or its record is not a text.
    """
    places = scan_header(value, start)
    if places is None or places[CHANGE] > 0:
        return None
    subject = _text(value, places, SUBJECT)
    record = b"|".join((_text(value, places, ITEM), _text(value, places, AUTHORITY), _text(value, places, DOCUMENT_NO)))
    try:
        # raises where it is not a text: then the header's own reader says so
        record.decode()
    except UnicodeDecodeError:
        return None
    if not subject.isascii():
        return None
    return (
        _text(value, places, ITEM),
        value[places[VERB]],
        value[places[CONTENT_HASH] : places[AUTHORITY]],
        record,
        subject,
        _text(value, places, SUBJECT_NAME),
        value[places[STATE]],
        read_optional_long(value, places[SOURCE_TIME]),
        read_long(value, places[RECEIVED_AT])[0],
        read_long(value, places[SEQUENCE])[0],
        read_optional_long(value, places[READING]),
        _text(value, places, ORIGIN),
        value[places[ORIGIN] : places[SHEET]],
        not value[places[WARNINGS]] and not value[places[LIFTS]],
        places[END],
    )


def pick_texts(value: bytes, place: int, count: int, wanted: tuple[int, ...]) -> tuple[bytes, ...] | None:
    """Return some of the optional strings that follow each other to the end of a value, as UTF-8.

    Args:
        value: the bytes.
        place: where the first string begins.
        count: how many there are.
        wanted: numbers of those that are asked for, at most 32; one that there is not gives an empty text, as null
            does.

    Returns:
        None where fastavro must look: they are not written in the plainest way, do not end with the value, or one that
        is asked for is not a text.

    """
    if place < 0 or len(wanted) > _MOST_WANTED:
        return None
    texts: dict[int, bytes] = {}
    try:
        for number in range(count):
            after = _past_text(value, place + 1) if _holds(value, place) else place + 1
            if number in wanted and value[place]:
                texts[number] = characters(value, place + 1, after)
                # raises where it is not a text
                texts[number].decode()
            place = after
    except (IndexError, UnicodeDecodeError, _UnusualError):
        return None
    return tuple(texts.get(number, b"") for number in wanted) if place == len(value) else None


def _text(value: bytes, places: tuple[int, ...], field: int) -> bytes:
    return characters(value, places[field], places[field + 1])


def _scan(value: bytes, place: int) -> tuple[int, ...]:
    places = [place]
    place = _past_text(value, place)
    places.append(place)
    place = _past_symbol(value, place)
    places += [place, place + _IDENTITY_BYTES]
    place += 2 * _IDENTITY_BYTES
    for _ in range(_TEXTS_BEFORE_KIND):
        places.append(place)
        place = _past_text(value, place)
    for past in (_past_symbol, _past_symbol, _past_optional_long, _past_long, _past_long, _past_optional_long):
        places.append(place)
        place = past(value, place)
    places.append(place)
    place = _past_boolean(value, place)
    for _ in range(_PLACES):
        places.append(place)
        place = _past_text(value, place)
    for past in (_past_long, _past_long, _past_texts):
        places.append(place)
        place = past(value, place)
    places.append(place)
    if not _holds(value, place):
        return (*places, place + 1, *_NOT_APPLIED)
    place += 1
    applied = []
    for past in (_past_symbol, _past_long, _past_long, _past_symbol, _past_optional_symbol, _past_text, _past_text):
        applied.append(place)
        place = past(value, place)
    applied.append(place)
    place = _past_boolean(value, place)
    applied.append(place)
    place = _past_policy(value, place)
    applied.append(place)
    place = _past_optional_facts(value, place)
    applied.append(place)
    return (*places, _past_consents(value, place), *applied)


def _past_symbol(value: bytes, place: int) -> int:
    if value[place] > _MORE:
        raise _UnusualError
    return place + 1


def _past_optional_facts(value: bytes, place: int) -> int:
    if not _holds(value, place):
        return place + 1
    place = _past_policy(value, _past_boolean(value, _past_text(value, _past_text(value, place + 1))))
    return _past_text(value, _past_consents(value, place))


def _past_consents(value: bytes, place: int) -> int:
    return _past_texts(value, place, _TEXTS_OF_CONSENT)


def _past_policy(value: bytes, place: int) -> int:
    return _past_long(value, _past_long(value, place))


def _past_optional_symbol(value: bytes, place: int) -> int:
    return _past_symbol(value, place + 1) if _holds(value, place) else place + 1


def _past_boolean(value: bytes, place: int) -> int:
    if value[place] > 1:
        raise _UnusualError
    return place + 1


def _holds(value: bytes, place: int) -> bool:
    """Tell which branch of a union of null and something is chosen."""
    branch = value[place]
    if branch not in {0, 2}:
        raise _UnusualError
    return branch == 2  # noqa: PLR2004 -- zigzag of 1: the second branch


def _past_long(value: bytes, place: int) -> int:
    begin = place
    while value[place] > _MORE:
        place += 1
    if place - begin >= _LONGEST_LONG or (place > begin and not value[place]):
        raise _UnusualError
    return place + 1


def _past_optional_long(value: bytes, place: int) -> int:
    return _past_long(value, place + 1) if _holds(value, place) else place + 1


def _past_text(value: bytes, place: int) -> int:
    size, after = _size(value, place)
    if size & 1 or after - place > _LONGEST_TEXT:
        raise _UnusualError
    after += size >> 1
    if after > len(value):
        raise _UnusualError
    return after


def _size(value: bytes, place: int) -> tuple[int, int]:
    """Return a length as it is written, twice its value, and the place after it."""
    after = _past_long(value, place)
    size = 0
    for byte in reversed(value[place:after]):
        size = size << 7 | byte & _MORE
    return size, after


def _past_texts(value: bytes, place: int, each: int = 1) -> int:
    """Pass over an array in one block, of which each element is a number of strings."""
    if not value[place]:
        return place + 1
    count, after = _size(value, place)
    # odd: a block that states its size
    if count & 1 or after - place > _LONGEST_TEXT:
        raise _UnusualError
    for _ in range((count >> 1) * each):
        after = _past_text(value, after)
    if value[after]:
        raise _UnusualError
    return after + 1
