"""What a broker answered, unpacked by ours and by aiokafka's reader of committed records."""

from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from crc32c import crc32c
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume import record_reader as unpacking
from creditbus.services.engine.consume.record_reader import Unpacking
from creditbus.services.engine.packing import plain

HERE = Partition("credit.events", 3)
GZIP = 1
ABORT, COMMIT = b"\x00\x00\x00\x00", b"\x00\x00\x00\x01"
Seen = list[tuple[str, int, int, int, bytes | None, bytes | None]]


@pytest.fixture(params=["plain", "built"], scope="module", autouse=True)
def by(request: pytest.FixtureRequest) -> Any:
    """Unpack in Python, and as it was built here."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "plain":
            patch.setattr(unpacking, "unpack_records", plain.unpack_records)
        yield


@dataclass(frozen=True)
class Written:
    """A batch: of a producer, with records or with a marker, some records taken away by compaction."""

    producer: int
    values: tuple[bytes | None, ...]
    marker: bytes | None = None
    compressed: bool = False
    stamped: bool = False
    gap: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()

    def at(self, base: int) -> bytes:
        transactional = self.producer >= 0
        builder = DefaultRecordBatchBuilder(
            2, GZIP if self.compressed else 0, transactional, self.producer, 0, 0, 1 << 30
        )
        entries = [(self.marker, b"\x00" * 6)] if self.marker else [(b"key", value) for value in self.values]
        for place, (key, value) in enumerate(entries):
            builder.append(place, 1_000 + place, key, value, list(self.headers))
        batch = bytearray(builder.build())
        attributes = int.from_bytes(batch[21:23], "big") | (32 if self.marker else 0) | (8 if self.stamped else 0)
        batch[21:23] = attributes.to_bytes(2, "big")
        # the end of a batch stays when compaction takes its last records
        batch[23:27] = (max(len(entries), 1) - 1 + self.gap).to_bytes(4, "big")
        batch[:8] = base.to_bytes(8, "big")
        batch[17:21] = crc32c(bytes(batch[21:])).to_bytes(4, "big")
        return bytes(batch)

    @property
    def size(self) -> int:
        return max(1 if self.marker else len(self.values), 1) + self.gap


values = st.lists(st.none() | st.binary(max_size=300), max_size=5).map(tuple)
headers = st.lists(st.tuples(st.text(max_size=4), st.none() | st.binary(max_size=4)), max_size=2).map(tuple)
batches = st.builds(
    Written,
    producer=st.integers(-1, 3),
    values=values,
    compressed=st.booleans(),
    stamped=st.booleans(),
    gap=st.integers(0, 3),
    headers=headers,
)
markers = st.builds(Written, producer=st.integers(0, 3), values=st.just(()), marker=st.sampled_from([ABORT, COMMIT]))


def laid_out(written: list[Written], first: int) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the bytes, and the transactions that a marker aborts, by producer and first offset."""
    data, offset, aborted = b"", first, []
    began: dict[int, int] = {}
    for batch in written:
        data += batch.at(offset)
        if batch.marker:
            start = began.pop(batch.producer, None)
            if batch.marker == ABORT and start is not None:
                aborted.append((batch.producer, start))
        elif batch.producer >= 0:
            began.setdefault(batch.producer, offset)
        offset += batch.size
    return data, aborted


def by_aiokafka(data: bytes, aborted: list[tuple[int, int]], position: int) -> tuple[Seen, int]:
    records = PartitionRecords(HERE, MemoryRecords(data), aborted, position, None, None, True, READ_COMMITTED)
    return [seen(record) for record in records], records.next_fetch_offset


def by_us(data: bytes, aborted: list[tuple[int, int]], position: int, most: int) -> tuple[Seen, int]:
    records = Unpacking(HERE, data, aborted, position)
    found: Seen = []
    while not records.over:
        taken = records.take(most)
        assert len(taken) <= most
        assert all(record.offset < records.next_fetch_offset for record in taken)
        found += map(seen, taken)
    return found, records.next_fetch_offset


def seen(record: Any) -> tuple[str, int, int, int, bytes | None, bytes | None]:
    return record.topic, record.partition, record.offset, record.timestamp, record.key, record.value


@given(
    written=st.lists(batches | markers, max_size=12),
    first=st.integers(0, 1 << 40),
    inside=st.integers(0, 3),
    cut=st.integers(0, 100),
    most=st.integers(1, 7),
)
def test_the_same_records_and_the_same_place_behind_them_as_aiokafka_finds(
    written: list[Written], first: int, inside: int, cut: int, most: int
) -> None:
    data, aborted = laid_out(written, first)
    position = first + min(inside, written[0].size - 1) if written else first
    data = data[: len(data) - cut]
    assert by_us(data, aborted, position, most) == by_aiokafka(data, aborted, position)


def test_a_transaction_behind_an_aborted_one_of_the_same_producer_is_read() -> None:
    written = [Written(7, (b"never",)), Written(7, (), ABORT), Written(7, (b"read",)), Written(7, (), COMMIT)]
    data, aborted = laid_out(written, 5)
    found, behind = by_us(data, aborted, 5, 10)
    assert [(record[2], record[5]) for record in found] == [(7, b"read")]
    assert behind == 9


def test_what_was_cut_off_before_its_end_is_not_there() -> None:
    data = Written(-1, (b"value",)).at(0)
    assert Unpacking(HERE, data, (), 0).whole
    assert not Unpacking(HERE, data[:-1], (), 0).whole
    assert not Unpacking(HERE, b"", None, 0).whole


@pytest.mark.parametrize("place", [16, 22, 30, 60, 62, 64, 65, 66, 70])
def test_a_batch_that_is_not_what_was_written_is_refused(place: int) -> None:
    data = bytearray(Written(-1, (b"value", b"another")).at(0))
    data[place] ^= 255
    with pytest.raises(CorruptRecordException):
        Unpacking(HERE, bytes(data), (), 0).take(10)


@given(st.data())
def test_a_batch_built_wrongly_is_refused_and_never_read_past(data: st.DataObject) -> None:
    """With the right checksum for wrong bytes; nothing but records or a refusal may come of it."""
    batch = bytearray(Written(-1, (b"value", b"another"), headers=(("h", b"v"),)).at(0))
    for _ in range(data.draw(st.integers(1, 3))):
        batch[data.draw(st.integers(57, len(batch) - 1))] = data.draw(st.integers(0, 255))
    batch[17:21] = crc32c(bytes(batch[21:])).to_bytes(4, "big")
    try:
        found = Unpacking(HERE, bytes(batch), (), 0).take(100)
    except CorruptRecordException:
        return
    assert sum(len(record.value or b"") for record in found) <= len(batch)
