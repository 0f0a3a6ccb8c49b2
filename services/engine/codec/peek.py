"""What profiles must see of an event, read without decoding it.

Nine of ten events are new records or duplicates; for them a few slices of the header's bytes say all
that is needed, and the rest of the event passes through as it is. For every other event the header is
read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import symbols
from creditbus.services.engine.codec.scan import peek_fields
from creditbus.services.engine.codec.scan.places import check_fields

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
        # not the tuple's exact type: compiled, all of it would be checked and copied twice
        fields: tuple[Any, ...] | None = peek_fields(value, FRAME_BYTES)
        if fields is None:
            return None
        item, verb, state = fields[0], self._verbs.get(fields[1]), self._states.get(fields[6])
        if item not in self._items or verb is None or state is None:
            return None
        return HeaderPeek(
            item,
            verb,
            fields[2],
            fields[3],
            fields[4],
            fields[5],
            state,
            fields[7],
            fields[8],
            fields[9],
            fields[10],
            fields[11],
            fields[12],
            fields[13],
            fields[14],
        )
