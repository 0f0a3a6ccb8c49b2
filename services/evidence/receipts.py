"""Which retractions of a feed its subscriber has not confirmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from creditbus.avro_schemas import receipt_schema
from creditbus.services.domain.evidence.retraction import OpenRetractions, Retraction
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, log_bounds, read_partitions
from creditbus.services.query.retractions import RetractionFinder
from creditbus.topics.connection import Connection
from creditbus.topics.names import acks, feed
from creditbus.topics.registry import SchemaRegistry

__all__ = ["ReceiptStanding", "ReceiptWatch"]

_RECEIPT: Final = parsed(receipt_schema())


@dataclass(frozen=True, slots=True)
class ReceiptStanding:
    """How far a subscriber has confirmed the retractions of its feed.

    Attributes:
        subscriber: its id.
        at_ms: the moment, in milliseconds since 1970 UTC.
        retractions: how many of the feed were looked at.
        unconfirmed: those that it has not confirmed, the oldest first.
        foreign: records on its topic of receipts that are none of its receipts.

    """

    subscriber: str
    at_ms: int
    retractions: int
    unconfirmed: tuple[Retraction, ...]
    foreign: int

    @property
    def oldest_seconds(self) -> float:
        """For how long the oldest of them waits; 0 where all are confirmed."""
        return self.waiting_seconds(self.unconfirmed[0]) if self.unconfirmed else 0.0

    def waiting_seconds(self, one: Retraction) -> float:
        """For how long a retraction has stood in the feed; 0 where the clocks differ by more."""
        return max(self.at_ms - one.written_ms, 0) / 1000


class _Receipt(NamedTuple):
    partition: int
    feed_seq: int
    event_id: str


@dataclass(slots=True)
class _Seen:
    """What was read so far."""

    open: OpenRetractions = field(default_factory=OpenRetractions)
    foreign: int = 0
    positions: dict[Partition, int] = field(default_factory=dict)


class ReceiptWatch:
    """Looks at one subscriber, again and again; after the first time only what has come since is read.

    Args:
        connection: the bus.
        subscriber: its id.

    """

    def __init__(self, connection: Connection, subscriber: str) -> None:
        self._servers = connection.bootstrap_servers
        self._subscriber = subscriber
        self._schemas = Schemas(SchemaRegistry(connection.registry_url))
        self._finder = RetractionFinder(self._schemas)
        self._seen = _Seen()

    async def look(self, clock: Callable[[], float] = time.time) -> ReceiptStanding:
        """Read on, and return how it stands. After an error the next look reads the same again.

        Args:
            clock: the present moment, in seconds since 1970 UTC.

        Raises:
            DependencyDownError: a server does not answer.
            ConfigurationError: the feed or the topic of its receipts is not there.
            UserError: a record of the feed cannot be decoded.

        """
        facts = await asyncio.to_thread(topic_facts, self._servers)
        own = facts.partitions_of(acks(self._subscriber))
        of_feed = facts.partitions_of(feed(self._subscriber))
        bounds = await log_bounds(self._servers, [*own, *of_feed])
        seen = self._seen
        if any(seen.positions.get(place, 0) > end for place, (_, end) in bounds.items()):
            seen = self._seen = _Seen()  # the topics were made again
        # receipts first: each of them is then for a retraction that the feed holds already
        said, places = await self._read(own)
        receipts = [self._receipt(record) for record in said]
        found, further = await self._retractions(of_feed)
        seen.positions |= places | further
        seen.foreign += receipts.count(None)
        seen.open.add(found)
        for receipt in receipts:
            if receipt is not None:
                seen.open.confirm(*receipt)
        seen.open.expire({place.partition: bounds[place][0] for place in of_feed})
        unconfirmed = tuple(seen.open.oldest_first())
        return ReceiptStanding(self._subscriber, int(clock() * 1000), seen.open.seen, unconfirmed, seen.foreign)

    async def _read(self, places: Sequence[Partition]) -> tuple[list[Record], dict[Partition, int]]:
        records, positions = list[Record](), dict[Partition, int]()
        starts = {place: self._seen.positions.get(place, FROM_START) for place in places}
        async with aclosing(read_partitions(self._servers, starts)) as chunks:
            async for chunk in chunks:
                records += chunk.records
                positions |= chunk.positions
        await self._schemas.learn(records)
        return records, positions

    async def _retractions(self, places: Sequence[Partition]) -> tuple[list[Retraction], dict[Partition, int]]:
        found, positions = list[Retraction](), dict[Partition, int]()
        starts = {place: self._seen.positions.get(place, FROM_START) for place in places}
        async with aclosing(read_partitions(self._servers, starts)) as chunks:
            async for chunk in chunks:
                found += await self._finder.among(chunk.records)
                positions |= chunk.positions
        return found, positions

    def _receipt(self, record: Record) -> _Receipt | None:
        """Return what a record confirms; None: a subscriber may write what it likes, and this is not a receipt."""
        value = record.value or b""
        try:
            shape = self._schemas.shapes[schema_id(value)]
            fields = read_record(value, None if shape is None else shape.writer, _RECEIPT, to_the_end=True)
        except (FrameError, UndecodableError, LookupError):
            return None
        if fields["subscriber"] != self._subscriber:
            return None
        return _Receipt(fields["partition"], fields["feed_seq"], fields["event_id"])
