"""What is packed at once, in Python and compiled, against the packing of the clients' libraries."""

from typing import Any

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from crc32c import crc32c
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from creditbus.services.engine import packing as packing_package
from creditbus.services.engine.packing import plain
from tests.harness.twins import compiled

arguments = st.lists(st.binary(max_size=300), max_size=6)
prefixes = st.just(b"") | st.binary(max_size=30)
parts = st.none() | st.binary(max_size=200) | st.integers(0, 70_000).map(lambda size: b"x" * size)
Entries = list[tuple[bytes | None, bytes | None]]


@pytest.fixture(params=["plain", "compiled"], scope="module")
def packing(request: pytest.FixtureRequest) -> Any:
    found = plain if request.param == "plain" else compiled(packing_package)
    return found or pytest.skip("not compiled here")


# -- record batches ------------------------------------------------------------------------------


def built_by_the_client(entries: Entries, now_ms: int) -> bytearray:
    builder = DefaultRecordBatchBuilder(2, 0, 1, -1, -1, -1, 1 << 30)
    for place, (key, value) in enumerate(entries):
        builder.append(place, now_ms, key, value, [])
    return bytearray(builder.build())


def summed(batch: bytearray) -> bytearray:
    batch[17:21] = crc32c(bytes(batch[21:])).to_bytes(4, "big")
    return batch


@given(entries=st.lists(st.tuples(parts, parts), min_size=1, max_size=200), now_ms=st.integers(0, 1 << 42))
def test_a_record_batch_is_built_as_the_client_builds_it(packing: Any, entries: Entries, now_ms: int) -> None:
    batch, count = packing.pack_records(entries, 0, now_ms, 1 << 30)
    assert count == len(entries)
    assert summed(batch) == built_by_the_client(entries, now_ms)


@given(entries=st.lists(st.tuples(parts, parts), min_size=1, max_size=60), most=st.integers(0, 300_000))
def test_batches_hold_all_entries_in_their_order_and_no_more_than_they_may(
    packing: Any, entries: Entries, most: int
) -> None:
    done = 0
    while done < len(entries):
        batch, count = packing.pack_records(entries, done, 1, most)
        assert summed(bytearray(batch)) == built_by_the_client(entries[done : done + count], 1)
        assert len(batch) <= most or count == 1
        done += count
        if done < len(entries):
            assert len(built_by_the_client(entries[done - count : done + 1], 1)) > most


@pytest.mark.parametrize("entry", [("key", b"v"), (b"k", "value")])
def test_what_is_not_bytes_is_refused_and_never_written(packing: Any, entry: Any) -> None:
    with pytest.raises(TypeError):
        packing.pack_records([(b"k", b"v"), entry], 0, 1, 1 << 20)


# -- events --------------------------------------------------------------------------------------


@given(before=st.binary(max_size=300), gone=st.binary(max_size=9), after=st.binary(max_size=300), part=st.binary())
def test_bytes_are_replaced_where_they_stand(
    packing: Any, before: bytes, gone: bytes, after: bytes, part: bytes
) -> None:
    spliced = packing.splice(before + gone + after, len(before), len(before + gone), part)
    assert spliced == before + part + after


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (3, 5), (5, 5)])
def test_bytes_that_are_not_there_are_not_replaced(packing: Any, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="replaced"):
        packing.splice(b"four", start, end, b"")


# -- commands of Redis ---------------------------------------------------------------------------


def packed_by_the_client(*command: bytes) -> bytes:
    return b"".join(Connection().pack_command(*command))


@given(name=st.sampled_from([b"MGET", b"UNLINK"]), first=arguments, prefix=prefixes, rest=arguments)
def test_a_command_is_packed_as_the_client_packs_it(
    packing: Any, name: bytes, first: list[bytes], prefix: bytes, rest: list[bytes]
) -> None:
    whole = [name, *first, *(prefix + part for part in rest)]
    assert packing.pack_command(name, first, prefix, rest) == packed_by_the_client(*whole)


@given(
    prefix=prefixes, entries=st.dictionaries(st.binary(max_size=300), st.none() | st.binary(max_size=300), max_size=8)
)
def test_entries_are_set_or_removed_as_the_client_packs_it(
    packing: Any, prefix: bytes, entries: dict[bytes, bytes | None]
) -> None:
    sets = [part for key, value in entries.items() if value is not None for part in (prefix + key, value)]
    removes = [prefix + key for key, value in entries.items() if value is None]
    expected = [packed_by_the_client(b"MSET", *sets)] if sets else []
    expected += [packed_by_the_client(b"UNLINK", *removes)] if removes else []
    assert packing.pack_entries(prefix, entries) == expected


def test_a_large_command_is_packed_as_the_client_packs_it(packing: Any) -> None:
    values = [bytes([number % 256]) * (number * 37) for number in range(300)]
    keys = [b"{bus:3}" + value for value in values]
    assert packing.pack_command(b"MGET", (b"at",), b"{bus:3}", values) == packed_by_the_client(b"MGET", b"at", *keys)


def test_what_is_packed_is_the_protocol_of_redis(packing: Any) -> None:
    """The example of the specification: LLEN mylist."""
    assert packing.pack_command(b"LLEN", (), b"my", (b"list",)) == b"*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n"
