"""Who a producer is to the broker, and the record batches that it signs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from struct import Struct
from typing import Final, NamedTuple

from crc32c import crc32c

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.packing import pack_records

__all__ = ["BATCH_BYTES", "REQUEST_BYTES", "Identity", "Packed", "RecordBatch", "Records"]

BATCH_BYTES = 1 << 20
"""Largest record batch, unless a single record is larger. A topic takes 12 bytes more (`max.message.bytes`)."""

REQUEST_BYTES = 16 << 20
"""Most bytes of record batches in one request; a broker takes 100 MiB (`socket.request.max.bytes`)."""

# places in a record batch of magic 2 (Kafka protocol, "Message sets"); the checksum is of all after itself
_CHECKSUM: Final = Struct(">I")
_CHECKSUM_AT: Final = 17
_CHECKED_FROM: Final = 21
_PRODUCER: Final = Struct(">qhi")
_PRODUCER_AT: Final = 43

#: For each partition keys and values.
Records = Mapping[Partition, Sequence[tuple[bytes | None, bytes | None]]]


class Identity(NamedTuple):
    """The id and epoch of a producer in one transaction; the next transaction has another epoch."""

    producer: int
    epoch: int


class RecordBatch(NamedTuple):
    """Encoded records of one partition, and how many they are."""

    encoded: bytearray
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
    encoded: bytearray
    entries: int
    sequence: int

    def signed(self, identity: Identity) -> RecordBatch:
        _PRODUCER.pack_into(self.encoded, _PRODUCER_AT, *identity, self.sequence)
        _CHECKSUM.pack_into(self.encoded, _CHECKSUM_AT, crc32c(memoryview(self.encoded)[_CHECKED_FROM:]))
        return RecordBatch(self.encoded, self.entries)


def _batches(entries: Sequence[tuple[bytes | None, bytes | None]], now_ms: int) -> Iterator[_Unsigned]:
    done = 0
    while done < len(entries):
        encoded, count = pack_records(entries, done, now_ms, BATCH_BYTES)
        yield _Unsigned(encoded, count, done)
        done += count
