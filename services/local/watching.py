"""Watches records on their way: one hop for each record that a stage takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from creditbus.services.domain.ledger import Entry
from creditbus.services.local.bus import ConsumedRecord, LocalBus
from creditbus.services.local.contents import decode
from creditbus.topics import names

__all__ = ["Hop", "Sent", "header_of", "watch"]


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """One record that a stage wrote for the record that it took."""

    topic: str
    partition: int
    key: bytes | None
    record: Any
    """Decoded; its fields depend on the topic."""


@dataclass(frozen=True, slots=True, repr=False)
class Hop:
    """One record in one stage. `repr` shows nothing of it: it may speak of a person."""

    stage: str
    taken: ConsumedRecord
    record: Any
    """What was taken, decoded."""
    sent: tuple[Sent, ...]
    """In the order in which they were written; without the ledger's and the changelog's."""
    booked: tuple[tuple[Entry, int], ...]
    """What the ledger counts; a count below zero takes an earlier one back."""


def watch(bus: LocalBus) -> Iterator[Hop]:
    """Let the stages run until nothing is unread, one record at a time; give each hop when it is over.

    What the bus holds at that moment is what the hop has left there.

    Raises:
        ValueError: a record on the bus is not framed Avro.
        UnknownSchemaError: a record names a schema that nobody registered.

    """
    while busy := bus.busy():
        stage, lane = busy[0]
        taken = bus.unread(stage, lane)[0]
        out = bus.turn(stage, lane, 1)
        yield Hop(
            stage,
            taken,
            decode(bus.parts, taken.value),
            tuple(
                Sent(where.topic, where.partition, key, decode(bus.parts, value))
                for where, records in out.records.items()
                if where.topic != names.LEDGER
                for key, value in records
            ),
            tuple(out.bookings.deltas()),
        )


def header_of(record: Any) -> Mapping[str, Any] | None:
    """Return the header of a decoded record; None where it has none: a crosswalk entry, a reject, a feed's record."""
    return record.get("header") if isinstance(record, Mapping) else None
