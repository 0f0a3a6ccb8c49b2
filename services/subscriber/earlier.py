"""Reads the retractions of a stretch of a feed that a copy has taken in before."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from creditbus.services.domain.evidence.retraction import Retraction
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.topic_reader import read_partitions
from creditbus.services.query.retractions import RetractionFinder
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["EarlierRetractions"]


class EarlierRetractions:
    """See `reporting.Earlier`.

    Args:
        connection: the bus.
        topic: of the feed.

    """

    def __init__(self, connection: Connection, topic: str) -> None:
        self._servers = connection.bootstrap_servers
        self._topic = topic
        self._finder = RetractionFinder(Schemas(SchemaRegistry(connection.registry_url)))

    async def __call__(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> AsyncGenerator[list[Retraction]]:
        """Yield those from an offset of each partition up to another one; what has expired meanwhile is not there.

        Raises:
            DependencyDownError: a server does not answer.
            UserError: a record cannot be decoded.

        """
        places = {Partition(self._topic, number): start for number, start in starts.items()}
        if not places:
            return
        async with aclosing(read_partitions(self._servers, places)) as chunks:
            async for chunk in chunks:
                wanted = [one for one in chunk.records if one.offset < ends[one.partition]]
                yield await self._finder.among(wanted)
                if all(at >= ends[one.partition] for one, at in chunk.positions.items()):
                    return
