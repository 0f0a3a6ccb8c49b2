"""How far a lane has read its topics, kept beside its state and written in the same transaction.

The group's offsets say the same, but a broker can lose them (docs/adr/0024); the further of the two counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.topic_ids import TopicIds

__all__ = ["Progress", "is_progress", "progress_entries", "progress_key", "progress_of"]

_PREFIX = b"p|"


class Progress(NamedTuple):
    """How far a lane has read a topic.

    Attributes:
        position: consumer position behind the last record.
        topic_id: of the topic; one that was created again begins anew.

    """

    position: int
    topic_id: str


def progress_key(topic: str) -> bytes:
    """Return the key under which a lane keeps how far it has read a topic."""
    return _PREFIX + topic.encode()


def is_progress(key: bytes) -> bool:
    """Tell whether a key of a lane's state is one that `progress_key` returns."""
    return key.startswith(_PREFIX)


def progress_entries(batches: Iterable[Batch], ids: TopicIds) -> dict[bytes, bytes | None]:
    """Return what to write for batches of one lane: by topic the consumer position behind its last record."""
    return {
        progress_key(batch.partition.topic): f"{batch.end} {ids.of(batch.partition.topic)}".encode()
        for batch in batches
    }


def progress_of(partition: Partition, entries: Mapping[bytes, bytes | None]) -> Progress | None:
    """Return how far a partition was read; None where the lane never kept it."""
    value = entries.get(progress_key(partition.topic))
    if value is None:
        return None
    position, _, topic_id = value.decode().partition(" ")
    return Progress(int(position), topic_id)
