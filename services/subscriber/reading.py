"""Reads a feed from where a copy stands, and checks on the way that nothing is missing or changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from creditbus.services.domain.framing import schema_id
from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, log_bounds, read_partitions
from creditbus.services.query.continuity import Break, BreakKind, Continuity
from creditbus.services.query.decoding import decoded
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.services.subscriber.table_model import TableModel, table_model
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Batch", "FeedReader"]


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """What was read at once.

    Attributes:
        changes: decoded records, each with the table that its schema asks for.
        moves: of the partitions in which the feed went on, with or without records.

    """

    changes: list[tuple[TableModel, dict[str, Any]]]
    moves: dict[int, Move]


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
        self._cut: dict[int, int] = {}
        self._positions: dict[int, Position] = {}
        self._ends: dict[int, int] = {}

    def remaining(self) -> int:
        """Return how many offsets lie before the ends that the feed had at the beginning; markers are among them."""
        return sum(max(end - self._positions[one].next_offset, 0) for one, end in self._ends.items())

    async def batches(self, stored: Mapping[int, Position], *, follow: bool) -> AsyncGenerator[Batch]:
        """Yield what the feed holds after these positions: to its present end, or, with `follow`, for ever.

        With `follow` an empty batch comes when nothing came for half a second.

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
        for one in partitions:
            starts[one] = self._begin(one.partition, stored.get(one.partition, AT_BEGINNING), *bounds[one])
        async for chunk in read_partitions(self._servers, starts, follow=follow):
            await self._schemas.learn(chunk.records)
            changes = [self._change(record) for record in chunk.records]
            yield Batch(changes, self._moved({one.partition: at for one, at in chunk.positions.items()}))

    def _begin(self, partition: int, position: Position, first: int, end: int) -> int:
        if position.next_offset > end:
            place = messages.PARTITION_OF(topic=self._topic, partition=partition)
            problem = messages.AHEAD_OF_FEED(offset=position.next_offset, end=end)
            raise ConfigurationError(place, problem, messages.OTHER_COPY())
        if position.next_offset < first:
            self._cut[partition] = first
            if first == end:
                # nothing is left by whose number one could see whether all of it had been read
                raise BrokenFeedError(Break(partition, BreakKind.EXPIRED, position.feed_seq + 1, None))
        self._positions[partition], self._ends[partition] = position, end
        self._continuity.resume(partition, position.feed_seq, position.last_hash)
        return position.next_offset if position != AT_BEGINNING else FROM_START

    def _change(self, record: Record) -> tuple[TableModel, dict[str, Any]]:
        fields = decoded(self._schemas, record)
        found = self._continuity.check(record.partition, fields["feed"], record.value or b"")
        if found is not None:
            expired = found.kind is BreakKind.MISSING and record.partition in self._cut
            raise BrokenFeedError(replace(found, kind=BreakKind.EXPIRED) if expired else found)
        self._cut.pop(record.partition, None)
        number = schema_id(record.value)
        model = self._models.get(number)
        if model is None:
            shape = self._schemas.shapes[number]
            assert shape is not None  # noqa: S101 -- for the type checker: the record was decoded by it
            model = self._models[number] = table_model(fields["record"]["item"], shape.writer)
        return model, fields

    def _moved(self, offsets: Mapping[int, int]) -> dict[int, Move]:
        moves: dict[int, Move] = {}
        for partition, offset in offsets.items():
            before = self._positions[partition]
            if offset != before.next_offset:
                moves[partition] = Move(before, Position(offset, *self._continuity.last(partition)))
                self._positions[partition] = moves[partition].after
        return moves
