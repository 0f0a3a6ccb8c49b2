"""Reads a feed from where a copy stands, and checks on the way that nothing is missing or changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, NamedTuple

from aiokafka.errors import OffsetOutOfRangeError

from creditbus.services.domain.evidence.continuity import Break, BreakKind, Continuity
from creditbus.services.domain.evidence.feed_record import FeedPlace, feed_place
from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.codec.schemas import Schemas, Shape
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, log_bounds, read_partitions
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch
from creditbus.services.subscriber.decoding import Decoding
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Bounds", "FeedReader", "Reach", "Values"]

#: Of each partition the offset at which its log begins, and the one after its last record.
Bounds = Mapping[Partition, tuple[int, int]]


class Values(NamedTuple):
    """Records of a feed as they stand there, and how far the partitions went on with them."""

    records: Sequence[Record]
    moves: dict[int, Move]


class Reach(NamedTuple):
    """How far partitions of a feed were read.

    Attributes:
        positions: where reading stands in each of them.
        cut: those of which retention has deleted what they held at the place where reading began.
        first: number of the first record that was read, by partition.

    """

    positions: Mapping[int, Position]
    cut: frozenset[int]
    first: Mapping[int, int]


class FeedReader:
    """Reads one feed.

    Args:
        connection: the bus.
        topic: of the feed.
        client_id: name under which the brokers count what is read; None: that of the library.

    Attributes:
        topic: of the feed.

    """

    def __init__(self, connection: Connection, topic: str, client_id: str | None = None) -> None:
        self._servers = connection.bootstrap_servers
        self._client_id = client_id
        self.topic = topic
        self._schemas = Schemas(SchemaRegistry(connection.registry_url))
        self._decoding = Decoding(self._schemas)
        self._continuity = Continuity()
        self._cut: set[int] = set()
        self._begun: set[int] = set()
        self._may_be_cut = False
        self._first: dict[int, int] = {}
        self._positions: dict[int, Position] = {}
        self._ends: dict[int, int] = {}

    def remaining(self) -> int:
        """Return how many offsets lie before the ends that the feed had at the beginning; markers are among them."""
        return sum(max(end - self._positions[one].next_offset, 0) for one, end in self._ends.items())

    @property
    def cut(self) -> frozenset[int]:
        """The partitions of which retention has deleted what they held at the place where reading began."""
        return frozenset(self._cut)

    @property
    def reach(self) -> Reach:
        """How far it has read."""
        return Reach(dict(self._positions), self.cut, dict(self._first))

    async def bounds(self) -> Bounds:
        """Return where the feed begins and ends at present.

        Raises:
            DependencyDownError: a server does not answer.
            ConfigurationError: there is no such feed.

        """
        facts = await asyncio.to_thread(topic_facts, self._servers)
        return await log_bounds(self._servers, facts.partitions_of(self.topic))

    async def waiting(
        self, stored: Mapping[int, Position], *, cut: bool = False, bounds: Bounds | None = None
    ) -> dict[int, int]:
        """Return how many offsets each partition holds after its position; markers of transactions are among them.

        With `cut` it does not matter whether records after a position have expired. `bounds` are given by a caller that
        knows them already.

        Raises:
            BrokenFeedError: records after a position have expired.
            DependencyDownError: a server does not answer.
            ConfigurationError: there is no such feed, or it ends before a position.

        """
        found = await self.bounds() if bounds is None else bounds
        for one, (first, end) in found.items():
            position = stored.get(one.partition, AT_BEGINNING)
            if position.next_offset > end:
                raise self._ahead(one.partition, position, end)
            if position.next_offset < first and not cut:
                oldest = await self._oldest(one)
                if oldest is None or oldest > position.feed_seq + 1:
                    last = None if oldest is None else oldest - 1
                    raise BrokenFeedError(Break(one.partition, BreakKind.EXPIRED, position.feed_seq + 1, last))
        begins = {one: stored.get(one.partition, AT_BEGINNING).next_offset for one in found}
        return {one.partition: end - max(first, begins[one]) for one, (first, end) in found.items()}

    async def _oldest(self, partition: Partition) -> int | None:
        """Return the number of the oldest record of a partition; None where there is not one that says it."""
        async with aclosing(read_partitions(self._servers, {partition: FROM_START})) as chunks:
            async for chunk in chunks:
                for record in chunk.records:
                    place = feed_place(record.value or b"")
                    return None if place is None else place.sequence
        return None

    async def batches(
        self, stored: Mapping[int, Position], *, follow: bool, cut: bool = False
    ) -> AsyncGenerator[Batch]:
        """Yield what the feed holds after these positions: to its present end, or, with `follow`, for ever.

        With `follow` an empty batch comes when nothing came for half a second. With `cut` it may begin later than the
        positions, where retention has deleted what was there.

        Raises:
            BrokenFeedError: it does not go on where the copy stands.
            DependencyDownError: a server does not answer.
            ConfigurationError: there is no such feed, or it ends before a position.
            UserError: a record cannot be decoded.

        """
        async with aclosing(self.values(stored, follow=follow, cut=cut)) as chunks:
            async for chunk in chunks:
                yield Batch([self._decoding.change(record) for record in chunk.records], chunk.moves)

    async def values(
        self, stored: Mapping[int, Position], *, follow: bool, cut: bool = False, bounds: Bounds | None = None
    ) -> AsyncGenerator[Values]:
        """Yield the same as they stand in the feed, not decoded; their schemas are known (`shape`).

        With `bounds` it reads the partitions that are in them, and what they say is not asked again.

        Raises:
            BrokenFeedError, DependencyDownError, ConfigurationError, UserError: as `batches`.

        """
        starts: dict[Partition, int] = {}
        self._may_be_cut = cut
        for one, (first, end) in (await self.bounds() if bounds is None else bounds).items():
            starts[one] = self._begin(one.partition, stored.get(one.partition, AT_BEGINNING), first, end)
        # as a stage reads: a copy's first run reads all that the feed holds
        reading = read_partitions(self._servers, starts, follow=follow, as_stage=True, client_id=self._client_id)
        async with aclosing(reading) as chunks:
            try:
                async for chunk in chunks:
                    await self._schemas.learn(chunk.records)
                    self._check_all(chunk.records)
                    moves = self._moved({one.partition: at for one, at in chunk.positions.items()})
                    yield Values(chunk.records, moves)
            except OffsetOutOfRangeError as error:
                # while it was read: retention was faster
                overtaken = min(one.partition for one in error.args[0])
                number = self._positions[overtaken].feed_seq + 1
                raise BrokenFeedError(Break(overtaken, BreakKind.EXPIRED, number, None)) from error

    def _begin(self, partition: int, position: Position, first: int, end: int) -> int:
        if position.next_offset > end:
            raise self._ahead(partition, position, end)
        if position.next_offset < first:
            self._cut.add(partition)
            if first == end and not self._may_be_cut:
                # nothing is left by whose number one could see whether all of it had been read
                raise BrokenFeedError(Break(partition, BreakKind.EXPIRED, position.feed_seq + 1, None))
        self._positions[partition], self._ends[partition] = position, end
        if not (self._may_be_cut and partition in self._cut):
            self._continuity.resume(partition, position.feed_seq, position.last_hash)
        return position.next_offset if position != AT_BEGINNING else FROM_START

    def _ahead(self, partition: int, position: Position, end: int) -> ConfigurationError:
        place = messages.PARTITION_OF(topic=self.topic, partition=partition)
        problem = messages.AHEAD_OF_FEED(offset=position.next_offset, end=end)
        return ConfigurationError(place, problem, messages.OTHER_COPY())

    def decode(self, record: Record) -> dict[str, Any]:
        """Return the fields of a record that was read here.

        Raises:
            UserError: the registry does not know its schema, or the bytes do not follow it.

        """
        return self._decoding.fields(record)

    def shape(self, record: Record) -> Shape:
        """Return the schema of a record that was read here.

        Raises:
            UserError: the registry does not know it.

        """
        return self._decoding.shape(record)

    def _check_all(self, records: Sequence[Record]) -> None:
        at = 0
        while (at := self._continuity.follow(records, at)) < len(records):
            self._check(records[at])
            at += 1

    def _check(self, record: Record) -> None:
        value = record.value or b""
        place = feed_place(value)
        if place is None:
            evidence = self.decode(record)["feed"]
            place = FeedPlace(evidence["feed_seq"], evidence["previous_hash"])
        found = self._continuity.check_place(record.partition, *place, value)
        if found is not None:
            # a partition's first record here, or one after a gap that has another cause
            at_first = record.partition not in self._begun
            expired = found.kind is BreakKind.MISSING and record.partition in self._cut and at_first
            raise BrokenFeedError(replace(found, kind=BreakKind.EXPIRED) if expired else found)
        if record.partition not in self._begun:
            self._begun.add(record.partition)
            self._first[record.partition] = place.sequence

    def _moved(self, offsets: Mapping[int, int]) -> dict[int, Move]:
        moves: dict[int, Move] = {}
        for partition, offset in offsets.items():
            before = self._positions[partition]
            if offset != before.next_offset:
                moves[partition] = Move(before, Position(offset, *self._continuity.last(partition)))
                self._positions[partition] = moves[partition].after
        return moves
