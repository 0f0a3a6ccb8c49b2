"""The tail of a changelog, and a checkpoint that does not fit it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.consume.topic_reader import FROM_START, Chunk
from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.run import changelog as module
from creditbus.services.engine.run.changelog import Tail, read_tail
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.local.bus import ConsumedRecord

HERE = Partition("changelog", 3)
SETTINGS = EngineSettings()
COMMITTED = 6


class Store(MemoryStore):
    """Outlives its owner, as Redis does."""

    async def checkpoint(self, lane: int) -> int | None:
        return self._checkpoints.get(lane)


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A log of two records that ends at `end`, of which offsets below COMMITTED can be read."""
    known = {"end": COMMITTED}

    async def read_partitions(_servers: str, starts: Mapping[Partition, int]) -> AsyncIterator[Chunk]:
        start = starts[HERE]
        first = start if 0 <= start <= COMMITTED else 0
        records = [ConsumedRecord(HERE.topic, HERE.partition, offset, 0, b"%d" % offset, b"value") for offset in (1, 4)]
        if start == FROM_START or first == 0:
            yield Chunk([records[0]], {HERE: 3})
        if first < COMMITTED:
            yield Chunk([records[1]], {HERE: COMMITTED})

    async def log_bounds(
        _servers: str, partitions: Sequence[Partition], *, committed: bool
    ) -> dict[Partition, tuple[int, int]]:
        assert not committed
        return dict.fromkeys(partitions, (0, known["end"]))

    monkeypatch.setattr(module, "read_partitions", read_partitions)
    monkeypatch.setattr(module, "log_bounds", log_bounds)
    return known


async def read(start: int | None) -> list[Tail]:
    return [tail async for tail in read_tail(SETTINGS, HERE, start)]


@pytest.mark.parametrize(
    ("start", "tails"),
    [
        (None, [({b"1": b"value"}, 3), ({b"4": b"value"}, COMMITTED)]),
        (3, [({b"4": b"value"}, COMMITTED)]),
        (COMMITTED, []),
    ],
)
def test_what_follows_the_checkpoint_is_read(start: int | None, tails: list[Tail]) -> None:
    assert asyncio.run(read(start)) == tails


def test_a_checkpoint_in_a_transaction_that_is_not_marked_is_anothers(log: dict[str, int]) -> None:
    """An owner that was overtaken would else set the store back to the log's beginning."""
    log["end"] = 9
    with pytest.raises(CheckpointError, match="changelog/3: at 9"):
        asyncio.run(read(9))


def lane_at(checkpoint: int) -> tuple[Lane, Store]:
    async def written() -> Store:
        store = Store()
        await store.write(HERE.partition, {b"lost": b"with the log's end"}, None, checkpoint)
        return store

    store = asyncio.run(written())
    return Lane(HERE.partition, store, HERE.topic, TopicIds("", {})), store


def test_a_store_is_not_set_back_by_an_owner_that_was_overtaken(log: dict[str, int]) -> None:
    log["end"] = 9
    lane, store = lane_at(9)
    with pytest.raises(CheckpointError):
        asyncio.run(lane.restore(SETTINGS))
    assert asyncio.run(store.read(HERE.partition, [b"lost", b"1"])) == (9, {b"lost": b"with the log's end", b"1": None})


def test_what_only_a_lost_end_of_the_log_held_is_not_kept() -> None:
    lane, store = lane_at(9)
    assert asyncio.run(lane.restore(SETTINGS)) == 2
    found = asyncio.run(store.read(HERE.partition, [b"lost", b"1", b"4"]))
    assert found == (COMMITTED, {b"lost": None, b"1": b"value", b"4": b"value"})
