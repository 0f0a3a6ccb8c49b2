"""Commands packed at once, against the client's own packing."""

from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from creditbus.services.engine.store.wire import pack

arguments = st.lists(st.binary(max_size=300), max_size=6)
groups = st.lists(st.tuples(st.just(b"") | st.binary(max_size=30), arguments), max_size=4)


def packed_by_the_client(*command: bytes) -> bytes:
    return b"".join(Connection().pack_command(*command))


@given(name=st.sampled_from([b"MGET", b"EVALSHA"]), first=arguments, rest=groups)
def test_a_command_is_packed_as_the_client_packs_it(
    name: bytes, first: list[bytes], rest: list[tuple[bytes, list[bytes]]]
) -> None:
    whole = [name, *first, *(prefix + part for prefix, parts in rest for part in parts)]
    assert pack((b"", (name, *first)), *rest) == packed_by_the_client(*whole)


def test_a_large_command_is_packed_as_the_client_packs_it() -> None:
    values = [bytes([number % 256]) * (number * 37) for number in range(300)]
    keys = [b"{bus:3}" + value for value in values]
    assert pack((b"", (b"MGET",)), (b"{bus:3}", values), (b"", values)) == packed_by_the_client(b"MGET", *keys, *values)


def test_what_is_packed_is_the_protocol_of_redis() -> None:
    """The example of the specification: LLEN mylist."""
    assert pack((b"", (b"LLEN",)), (b"my", (b"list",))) == b"*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n"


def test_arguments_may_come_from_an_iterator() -> None:
    assert pack((b"", (b"MGET",)), (b"p", iter([b"a"]))) == packed_by_the_client(b"MGET", b"pa")
