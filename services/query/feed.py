"""A feed as its subscriber reads it, checked for completeness on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from creditbus.services.domain.evidence.continuity import Break, Continuity
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_END, FROM_START, log_bounds, read_partitions
from creditbus.services.query.decoding import decoded
from creditbus.topics.connection import Connection
from creditbus.topics.names import feed
from creditbus.topics.registry import SchemaRegistry

__all__ = ["FeedRecord", "follow_feed"]


@dataclass(frozen=True, slots=True, repr=False)
class FeedRecord:
    """One record of a feed: where it stands, and its fields."""

    partition: int
    offset: int
    fields: dict[str, Any]


async def follow_feed(
    connection: Connection, subscriber: str, continuity: Continuity, *, from_start: bool, follow: bool
) -> AsyncGenerator[FeedRecord | Break]:
    """Yield the records of a feed, from its start or from now on; without `follow` to its present end.

    What is not whole stands before the record at which it was noticed; partitions of which nothing is left, first.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: there is no such feed.
        UserError: a record cannot be decoded.

    """
    topic = feed(subscriber)
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    start = FROM_START if from_start else FROM_END
    starts: dict[Partition, int] = dict.fromkeys(facts.partitions_of(topic), start)
    if from_start:
        bounds = await log_bounds(connection.bootstrap_servers, list(starts))
        continuity.cut = {one.partition: first for one, (first, _) in bounds.items()}
        for one in (one.partition for one, (first, end) in bounds.items() if first == end):
            if (gone := continuity.gone(one)) is not None:
                yield gone
    schemas = Schemas(SchemaRegistry(connection.registry_url))
    async for chunk in read_partitions(connection.bootstrap_servers, starts, follow=follow):
        await schemas.learn(chunk.records)
        for record in chunk.records:
            fields = decoded(schemas, record)
            found = continuity.check(record.partition, fields["feed"], record.value or b"")
            if found is not None:
                yield found
            yield FeedRecord(record.partition, record.offset, fields)
