"""Record batches of a transaction, read by aiokafka's reader."""

from typing import Any

import pytest
from aiokafka.errors import KafkaError, NotLeaderForPartitionError
from aiokafka.record.memory_records import MemoryRecords

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import FencedError
from creditbus.services.engine.produce.error_codes import must_repeat
from creditbus.services.engine.produce.records import BATCH_BYTES, REQUEST_BYTES, Identity, Packed, RecordBatch

HERE, THERE, NOWHERE = Partition("feed.a", 0), Partition("feed.a", 1), Partition("feed.b", 0)


def read(batch: RecordBatch) -> tuple[Any, list[tuple[bytes | None, bytes | None]]]:
    source = MemoryRecords(bytes(batch.encoded))
    header = source.next_batch()
    assert not source.has_next()
    assert header.validate_crc()
    return header, [(record.key, record.value) for record in header]


def test_a_batch_says_whose_it_is_and_holds_keys_values_and_tombstones() -> None:
    entries = [(b"k", b"v"), (None, b"w"), (b"k", None)]
    (found,) = list(Packed({HERE: entries, NOWHERE: [], THERE: entries[:1]}).signed(Identity(4000, 7)))
    assert list(found) == [HERE, THERE]
    header, records = read(found[HERE])
    assert records == entries
    assert (header.producer_id, header.producer_epoch, header.base_sequence) == (4000, 7, 0)
    assert header.is_transactional
    assert found[HERE].entries == 3


def test_what_is_too_much_for_a_batch_goes_on_in_the_next_round_with_the_next_sequence_number() -> None:
    entries = [(b"%d" % number, b"v" * 100_000) for number in range(25)]
    found = list(Packed({HERE: entries, THERE: entries[:1]}).signed(Identity(4000, 7)))
    batches = [part[HERE] for part in found]
    assert [THERE in part for part in found] == [True, False, False]
    assert [read(batch)[0].base_sequence for batch in batches] == [0, 10, 20]
    assert [batch.entries for batch in batches] == [10, 10, 5]
    assert [record for batch in batches for record in read(batch)[1]] == entries
    assert all(len(batch.encoded) <= BATCH_BYTES for batch in batches)


def test_a_record_that_is_larger_than_a_batch_has_one_of_its_own() -> None:
    large = (b"k", b"v" * (BATCH_BYTES + 1))
    found = list(Packed({HERE: [large, (b"k", b"v")]}).signed(Identity(4000, 7)))
    assert [read(part[HERE])[1] for part in found] == [[large], [(b"k", b"v")]]


def test_a_round_that_is_too_much_for_a_request_goes_in_parts() -> None:
    half = [(b"k", b"v" * (BATCH_BYTES // 2))]
    partitions = [Partition("feed.a", number) for number in range(2 * REQUEST_BYTES // BATCH_BYTES + 3)]
    found = list(Packed(dict.fromkeys(partitions, half)).signed(Identity(4000, 7)))
    assert [partition for part in found for partition in part] == partitions
    assert len(found) == 2
    assert all(sum(len(batch.encoded) for batch in part.values()) <= REQUEST_BYTES for part in found)


@pytest.mark.parametrize(("codes", "again"), [({0}, False), (set(), False), ({51}, True), ({0, 51}, True)])
def test_only_what_the_broker_has_not_begun_is_sent_again(codes: set[int], again: bool) -> None:  # noqa: FBT001 -- a row
    assert must_repeat(codes, "Produce") is again


@pytest.mark.parametrize("codes", [{47}, {90}, {6, 90}, {51, 47}])
def test_who_is_fenced_has_lost_the_lane_whatever_else_went_wrong(codes: set[int]) -> None:
    with pytest.raises(FencedError):
        must_repeat(codes, "Produce")


def test_any_other_error_is_kafka_s() -> None:
    with pytest.raises(NotLeaderForPartitionError):
        must_repeat({0, 51, 6}, "Produce")
    with pytest.raises(KafkaError):
        must_repeat({120}, "EndTxn")
