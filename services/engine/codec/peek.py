"""What profiles must see of an event, read without decoding it.

Nine of ten events are new records or duplicates; for them a few slices of the header's bytes say all
that is needed, and the rest of the event passes through as it is. For every other event the header is
read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from creditbus.services.engine.codec.primitives import read_long, symbols

__all__ = ["HeaderPeek", "HeaderPeekReader"]

_FRAME: Final = 5
_MORE: Final = 127


class HeaderPeek:
    """Slices of one event's header; strings stay UTF-8.

    `record` is the record's key within its subject, `origin` department, run and file as they stand
    in the header, `end` where the header ends. `plain` is false when the event carries warnings or takes acts back.
    """

    # neither a tuple nor a dataclass: compiled, their fields would be looked up by name, or set by code that is not
    __slots__ = (
        "content_hash",
        "department",
        "end",
        "item",
        "origin",
        "plain",
        "reading",
        "received_at",
        "record",
        "sequence",
        "source_time",
        "state",
        "subject",
        "subject_name",
        "verb",
    )

    def __init__(  # noqa: PLR0917 -- compiled, keywords would cost as much as the rest
        self,
        item: bytes,
        verb: str,
        content_hash: bytes,
        record: bytes,
        subject: bytes,
        subject_name: bytes,
        state: str,
        source_time: int | None,
        received_at: int,
        sequence: int,
        reading: int | None,
        department: bytes,
        origin: bytes,
        plain: bool,  # noqa: FBT001 -- a field's value
        end: int,
    ) -> None:
        self.item = item
        self.verb = verb
        self.content_hash = content_hash
        self.record = record
        self.subject = subject
        self.subject_name = subject_name
        self.state = state
        self.source_time = source_time
        self.received_at = received_at
        self.sequence = sequence
        self.reading = reading
        self.department = department
        self.origin = origin
        self.plain = plain
        self.end = end

    def __repr__(self) -> str:
        """Say nothing of what the event is about."""
        return f"<HeaderPeek {self.verb} {self.item.decode()}>"


class HeaderPeekReader:
    """Reads glances.

    Args:
        schema: the header's Avro schema; the order of enumerations is taken from it.
        items: ids of the catalogue's items; an event of another one is read whole.

    """

    __slots__ = ("_items", "_states", "_verbs")

    def __init__(self, schema: Mapping[str, Any], items: Iterable[str]) -> None:
        self._items = frozenset(item.encode() for item in items)
        types = {field["name"]: field["type"] for field in schema["fields"]}
        self._verbs = symbols(types["verb"])
        self._states = symbols(types["state"])

    def read(self, value: bytes) -> HeaderPeek | None:
        """Return the glance of a framed event of the current schema; None where it must be read whole.

        That is: it was applied already, or is not written in the plainest way.
        """
        try:
            return self._read(value)
        except (IndexError, KeyError, UnicodeDecodeError):
            return None

    def _read(self, value: bytes) -> HeaderPeek | None:  # noqa: C901, PLR0911, PLR0912, PLR0915 -- unrolled: it runs for every event
        size = value[_FRAME]
        if size > _MORE:
            return None
        place = _FRAME + 1 + (size >> 1)
        item = value[_FRAME + 1 : place]
        if item not in self._items:
            return None
        verb = self._verbs[value[place]]
        content_hash = value[place + 17 : place + 33]
        place += 33
        size = value[place]
        place += 1
        if size > _MORE:
            if value[place] > _MORE:
                return None
            size = size & _MORE | value[place] << 7
            place += 1
        authority = value[place : place + (size >> 1)]
        place += size >> 1
        size = value[place]
        place += 1
        if size > _MORE:
            if value[place] > _MORE:
                return None
            size = size & _MORE | value[place] << 7
            place += 1
        place += size >> 1
        size = value[place]
        place += 1
        if size > _MORE:
            if value[place] > _MORE:
                return None
            size = size & _MORE | value[place] << 7
            place += 1
        document_no = value[place : place + (size >> 1)]
        place += size >> 1
        size = value[place]
        if size > _MORE:
            return None
        subject = value[place + 1 : place + 1 + (size >> 1)]
        place += 1 + (size >> 1)
        size = value[place]
        place += 1
        if size > _MORE:
            if value[place] > _MORE:
                return None
            size = size & _MORE | value[place] << 7
            place += 1
        subject_name = value[place : place + (size >> 1)]
        place += size >> 1
        state = self._states[value[place + 1]]
        if value[place + 2]:
            source_time, place = read_long(value, place + 3)
        else:
            source_time = None
            place += 3
        received_at, place = read_long(value, place)
        sequence, place = read_long(value, place)
        if value[place]:
            reading, place = read_long(value, place + 1)
        else:
            reading = None
            place += 1
        lifts = value[place]
        place += 1
        start = place
        size = value[place]
        if size > _MORE:
            return None
        place += 1 + (size >> 1)
        department = value[start + 1 : place]
        for _ in range(2):
            size = value[place]
            place += 1
            if size > _MORE:
                if value[place] > _MORE:
                    return None
                size = size & _MORE | value[place] << 7
                place += 1
            place += size >> 1
        origin = value[start:place]
        size = value[place]
        place += 1
        if size > _MORE:
            if value[place] > _MORE:
                return None
            size = size & _MORE | value[place] << 7
            place += 1
        place += size >> 1
        while value[place] > _MORE:
            place += 1
        place += 1
        while value[place] > _MORE:
            place += 1
        plain = not value[place + 1]
        end = place + 3
        if plain and value[place + 2]:
            return None
        if lifts:
            plain = False
        record = b"|".join((item, authority, document_no))
        # raises where it is no text: then the header's own reader says so
        record.decode()
        if not subject.isascii() or end > len(value):
            return None
        return HeaderPeek(
            item,
            verb,
            content_hash,
            record,
            subject,
            subject_name,
            state,
            source_time,
            received_at,
            sequence,
            reading,
            department,
            origin,
            plain,
            end,
        )
