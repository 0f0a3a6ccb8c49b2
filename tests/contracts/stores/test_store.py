"""What a lane relies on of any store; `Store` states it in words."""

import asyncio

import pytest

from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.store import Store
from tests.contracts.stores.conftest import OpenStore

MANY = {f"key-{number}".encode(): str(number).encode() for number in range(20_000)}


async def _began(store: Store, entries: dict[bytes, bytes | None], after: int = 10, lane: int = 0) -> None:
    assert await store.checkpoint(lane) is None
    await store.write(lane, entries, None, after)


def test_what_is_written_is_read_and_the_rest_is_not_there(open_store: OpenStore) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1", b"empty": b""})
            await store.write(0, {b"one": b"eins", b"two": b"2"}, 10, 20)
            found = await store.read(0, [b"one", b"two", b"three", b"empty"])
            assert found == (20, {b"one": b"eins", b"two": b"2", b"three": None, b"empty": b""})

    asyncio.run(scenario())


def test_none_deletes_also_what_is_not_there(open_store: OpenStore) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1", b"two": b"2"})
            await store.write(0, {b"one": None, b"never": None}, 10, 20)
            assert await store.read(0, [b"one", b"two"]) == (20, {b"one": None, b"two": b"2"})

    asyncio.run(scenario())


@pytest.mark.parametrize("before", [None, 9, 11, 100])
def test_a_write_from_another_checkpoint_changes_nothing(open_store: OpenStore, before: int | None) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1", b"two": b"2"})
            with pytest.raises(CheckpointError):
                await store.write(0, {b"one": b"eins", b"two": None, b"three": b"3"}, before, 200)
            found = await store.read(0, [b"one", b"two", b"three"])
            assert found == (10, {b"one": b"1", b"two": b"2", b"three": None})

    asyncio.run(scenario())


def test_what_is_forgotten_is_not_there_and_begins_anew(open_store: OpenStore) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1", b"two": b"2"})
            await store.forget(0, 10)
            assert await store.read(0, [b"one", b"two"]) == (None, {b"one": None, b"two": None})
            await store.write(0, {b"two": b"zwei"}, None, 5)
            assert await store.read(0, [b"one", b"two"]) == (5, {b"one": None, b"two": b"zwei"})

    asyncio.run(scenario())


@pytest.mark.parametrize("before", [9, 11])
def test_what_is_at_another_checkpoint_is_not_forgotten(open_store: OpenStore, before: int) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1"})
            with pytest.raises(CheckpointError):
                await store.forget(0, before)
            assert await store.read(0, [b"one"]) == (10, {b"one": b"1"})

    asyncio.run(scenario())


def test_a_write_of_nothing_moves_the_checkpoint(open_store: OpenStore) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1"})
            await store.write(0, {}, 10, 20)
            with pytest.raises(CheckpointError):
                await store.write(0, {}, 10, 30)
            assert await store.read(0, [b"one"]) == (20, {b"one": b"1"})
            assert await store.read(0, []) == (20, {})

    asyncio.run(scenario())


def test_lanes_do_not_touch_each_other(open_store: OpenStore) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, {b"one": b"1"})
            await _began(store, {b"one": b"elf", b"two": b"2"}, 5, lane=11)
            await store.write(11, {b"two": None}, 5, 6)
            assert await store.read(0, [b"one", b"two"]) == (10, {b"one": b"1", b"two": None})
            assert await store.read(11, [b"one", b"two"]) == (6, {b"one": b"elf", b"two": None})

    asyncio.run(scenario())


def test_one_write_holds_more_keys_than_a_script_can_unpack(open_store: OpenStore) -> None:
    async def scenario() -> None:
        async with open_store() as store:
            await _began(store, dict(MANY))
            assert await store.read(0, MANY) == (10, MANY)
            await store.write(0, dict.fromkeys(MANY), 10, 20)
            assert await store.read(0, MANY) == (20, dict.fromkeys(MANY))

    asyncio.run(scenario())


def test_any_bytes_are_keys_and_values(open_store: OpenStore) -> None:
    async def scenario() -> None:
        key, value = bytes(range(256)) + b"*?[]{}", bytes(reversed(range(256)))
        async with open_store() as store:
            await _began(store, {key: value})
            assert await store.read(0, [key]) == (10, {key: value})

    asyncio.run(scenario())
