"""A feed as its subscriber reads it, checked for completeness on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.reading import FROM_END, FROM_START, read_partitions
from creditbus.services.engine.registry import SchemaRegistry
from creditbus.services.engine.topic_facts import topic_facts
from creditbus.services.query.decoding import decoded
from creditbus.topics.connection import Connection

__all__ = ["Continuity", "FeedRecord", "follow_feed"]


@dataclass(frozen=True, slots=True, repr=False)
class FeedRecord:
    """One record of a feed: where it stands, and its fields."""

    partition: int
    offset: int
    fields: dict[str, Any]


@dataclass(slots=True)
class Continuity:
    """Checks that each partition's numbers are dense and its hashes chain.

    Attributes:
        records: records seen.
        gaps: for each break (partition, number expected, number found); a wrong hash is a break
            whose numbers follow each other.

    """

    records: int = 0
    gaps: list[tuple[int, int, int]] = field(default_factory=list)
    _last: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def check(self, partition: int, evidence: dict[str, Any], value: bytes) -> None:
        """Take the next record of a partition."""
        sequence, previous_hash = evidence["feed_seq"], evidence["previous_hash"]
        last = self._last.get(partition)
        if last is not None and (sequence != last[0] + 1 or previous_hash != last[1]):
            self.gaps.append((partition, last[0] + 1, sequence))
        self._last[partition] = (sequence, sha256(value).digest())
        self.records += 1


async def follow_feed(
    connection: Connection, subscriber: str, continuity: Continuity, *, from_start: bool, follow: bool
) -> AsyncGenerator[FeedRecord]:
    """Yield the records of a feed, from its start or from now on; without `follow` to its present end.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: there is no such feed.
        UserError: a record cannot be decoded.

    """
    topic = f"feed.{subscriber}"
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    start = FROM_START if from_start else FROM_END
    starts: dict[Partition, int] = dict.fromkeys(facts.partitions_of(topic), start)
    schemas = Schemas(SchemaRegistry(connection.registry_url))
    async for chunk in read_partitions(connection.bootstrap_servers, starts, follow=follow):
        await schemas.learn(chunk.records)
        for record in chunk.records:
            fields = decoded(schemas, record)
            continuity.check(record.partition, fields["feed"], record.value or b"")
            yield FeedRecord(record.partition, record.offset, fields)
