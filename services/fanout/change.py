"""A change as the feeds need it: cut where its parts begin, not decoded.

Feeds show the same texts that the event holds, in the same encoding, so most of a feed's record is slices of the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from creditbus.services.domain.event import CLAIM_FIELDS, ID_BYTES
from creditbus.services.domain.feed.disclosure import ACT_FIELDS, RETRACTED
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import (
    BOOLEANS,
    BRANCHES,
    encode_text,
    past_long,
    past_optional_text,
    past_text,
    read_long,
    symbols,
)

__all__ = ["Change", "ChangeReader"]

_CODES: Final = len(CLAIM_FIELDS)
#: An event's id and its content's hash, one after the other.
_IDENTITY_BYTES: Final = 2 * ID_BYTES
#: Length of an event id in hexadecimal, as Avro writes it.
_HEXADECIMAL: Final = b"\x40"


class Change:
    """One change.

    Attributes:
        value: the event.
        code: its subject.
        item: id of the catalogue item.
        subject_kind: kind of the subject.
        district: registered district of the subject, empty when unknown.
        retracted: whether its record is to be shown no more.
        shown: who and which, as every feed shows it: the bytes of FeedSubject and FeedRecord.
        act: where the fields of the act begin in the event, and where the last one ends.
        content: the same of the content.

    """

    __slots__ = ("act", "code", "content", "district", "item", "retracted", "shown", "subject_kind", "value")

    def __init__(  # noqa: PLR0917 -- one for every event: keyword arguments would double its cost
        self,
        value: bytes,
        code: bytes,
        item: str,
        subject_kind: str,
        district: str,
        retracted: bool,  # noqa: FBT001 -- as above
        shown: bytes,
        act: list[int],
        content: list[int],
    ) -> None:
        """See the attributes."""
        self.value = value
        self.code = code
        self.item = item
        self.subject_kind = subject_kind
        self.district = district
        self.retracted = retracted
        self.shown = shown
        self.act = act
        self.content = content


class ChangeReader:
    """Cuts events of the current schemas that profiles applied.

    Args:
        header: the header's Avro schema, its types written out; the order of enumerations is taken from it.
        contents: by item the number of its content's fields, all of them optional texts.

    """

    __slots__ = ("_changes", "_contents", "_kinds", "_previous", "_retracted", "_states", "_verbs")

    def __init__(self, header: Mapping[str, Any], contents: Mapping[str, int]) -> None:
        types = {field["name"]: field["type"] for field in header["fields"]}
        applied = {field["name"]: field["type"] for field in types["applied"][1]["fields"]}
        states = symbols(types["state"])
        self._contents = dict(contents)
        self._kinds = symbols(types["subject_kind"])
        self._verbs = _texts(symbols(types["verb"]))
        self._changes = _texts(symbols(applied["change"]))
        self._states = _texts(states)
        self._previous = {code: b"\x02" + text for code, text in self._states.items()}
        self._retracted = frozenset(code for code, state in states.items() if state in RETRACTED)

    def read(self, value: bytes) -> Change | None:
        """Return a framed event's change; None where it is not written in the plainest way, or nothing was applied."""
        try:
            return self._read(value)
        except (IndexError, KeyError, UnicodeDecodeError):
            return None

    def _read(self, value: bytes) -> Change:
        authority = past_text(value, FRAME_BYTES) + 1 + _IDENTITY_BYTES
        shown_item = value[FRAME_BYTES : authority - 1 - _IDENTITY_BYTES]
        event_id = authority - _IDENTITY_BYTES
        verb = self._verbs[value[event_id - 1]]
        code = past_text(value, past_text(value, past_text(value, authority)))
        name = past_text(value, code)
        kind = past_text(value, name)
        # behind the kind: the state that the content states, and a union
        place = kind + 3
        if BRANCHES[value[kind + 2]]:
            place = past_long(value, place)
        received = place
        place = sequence = past_long(value, received)
        place = past_long(value, place)
        place = past_long(value, place + 1) if BRANCHES[value[place]] else place + 1
        # whether it lifts, then the origin's texts
        if value[place] not in BOOLEANS:
            raise KeyError(place)
        place += 1
        for _ in range(4):
            place = past_text(value, place)
        place = _past_texts(value, past_long(value, past_long(value, place)))
        if not BRANCHES[value[place]]:
            raise KeyError(place)
        change = self._changes[value[place + 1]]
        version = place + 2
        revision = past_long(value, version)
        place = past_long(value, revision)
        revision_end = place
        state = value[place]
        place += 2
        previous = b"\x00"
        if BRANCHES[value[place - 1]]:
            previous = self._previous[value[place]]
            place += 1
        registered_name = place
        district = past_text(value, place)
        registered = past_text(value, district)
        end = registered + 1
        item = _characters(shown_item).decode()
        act, place = _past_optional_texts(value, end, len(ACT_FIELDS))
        _, place = _past_optional_texts(value, place, _CODES)
        content, place = _past_optional_texts(value, place, self._contents[item])
        if value[registered] not in BOOLEANS or place != len(value):
            raise KeyError(place)
        subject_kind = self._kinds[value[kind]]
        shown = b"".join(
            (
                value[code:name],
                value[registered_name:district] if value[registered_name] else value[name:kind],
                encode_text(subject_kind),
                value[district:end],
                value[version:revision],
                shown_item,
                value[authority:code],
                verb,
                change,
                value[revision:revision_end],
                self._states[state],
                previous,
                _HEXADECIMAL,
                value[event_id : event_id + ID_BYTES].hex().encode(),
                value[received:sequence],
            )
        )
        return Change(
            value,
            _characters(value[code:name]),
            item,
            subject_kind,
            _characters(value[district:registered]).decode(),
            state in self._retracted,
            shown,
            act,
            content,
        )


def _past_texts(value: bytes, place: int) -> int:
    """Return the place behind an array of strings in one block."""
    if not value[place]:
        return place + 1
    count, place = read_long(value, place)
    # below zero: a block that states its size
    if count < 0:
        raise KeyError(place)
    for _ in range(count):
        place = past_text(value, place)
    if value[place]:
        raise KeyError(place)
    return place + 1


def _past_optional_texts(value: bytes, place: int, count: int) -> tuple[list[int], int]:
    places = [place]
    for _ in range(count):
        place = past_optional_text(value, place)
        places.append(place)
    return places, place


def _characters(text: bytes) -> bytes:
    """Return a string's characters without their length."""
    start = 1
    while text[start - 1] > 127:  # noqa: PLR2004 -- the length goes on in another byte
        start += 1
    return text[start:]


def _texts(symbols: Mapping[int, str]) -> dict[int, bytes]:
    return {code: encode_text(symbol) for code, symbol in symbols.items()}
