"""Who a producer is to the broker, and the record batches that it signs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from creditbus.services.engine.batch import Partition

__all__ = ["BATCH_BYTES", "Identity", "RecordBatch", "Records", "rounds"]

BATCH_BYTES = 1 << 20
"""Largest record batch, unless a single record is larger. A topic takes 12 bytes more (`max.message.bytes`)."""

_MAGIC = 2
_NO_COMPRESSION = 0

#: For each partition keys and values.
Records = Mapping[Partition, Sequence[tuple[bytes | None, bytes | None]]]


class Identity(NamedTuple):
    """The id and epoch of a producer in one transaction; the next transaction has another epoch."""

    producer: int
    epoch: int


class RecordBatch(NamedTuple):
    """Encoded records of one partition, and how many they are."""

    encoded: bytes | bytearray
    entries: int


def rounds(records: Records, identity: Identity) -> list[dict[Partition, RecordBatch]]:
    """Encode the records of a transaction.

    A partition takes one batch at a time, so the first round has the first batch of each partition and so on; most
    transactions have one round. Sequence numbers begin at 0, for the transaction has an epoch of its own.
    """
    now_ms = int(time.time() * 1000)
    found: list[dict[Partition, RecordBatch]] = []
    for partition, entries in records.items():
        for place, batch in enumerate(_batches(entries, identity, now_ms)):
            if place == len(found):
                found.append({})
            found[place][partition] = batch
    return found


def _batches(
    entries: Sequence[tuple[bytes | None, bytes | None]], identity: Identity, now_ms: int
) -> Iterator[RecordBatch]:
    builder, count, sequence = _builder(identity, 0), 0, 0
    append = builder.append
    for key, value in entries:
        if append(count, now_ms, key, value, []) is None:
            yield RecordBatch(builder.build(), count)
            sequence += count
            builder, count = _builder(identity, sequence), 0
            append = builder.append
            append(0, now_ms, key, value, [])
        count += 1
    if count:
        yield RecordBatch(builder.build(), count)


def _builder(identity: Identity, sequence: int) -> DefaultRecordBatchBuilder:
    return DefaultRecordBatchBuilder(_MAGIC, _NO_COMPRESSION, 1, *identity, sequence, BATCH_BYTES)
