"""What a broker answered of one partition, record batch by record batch, as a reader of committed records.

Sources: Kafka protocol, "Message sets", record batch of magic 2 and control batches; KIP-98, "Consumer".
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Final

from aiokafka.errors import CorruptRecordException
from crc32c import crc32c

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.packing import plain, unpack_records

__all__ = ["Unpacking"]

_LENGTH_END: Final = 12
_SUMMED_FROM: Final = 21
_MAGIC: Final = 2
_COMPRESSED: Final = 7
_TRANSACTIONAL: Final = 1 << 4
_CONTROL: Final = 1 << 5
_MARKER: Final = Struct(">hh")
_ABORT: Final = 0
_NO_MARKER: Final = b"\x00\x00\xff\xff"


class Unpacking:
    """Records to be taken from the front.

    Args:
        partition: where they are from.
        data: record batches, of which the last may have been cut off.
        aborted: producers' ids, and the first offset of each one's aborted transaction.
        position: what was asked for; a batch may begin before it.

    Attributes:
        next_fetch_offset: after what was taken, also where that was a marker, or aborted.
        whole: whether a batch is there that was not cut off.

    """

    def __init__(
        self, partition: Partition, data: bytes, aborted: Iterable[tuple[int, int]] | None, position: int
    ) -> None:
        self.next_fetch_offset = position
        self._partition = partition
        self._data = data
        self._at = 0
        self._end = position
        self._aborted = sorted(aborted or (), key=lambda one: one[1], reverse=True)
        self._producers: set[int] = set()
        self._there: list[Record] = []

    @property
    def whole(self) -> bool:
        """Whether another batch is there that was not cut off."""
        return self._batch_end() is not None

    @property
    def over(self) -> bool:
        """Whether everything was taken."""
        return not self._there and not self.whole

    def take(self, most: int) -> list[Record]:
        """Return the next records, up to a maximum.

        Raises:
            CorruptRecordException: a batch is not what was written.

        """
        while len(self._there) < most and (end := self._batch_end()) is not None:
            self._there += self._unpack(self._at, end)
            self._at = end
        taken, self._there = self._there[:most], self._there[most:]
        self.next_fetch_offset = taken[-1].offset + 1 if self._there else self._end
        return taken

    def _batch_end(self) -> int | None:
        if len(self._data) - self._at < plain.HEADER.size:
            return None
        length = int.from_bytes(self._data[self._at + 8 : self._at + _LENGTH_END], "big", signed=True)
        end = self._at + _LENGTH_END + length
        return end if end <= len(self._data) else None

    def _unpack(self, start: int, end: int) -> list[Record]:
        base, _, _, magic, checksum, attributes, last, _, _, producer, _, _, _ = plain.HEADER.unpack_from(
            self._data, start
        )
        topic, number = self._partition
        if magic != _MAGIC or crc32c(memoryview(self._data)[start + _SUMMED_FROM : end]) != checksum:
            message = f"{topic} {number} at {base}: not what was written"
            raise CorruptRecordException(message)
        least, self._end = self._end, base + last + 1
        while self._aborted and self._aborted[-1][1] <= base:
            self._producers.add(self._aborted.pop()[0])
        control = attributes & _CONTROL
        if attributes & _TRANSACTIONAL and producer in self._producers and not control:
            return []
        unpack = plain.unpack_records if attributes & _COMPRESSED else unpack_records
        try:
            records = unpack(self._data, start, end, topic, number, base if control else least)
        except ValueError as error:
            message = f"{topic} {number} at {base}: {error}"
            raise CorruptRecordException(message) from error
        if not control:
            return records
        if any(_MARKER.unpack_from(record.key or _NO_MARKER)[1] == _ABORT for record in records):
            self._producers.discard(producer)
        return []
