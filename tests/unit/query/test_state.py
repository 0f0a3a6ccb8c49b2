"""What a store answers while it holds less than its changelog."""

import asyncio
from collections.abc import Iterable, Mapping

import pytest

from creditbus.services.engine.errors import StoreBehindError
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.query.state import StageState

KEY = b"key"


def ask(store: MemoryStore, needed: int, patience_seconds: float = 0.0) -> Mapping[bytes, bytes | None]:
    return asyncio.run(StageState("profiles", store, [0, needed], patience_seconds).values(1, [KEY]))


def written(value: bytes | None, at: int) -> MemoryStore:
    store = MemoryStore()
    asyncio.run(store.write(1, {KEY: value}, None, at))
    return store


def test_a_store_that_was_never_written_has_nothing_where_nothing_was_committed() -> None:
    assert ask(MemoryStore(), 0) == {KEY: None}


@pytest.mark.parametrize("at", [9, 10, 11])
def test_what_is_not_in_a_store_that_has_everything_is_not_there(at: int) -> None:
    assert ask(written(None, at), 9) == {KEY: None}


@pytest.mark.parametrize(
    "store", [MemoryStore(), written(None, 8), written(b"old", 8)], ids=["emptied", "half rebuilt", "set back"]
)
def test_a_store_that_lacks_something_says_neither_yes_nor_no(store: MemoryStore) -> None:
    with pytest.raises(StoreBehindError) as told:
        ask(store, 9)
    line = "redis: holds less of profiles/1 than the changelog, from which a worker rebuilds it"
    assert str(told.value) == f"{line}; try again in a moment; see docs/runbooks/redis-lost.md"


def test_a_store_that_is_written_meanwhile_is_waited_for() -> None:
    class Late(MemoryStore):
        async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
            reading = await super().read(lane, keys)
            if reading.at is None:
                await self.write(lane, {KEY: b"value"}, None, 9)
            return reading

    assert ask(Late(), 9, patience_seconds=60) == {KEY: b"value"}
