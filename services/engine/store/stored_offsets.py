"""How far a lane has read its topics, kept with its state and written in the same transaction.

The group's offsets say the same, but a broker can lose them (docs/adr/0024); the further of the two counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.cluster_metadata import TopicIds

__all__ = ["StoredOffset", "is_stored_offset", "stored_offset_entries", "stored_offset_key", "stored_offset_of"]

_PREFIX = b"p|"


class StoredOffset(NamedTuple):
    """How far a lane has read a topic.

    Attributes:
        position: consumer position after the last record.
        topic_id: of the topic; one that was created again begins again.

    """

    position: int
    topic_id: str


def stored_offset_key(topic: str) -> bytes:
    """Return the key under which a lane keeps how far it has read a topic."""
    return _PREFIX + topic.encode()


def is_stored_offset(key: bytes) -> bool:
    """Tell whether a key of a lane's state is one that `stored_offset_key` returns."""
    return key.startswith(_PREFIX)


def stored_offset_entries(batches: Iterable[Batch], ids: TopicIds) -> dict[bytes, bytes | None]:
    """Return what to write for batches of one lane: by topic the consumer position after its last record."""
    return {
        stored_offset_key(batch.partition.topic): f"{batch.end} {ids.of(batch.partition.topic)}".encode()
        for batch in batches
    }


def stored_offset_of(partition: Partition, entries: Mapping[bytes, bytes | None]) -> StoredOffset | None:
    """Return how far a partition was read; None where the lane never kept it."""
    value = entries.get(stored_offset_key(partition.topic))
    if value is None:
        return None
    position, _, topic_id = value.decode().partition(" ")
    return StoredOffset(int(position), topic_id)
