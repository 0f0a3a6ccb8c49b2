"""Records of a feed as bytes, one partition after the other, and the manifests of the feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, log_bounds, read_partitions
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.evidence import messages
from creditbus.topics.city.publishing import read_records
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError
from creditbus.topics.names import feed, manifests

__all__ = ["FeedLog", "FeedPartition", "manifest_documents", "open_log"]


@dataclass(frozen=True, slots=True)
class FeedPartition:
    """A partition of a feed.

    Attributes:
        number: its number.
        begins: offset at which its log begins; above 0 retention has deleted what was before.
        ends: offset after its last record.

    """

    number: int
    begins: int
    ends: int

    @property
    def cut(self) -> bool:
        """Whether retention has deleted its beginning."""
        return self.begins > 0


@dataclass(frozen=True, slots=True)
class FeedLog:
    """A feed as it stood when it was opened."""

    topic: str
    servers: str
    partitions: tuple[FeedPartition, ...]

    async def chunks(self, partition: FeedPartition, start: int = FROM_START) -> AsyncGenerator[Sequence[Record]]:
        """Yield the records of a partition from an offset on, some thousands at a time.

        Raises:
            DependencyDownError: no broker answers, or one refuses.
            UnavailableError: retention has deleted records before they were read.

        """
        if partition.begins == partition.ends:
            return
        place = Partition(self.topic, partition.number)
        try:
            async with aclosing(read_partitions(self.servers, {place: start}, as_stage=True)) as chunks:
                async for chunk in chunks:
                    yield chunk.records
        except OffsetOutOfRangeError as error:
            at = messages.AT_PARTITION(topic=self.topic, partition=partition.number)
            raise UnavailableError(at, messages.EXPIRED_MEANWHILE(), messages.RUN_AGAIN()) from error
        except KafkaError as error:
            raise DependencyDownError("kafka", type(error).__name__) from error

    async def records(self, partition: FeedPartition, start: int = FROM_START) -> AsyncGenerator[Record]:
        """Yield the same one by one; for whoever reads every record of a long feed that costs as much as reading it."""
        async with aclosing(self.chunks(partition, start)) as chunks:
            async for chunk in chunks:
                for record in chunk:
                    yield record


async def open_log(connection: Connection, subscriber: str) -> FeedLog:
    """Look at a feed.

    Raises:
        DependencyDownError: no broker answers.
        ConfigurationError: there is no such feed.

    """
    topic = feed(subscriber)
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    bounds = await log_bounds(connection.bootstrap_servers, facts.partitions_of(topic))
    parts = (FeedPartition(one.partition, first, end) for one, (first, end) in bounds.items())
    return FeedLog(topic, connection.bootstrap_servers, tuple(sorted(parts, key=lambda one: one.number)))


def manifest_documents(connection: Connection, subscriber: str) -> list[bytes]:
    """Return the manifests of a feed as they were written, in order; none where there is no such topic.

    Raises:
        UnavailableError: no broker answers.

    """
    return [value or b"" for _, value in read_records(connection, manifests(subscriber))]
