"""Commands packed at once, against the client's own packing."""

from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from creditbus.services.engine.store.wire import pack, pack_pairs

arguments = st.lists(st.binary(max_size=300), max_size=6)
prefixes = st.just(b"") | st.binary(max_size=30)


def packed_by_the_client(*command: bytes) -> bytes:
    return b"".join(Connection().pack_command(*command))


@given(name=st.sampled_from([b"MGET", b"UNLINK"]), first=arguments, prefix=prefixes, rest=arguments)
def test_a_command_is_packed_as_the_client_packs_it(
    name: bytes, first: list[bytes], prefix: bytes, rest: list[bytes]
) -> None:
    whole = [name, *first, *(prefix + part for part in rest)]
    assert pack(name, first, prefix, rest) == packed_by_the_client(*whole)


@given(prefix=prefixes, pairs=st.lists(st.tuples(st.binary(max_size=300), st.binary(max_size=300)), max_size=6))
def test_pairs_are_packed_as_the_client_packs_them(prefix: bytes, pairs: list[tuple[bytes, bytes]]) -> None:
    whole = [part for key, value in pairs for part in (prefix + key, value)]
    assert pack_pairs(b"MSET", prefix, pairs) == packed_by_the_client(b"MSET", *whole)


def test_a_large_command_is_packed_as_the_client_packs_it() -> None:
    values = [bytes([number % 256]) * (number * 37) for number in range(300)]
    keys = [b"{bus:3}" + value for value in values]
    assert pack(b"MGET", (b"at",), b"{bus:3}", values) == packed_by_the_client(b"MGET", b"at", *keys)


def test_what_is_packed_is_the_protocol_of_redis() -> None:
    """The example of the specification: LLEN mylist."""
    assert pack(b"LLEN", (), b"my", (b"list",)) == b"*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n"
