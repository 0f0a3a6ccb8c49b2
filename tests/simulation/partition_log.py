"""One partition as a broker keeps it: record batches in the protocol's bytes, open transactions, what is stable."""

from collections.abc import Iterator, Sequence
from itertools import chain
from struct import Struct
from typing import Any, NamedTuple

from aiokafka.record.default_records import DefaultRecordBatch
from crc32c import crc32c

from creditbus.services.engine.packing import pack_records
from creditbus.services.engine.packing.plain import HEADER

__all__ = ["OUT_OF_RANGE", "TRANSACTIONAL", "Entry", "PartitionLog", "encode"]

OUT_OF_RANGE, FENCED_EPOCH, OUT_OF_ORDER = 1, 47, 45
TRANSACTIONAL = 1 << 4
_CONTROL, _UNKNOWN = 1 << 5, -1
_MARKER, _MARKER_VALUE = Struct(">hh"), Struct(">hi")
_CHECKSUM = Struct(">I")


class Entry(NamedTuple):
    """A record as it stands in the log."""

    offset: int
    key: bytes | None
    value: bytes | None


class _Batch(NamedTuple):
    base: int
    last: int
    data: bytes
    producer: int
    #: Whether it ends a transaction.
    marker: bool


def encode(entries: Sequence[tuple[bytes | None, bytes | None]], attributes: int, producer: int, epoch: int) -> bytes:
    """Return a record batch; offsets are filled in by the log."""
    data, _ = pack_records(entries, 0, 0, 1 << 20)
    fields = list(HEADER.unpack_from(data))
    fields[5], fields[9], fields[10], fields[11] = attributes, producer, epoch, 0 if attributes else _UNKNOWN
    HEADER.pack_into(data, 0, *fields)
    _CHECKSUM.pack_into(data, 17, crc32c(memoryview(data)[21:]))
    return bytes(data)


class PartitionLog:
    """Offsets grow by one for each record and each marker."""

    def __init__(self) -> None:
        self.start = self.end = 0
        self.open: dict[int, int] = {}
        self._batches: list[_Batch] = []
        self._gone: list[_Batch] = []
        self._aborted: list[tuple[int, int, int]] = []
        self._producers: dict[int, tuple[int, int, int]] = {}

    @property
    def stable(self) -> int:
        """The last stable offset: what a reader of committed records may see ends here."""
        return min(self.open.values()) if self.open else self.end

    def append(self, data: bytes) -> tuple[int, int]:
        """Append a batch; return an error code and the offset of its first record."""
        fields = HEADER.unpack_from(data)
        attributes, producer, epoch, sequence, count = fields[5], fields[9], fields[10], fields[11], fields[12]
        if producer != _UNKNOWN:
            last_epoch, following, base = self._producers.get(producer, (epoch, 0, 0))
            if epoch < last_epoch:
                return FENCED_EPOCH, -1
            if epoch == last_epoch and sequence + count == following and following:
                return 0, base
            if sequence != (following if epoch == last_epoch else 0):
                return OUT_OF_ORDER, -1
            self._producers[producer] = (epoch, sequence + count, self.end)
        if attributes & TRANSACTIONAL:
            self.open.setdefault(producer, self.end)
        return 0, self._add(data, count, producer, marker=False)

    def _add(self, data: bytes, count: int, producer: int, *, marker: bool) -> int:
        base = self.end
        self.end += count
        self._batches.append(_Batch(base, self.end - 1, base.to_bytes(8, "big") + data[8:], producer, marker))
        return base

    def mark(self, producer: int, epoch: int, *, committed: bool) -> None:
        """End a producer's transaction here; what comes of an earlier epoch is refused from now on."""
        key, value = _MARKER.pack(0, int(committed)), _MARKER_VALUE.pack(0, 0)
        data = encode([(key, value)], TRANSACTIONAL | _CONTROL, producer, epoch)
        first = self.open.pop(producer, None)
        if first is not None and not committed:
            self._aborted.append((producer, first, self.end))
        self._producers[producer] = (epoch, 0, 0)
        self._add(data, 1, producer, marker=True)

    def cut(self, offset: int) -> None:
        """Let everything before an offset go, as retention does."""
        self.start = max(self.start, min(offset, self.stable))
        self._gone += [batch for batch in self._batches if batch.last < self.start]
        self._batches = [batch for batch in self._batches if batch.last >= self.start]

    def read(self, position: int, most: int) -> tuple[int, bytes, list[tuple[int, int]]]:
        """Return an error code, some batches from a position on, and the aborted transactions among them."""
        if not self.start <= position <= self.end:
            return OUT_OF_RANGE, b"", []
        stable, found = self.stable, list[_Batch]()
        for batch in self._batches:
            if batch.last >= stable or len(found) >= most:
                break
            if batch.last >= position:
                found.append(batch)
        if not found:
            return 0, b"", []
        end = found[-1].last
        aborted = [(producer, first) for producer, first, last in self._aborted if first <= end and last >= position]
        return 0, b"".join(batch.data for batch in found), aborted

    def committed(self) -> Iterator[Entry]:
        """Yield what a reader of committed records sees from the first record to the last stable offset."""
        return self._committed(self._batches)

    def ever_committed(self) -> Iterator[Entry]:
        """Yield the same, and before it what retention has let go."""
        return self._committed([*self._gone, *self._batches])

    def last_committed(self) -> int:
        """Return the offset of the last record among those of `ever_committed`; -1: there is none."""
        stable = self.stable
        newest_first = chain(reversed(self._batches), reversed(self._gone))
        return next((batch.last for batch in newest_first if self._counts(batch, stable)), -1)

    def _committed(self, batches: Sequence[_Batch]) -> Iterator[Entry]:
        stable = self.stable
        for batch in batches:
            if self._counts(batch, stable):
                records: Any = DefaultRecordBatch(batch.data)
                for record in records:
                    yield Entry(record.offset, record.key, record.value)

    def _counts(self, batch: _Batch, stable: int) -> bool:
        """Whether a reader of committed records sees what a batch holds."""
        return (
            not batch.marker
            and batch.last < stable
            and not any(
                producer == batch.producer and first <= batch.base <= last for producer, first, last in self._aborted
            )
        )
