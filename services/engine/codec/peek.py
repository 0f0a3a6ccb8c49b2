"""What profiles must see of an event, read without decoding it.

Nine of ten events are new records or duplicates; for them a few slices of the header's bytes say all
that is needed, and the rest of the event passes through as it is. For every other event the header is
read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import read_long, read_optional_long, symbols
from creditbus.services.engine.codec.scan import scan_header
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
    characters,
    check_fields,
)

__all__ = ["HeaderPeek", "HeaderPeekReader"]


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
    """Reads peeks.

    Args:
        schema: the header's Avro schema; the order of enumerations is taken from it.
        items: ids of the catalogue's items; an event of another one is read whole.

    """

    __slots__ = ("_items", "_states", "_verbs")

    def __init__(self, schema: Mapping[str, Any], items: Iterable[str]) -> None:
        check_fields(schema)
        self._items = frozenset(item.encode() for item in items)
        types = {field["name"]: field["type"] for field in schema["fields"]}
        self._verbs = symbols(types["verb"])
        self._states = symbols(types["state"])

    def read(self, value: bytes) -> HeaderPeek | None:
        """Return the peek of a framed event of the current schema; None where it must be read whole.

        That is: it was applied already, or is not written in the plainest way.
        """
        places = scan_header(value, FRAME_BYTES)
        if places is None or places[CHANGE] > 0:
            return None
        try:
            return self._read(value, places)
        except (KeyError, UnicodeDecodeError):
            return None

    def _read(self, value: bytes, places: tuple[int, ...]) -> HeaderPeek | None:
        item = _text(value, places, ITEM)
        subject = _text(value, places, SUBJECT)
        if item not in self._items or not subject.isascii():
            return None
        record = b"|".join((item, _text(value, places, AUTHORITY), _text(value, places, DOCUMENT_NO)))
        # raises where it is not a text: then the header's own reader says so
        record.decode()
        return HeaderPeek(
            item,
            self._verbs[value[places[VERB]]],
            value[places[CONTENT_HASH] : places[AUTHORITY]],
            record,
            subject,
            _text(value, places, SUBJECT_NAME),
            self._states[value[places[STATE]]],
            read_optional_long(value, places[SOURCE_TIME]),
            read_long(value, places[RECEIVED_AT])[0],
            read_long(value, places[SEQUENCE])[0],
            read_optional_long(value, places[READING]),
            _text(value, places, ORIGIN),
            value[places[ORIGIN] : places[SHEET]],
            not value[places[WARNINGS]] and not value[places[LIFTS]],
            places[END],
        )


def _text(value: bytes, places: tuple[int, ...], field: int) -> bytes:
    return characters(value, places[field], places[field + 1])
