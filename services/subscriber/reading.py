"""Reads a feed from where a copy stands, and checks on the way that nothing is missing or changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from aiokafka.errors import OffsetOutOfRangeError

from creditbus.services.domain.framing import schema_id
from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, log_bounds, read_partitions
from creditbus.services.query.continuity import Break, BreakKind, Continuity
from creditbus.services.query.decoding import decoded
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch, Change
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.services.subscriber.table_model import TableModel, table_model
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.registry import SchemaRegistry

__all__ = ["FeedReader"]


class FeedReader:
    """Reads one feed.

    Args:
        connection: the bus.
        topic: of the feed.

    """

    def __init__(self, connection: Connection, topic: str) -> None:
        self._servers = connection.bootstrap_servers
        self._topic = topic
        self._schemas = Schemas(SchemaRegistry(connection.registry_url))
        self._models: dict[int, TableModel] = {}
        self._continuity = Continuity()
        self._cut: set[int] = set()
        self._begun: set[int] = set()
        self._may_be_cut = False
        self._positions: dict[int, Position] = {}
        self._ends: dict[int, int] = {}

    def remaining(self) -> int:
        """Return how many offsets lie before the ends that the feed had at the beginning; markers are among them."""
        return sum(max(end - self._positions[one].next_offset, 0) for one, end in self._ends.items())

    @property
    def cut(self) -> frozenset[int]:
        """The partitions of which retention has deleted what they held at the place where reading began."""
        return frozenset(self._cut)

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
        facts = await asyncio.to_thread(topic_facts, self._servers)
        partitions = facts.partitions_of(self._topic)
        bounds = await log_bounds(self._servers, partitions)
        starts: dict[Partition, int] = {}
        self._may_be_cut = cut
        for one in partitions:
            starts[one] = self._begin(one.partition, stored.get(one.partition, AT_BEGINNING), *bounds[one])
        async with aclosing(read_partitions(self._servers, starts, follow=follow)) as chunks:
            try:
                async for chunk in chunks:
                    await self._schemas.learn(chunk.records)
                    changes = [self._change(record) for record in chunk.records]
                    yield Batch(changes, self._moved({one.partition: at for one, at in chunk.positions.items()}))
            except OffsetOutOfRangeError as error:
                # while it was read: retention was faster
                overtaken = min(one.partition for one in error.args[0])
                first = self._positions[overtaken].feed_seq + 1
                raise BrokenFeedError(Break(overtaken, BreakKind.EXPIRED, first, None)) from error

    def _begin(self, partition: int, position: Position, first: int, end: int) -> int:
        if position.next_offset > end:
            place = messages.PARTITION_OF(topic=self._topic, partition=partition)
            problem = messages.AHEAD_OF_FEED(offset=position.next_offset, end=end)
            raise ConfigurationError(place, problem, messages.OTHER_COPY())
        if position.next_offset < first:
            self._cut.add(partition)
            if first == end and not self._may_be_cut:
                # nothing is left by whose number one could see whether all of it had been read
                raise BrokenFeedError(Break(partition, BreakKind.EXPIRED, position.feed_seq + 1, None))
        self._positions[partition], self._ends[partition] = position, end
        if not (self._may_be_cut and partition in self._cut):
            self._continuity.resume(partition, position.feed_seq, position.last_hash)
        return position.next_offset if position != AT_BEGINNING else FROM_START

    def _change(self, record: Record) -> Change:
        fields = decoded(self._schemas, record)
        found = self._continuity.check(record.partition, fields["feed"], record.value or b"")
        if found is not None:
            # a partition's first record here, or one after a gap that has another cause
            at_first = record.partition not in self._begun
            expired = found.kind is BreakKind.MISSING and record.partition in self._cut and at_first
            raise BrokenFeedError(replace(found, kind=BreakKind.EXPIRED) if expired else found)
        self._begun.add(record.partition)
        number = schema_id(record.value)
        model = self._models.get(number)
        if model is None:
            shape = self._schemas.shapes[number]
            assert shape is not None  # noqa: S101 -- for the type checker: the record was decoded by it
            model = self._models[number] = table_model(fields["record"]["item"], shape.writer)
        return Change(model, record.partition, record.offset, fields)

    def _moved(self, offsets: Mapping[int, int]) -> dict[int, Move]:
        moves: dict[int, Move] = {}
        for partition, offset in offsets.items():
            before = self._positions[partition]
            if offset != before.next_offset:
                moves[partition] = Move(before, Position(offset, *self._continuity.last(partition)))
                self._positions[partition] = moves[partition].after
        return moves
