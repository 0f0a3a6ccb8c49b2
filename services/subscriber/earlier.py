"""Reads the retractions of a stretch of a feed that a copy has taken in before."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from creditbus.services.domain.evidence.retraction import Retraction
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.topic_reader import read_partitions
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.query.retractions import RetractionFinder
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["EarlierRetractions"]


class EarlierRetractions:
    """See `reporting.Earlier`.

    Args:
        connection: the bus.
        topic: of the feed.
        client_id: as of `FeedReader`.

    """

    def __init__(self, connection: Connection, topic: str, client_id: str | None = None) -> None:
        self._servers = connection.bootstrap_servers
        self._topic = topic
        self._client_id = client_id
        self._finder = RetractionFinder(Schemas(SchemaRegistry(connection.registry_url)))

    async def __call__(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> AsyncGenerator[list[Retraction]]:
        """Yield those from an offset of each partition up to another one; what has expired meanwhile is not there.

        A copy that began from a snapshot reads what the feed holds first, which is what retention deletes next: where
        that was faster, it is read again from where the feed begins now, and some may come twice.

        Raises:
            DependencyDownError: a server does not answer.
            UserError: a record cannot be decoded.

        """
        places = {Partition(self._topic, number): start for number, start in starts.items()}
        while places:
            try:
                async with aclosing(self._up_to(places, ends)) as pieces:
                    async for piece in pieces:
                        yield piece
            except OffsetOutOfRangeError:
                continue
            except KafkaError as error:
                raise DependencyDownError("kafka", f"{self._servers}: {type(error).__name__}") from error
            return

    async def _up_to(
        self, places: Mapping[Partition, int], ends: Mapping[int, int]
    ) -> AsyncGenerator[list[Retraction]]:
        async with aclosing(read_partitions(self._servers, places, client_id=self._client_id)) as chunks:
            async for chunk in chunks:
                wanted = [one for one in chunk.records if one.offset < ends[one.partition]]
                yield await self._finder.among(wanted)
                if all(at >= ends[one.partition] for one, at in chunk.positions.items()):
                    return
