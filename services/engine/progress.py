"""How far a lane has read its topics, kept beside its state and written in the same transaction.

The group's offsets say the same, but a broker can lose them (docs/adr/0024); the further of the two counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from creditbus.services.engine.batch import Batch, Partition

__all__ = ["progress_entries", "progress_key", "progress_of"]

_PREFIX = b"p|"


def progress_key(topic: str) -> bytes:
    """Return the key under which a lane keeps how far it has read a topic."""
    return _PREFIX + topic.encode()


def progress_entries(batches: Iterable[Batch]) -> dict[bytes, bytes | None]:
    """Return what to write for batches of one lane: by topic the consumer position behind its last record."""
    return {progress_key(batch.partition.topic): b"%d" % batch.end for batch in batches}


def progress_of(partition: Partition, entries: Mapping[bytes, bytes | None]) -> int | None:
    """Return how far a partition was read; None where the lane never kept it."""
    value = entries.get(progress_key(partition.topic))
    return None if value is None else int(value)
