"""Who a producer is to the broker, and the record batches that it signs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from creditbus.services.engine.batch import Partition

__all__ = ["BATCH_BYTES", "REQUEST_BYTES", "Identity", "Packed", "RecordBatch", "Records"]

BATCH_BYTES = 1 << 20
"""Largest record batch, unless a single record is larger. A topic takes 12 bytes more (`max.message.bytes`)."""

REQUEST_BYTES = 16 << 20
"""Most bytes of record batches in one request; a broker takes 100 MiB (`socket.request.max.bytes`)."""

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


class Packed:
    """The records of a transaction, encoded but for the producer's identity, which its first request needs.

    A partition takes one batch at a time, so the first round has the first batch of each partition and so on; most
    transactions have one round.
    """

    __slots__ = ("_rounds", "counts")

    def __init__(self, records: Records) -> None:
        self.counts = {partition: len(entries) for partition, entries in records.items() if entries}
        self._rounds: list[dict[Partition, _Unsigned]] = []
        now_ms = int(time.time() * 1000)
        for partition, entries in records.items():
            for place, batch in enumerate(_batches(entries, now_ms)):
                if place == len(self._rounds):
                    self._rounds.append({})
                self._rounds[place][partition] = batch

    def signed(self, identity: Identity) -> Iterator[dict[Partition, RecordBatch]]:
        """Give the rounds as this producer's, in parts that a request has room for; may be asked for once.

        Sequence numbers begin at 0, for the transaction has an epoch of its own.
        """
        for batches in self._rounds:
            part: dict[Partition, RecordBatch] = {}
            size = 0
            for partition, unsigned in batches.items():
                batch = unsigned.signed(identity)
                if part and size + len(batch.encoded) > REQUEST_BYTES:
                    yield part
                    part, size = {}, 0
                part[partition] = batch
                size += len(batch.encoded)
            yield part
        self._rounds.clear()


class _Unsigned(NamedTuple):
    builder: DefaultRecordBatchBuilder
    entries: int
    sequence: int

    def signed(self, identity: Identity) -> RecordBatch:
        self.builder.set_producer_state(*identity, self.sequence)
        return RecordBatch(self.builder.build(), self.entries)


def _batches(entries: Sequence[tuple[bytes | None, bytes | None]], now_ms: int) -> Iterator[_Unsigned]:
    builder, count, sequence = _builder(), 0, 0
    append = builder.append
    for key, value in entries:
        if append(count, now_ms, key, value, []) is None:
            yield _Unsigned(builder, count, sequence)
            sequence += count
            builder, count = _builder(), 0
            append = builder.append
            append(0, now_ms, key, value, [])
        count += 1
    if count:
        yield _Unsigned(builder, count, sequence)


def _builder() -> DefaultRecordBatchBuilder:
    return DefaultRecordBatchBuilder(_MAGIC, _NO_COMPRESSION, 1, -1, -1, 0, BATCH_BYTES)
