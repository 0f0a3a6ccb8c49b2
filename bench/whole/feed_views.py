"""What somebody holds who reads a feed from its start and keeps the newest record of each key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from creditbus.services.domain.evidence.feed_record import feed_place, value_hash
from creditbus.services.domain.evidence.manifest import NO_HASH
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.feed.withholding import WITHHELD
from creditbus.services.domain.framed_avro import parsed, read_record
from creditbus.services.domain.framing import schema_id
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, read_partitions
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["FeedDecoder", "Shown", "expect_keys", "is_retraction", "newest", "shown"]


class Shown(NamedTuple):
    """What a record of a feed says, without what depends on the order of its subject's other records."""

    state: str
    revision: int
    act: Mapping[str, Any] | None
    content: Mapping[str, Any] | None


class FeedDecoder:
    """Decodes records of feeds by the schemas that the registry has."""

    def __init__(self, connection: Connection) -> None:
        self._registry = SchemaRegistry(connection.registry_url)
        self._schemas: dict[int, Any] = {}

    def __call__(self, value: bytes) -> dict[str, Any]:
        """Return a record of a feed."""
        number = schema_id(value)
        if number not in self._schemas:
            self._schemas[number] = parsed(self._registry.schema(number))
        return read_record(value, self._schemas[number])


def shown(entry: Mapping[str, Any]) -> Shown:
    """Return what a decoded record of a feed says."""
    record = entry["record"]
    return Shown(record["state"], record["revision"], entry["act"], entry["content"])


def is_retraction(state: str) -> bool:
    """Tell whether a record in a feed in this state takes back what was shown."""
    return state == WITHHELD or state in RETRACTED


def newest(connection: Connection, feed: str) -> dict[bytes, bytes]:
    """Return the newest record of each key of a feed.

    Raises:
        RuntimeError: its numbers or hashes do not chain.

    """
    return asyncio.run(_newest(connection, feed))


async def _newest(connection: Connection, feed: str) -> dict[bytes, bytes]:
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    found: dict[bytes, bytes] = {}
    ends: dict[int, tuple[int, bytes]] = {}
    starts = dict.fromkeys(facts.partitions_of(feed), FROM_START)
    async for chunk in read_partitions(connection.bootstrap_servers, starts, as_stage=True):
        for record in chunk.records:
            value = record.value or b""
            sequence, previous = ends.get(record.partition, (0, NO_HASH))
            if feed_place(value) != (sequence + 1, previous):
                message = f"{feed}: partition {record.partition}, offset {record.offset} does not chain"
                raise RuntimeError(message)
            ends[record.partition] = sequence + 1, value_hash(value)
            found[record.key or b""] = value
    return found


def expect_keys(feed: str, found: AbstractSet[bytes], wanted: AbstractSet[bytes]) -> None:
    """Compare the keys of a feed.

    Raises:
        RuntimeError: one is missing, or there is one too many.

    """
    if found != wanted:
        message = f"{feed}: {len(wanted - found)} keys are missing, {len(found - wanted)} are too many"
        raise RuntimeError(message)
