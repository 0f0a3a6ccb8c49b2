"""Pieces of a stage's own work: one may be as much as a whole batch, and is not held up for that of another lane."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import pytest

from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.produce.records import Packed
from creditbus.services.engine.run.inbox import Inbox
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.run.pipeline import Pipeline
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage, StepRun
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.local.registry import MemoryRegistry

PIECE = b"piece"
BATCH = 16
LANES = 4
#: How many records a piece writes.
LARGE, SMALL = 2, 1
SETTINGS = EngineSettings(batch_records=BATCH, queue_records=200, output_records=20)


class Walking:
    """Writes some records for each piece, and one for each other record."""

    def __init__(self, of_a_piece: int) -> None:
        self._of_a_piece = of_a_piece
        self.lanes: list[int] = []

    async def load(self, schemas: Schemas) -> None:
        """Nothing to learn."""

    def prepare(self, records: Sequence[Record]) -> tuple[list[tuple[int, bytes]], Iterable[bytes]]:
        return [(record.partition, record.key or b"") for record in records], []

    def begin(self, work: list[tuple[int, bytes]], view: StateView, out: Output) -> StepRun:  # noqa: ARG002 -- state alone
        for lane, key in work:
            self.lanes.append(lane)
            for _ in range(self._of_a_piece if key == PIECE else 1):
                view.put(b"%d" % len(view.written), b"")
        return StepRun(lambda part: None)  # noqa: ARG005 -- it is done


class Producer:
    """Keeps which lanes each transaction is of, and commits when it is allowed to."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.allowed = asyncio.Semaphore(0)

    async def commit(self, packed: Packed, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
        self.asked.append(sorted(partition.partition for partition in offsets))
        await self.allowed.acquire()
        return dict.fromkeys(packed.counts, 1) | {Partition("", lane): 1 for lane in range(LANES)}


class World:
    """A pipeline of some lanes whose transactions end when a test says so."""

    def __init__(self, of_a_piece: int) -> None:
        self.producer = Producer()
        self.lanes = [Lane(lane, None, "", TopicIds("", {}), PIECE) for lane in range(LANES)]
        self._next = [0] * LANES
        self.step = Walking(of_a_piece)
        stage = Stage(name="s", topics=("topic",), lanes=LANES, step=self.step, piece_key=PIECE)
        runtime = StageRuntime(
            stage,
            SETTINGS,
            None,
            TopicIds("", {}),
            Schemas(MemoryRegistry()),
            lambda out: None,  # noqa: ARG005 -- no ledger here
        )
        for lane in self.lanes:
            lane.inbox.open({Partition("topic", lane.number): 0}, 1)
        self.pipeline = Pipeline(
            runtime, self.lanes, cast("Any", self.producer), on_room=lambda: None, on_batch=lambda: None
        )

    def give(self, lane: int, *keys: bytes) -> None:
        where, start = Partition("topic", lane), self._next[lane]
        records: list[Record] = [ConsumedRecord("topic", lane, start + n, 0, key, None) for n, key in enumerate(keys)]
        self._next[lane] += len(keys)
        self.lanes[lane].inbox.offer(Batch(where, records, start, self._next[lane], 1))
        self.pipeline.wake()

    def give_pieces(self, *lanes: int) -> None:
        for lane in lanes:
            self.give(lane, PIECE)

    async def asked(self, times: int) -> list[int]:
        """Wait for a transaction, and return its lanes."""
        async with asyncio.timeout(5):
            while len(self.producer.asked) < times:  # noqa: ASYNC110 -- a pipeline has no signal to wait for
                await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(self.producer.asked) == times
        return self.producer.asked[-1]


def play(scenario: Callable[[World], Awaitable[None]], of_a_piece: int) -> None:
    async def run() -> None:
        world = World(of_a_piece)
        task = asyncio.create_task(world.pipeline.run())
        try:
            await scenario(world)
        finally:
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(run())


def test_large_pieces_have_transactions_of_their_own() -> None:
    async def scenario(world: World) -> None:
        world.give_pieces(0, 1, 2, 3)
        # how much a piece writes is known after the first ones
        assert await world.asked(1) == [0, 1, 2, 3]
        world.give_pieces(0, 1, 2, 3)
        for times, lane in enumerate(range(LANES), 2):
            world.producer.allowed.release()
            assert await world.asked(times) == [lane]
        world.give_pieces(2, 1)
        world.producer.allowed.release()
        assert await world.asked(6) == [1]

    play(scenario, LARGE)


def test_a_large_piece_is_computed_while_that_of_another_lane_commits() -> None:
    async def scenario(world: World) -> None:
        world.give_pieces(0, 1)
        await world.asked(1)
        world.producer.allowed.release()
        world.give_pieces(0)
        await world.asked(2)
        world.give_pieces(1)
        await world.asked(2)
        assert world.step.lanes == [0, 1, 0, 1]
        world.producer.allowed.release()
        assert await world.asked(3) == [1]

    play(scenario, LARGE)


def test_small_pieces_share_one_transaction() -> None:
    async def scenario(world: World) -> None:
        for times in (1, 2):
            world.give_pieces(0, 1, 2, 3)
            assert await world.asked(times) == [0, 1, 2, 3]
            world.producer.allowed.release()

    play(scenario, SMALL)


def test_neither_events_nor_large_pieces_wait_for_more_than_one_batch_of_the_other() -> None:
    async def scenario(world: World) -> None:
        world.give_pieces(0, 1)
        await world.asked(1)
        world.give_pieces(0, 1)
        for _ in range(3):
            world.give(3, *[b"event"] * BATCH)
        for times, lane in enumerate([3, 0, 3, 1, 3], 2):
            world.producer.allowed.release()
            assert await world.asked(times) == [lane]

    play(scenario, LARGE)


def test_the_next_piece_after_events_is_small() -> None:
    async def scenario(world: World) -> None:
        world.give_pieces(0, 1)
        await world.asked(1)
        world.give(0, PIECE, b"event")
        world.producer.allowed.release()
        assert await world.asked(2) == [0]
        world.give_pieces(0, 2, 3)
        world.producer.allowed.release()
        assert await world.asked(3) == [0, 2, 3]

    play(scenario, LARGE)


def test_small_pieces_join_events() -> None:
    async def scenario(world: World) -> None:
        world.give_pieces(0)
        await world.asked(1)
        world.give_pieces(0, 1)
        world.give(3, b"event")
        world.producer.allowed.release()
        assert await world.asked(2) == [0, 1, 3]

    play(scenario, SMALL)


@pytest.mark.parametrize(
    ("keys", "pieces"), [((PIECE,), 1), ((PIECE, PIECE), 2), ((PIECE, b"event"), 0), ((b"event",), 0), ((), 0)]
)
def test_a_batch_is_of_pieces_where_it_has_nothing_else(keys: Sequence[bytes], pieces: int) -> None:
    where = Partition("topic", 0)
    inbox = Inbox(PIECE)
    inbox.open({where: 0}, 1)
    records: list[Record] = [ConsumedRecord("topic", 0, n, 0, key, None) for n, key in enumerate(keys)]
    inbox.offer(Batch(where, records, 0, len(keys), 1))
    assert inbox.pieces == pieces
    assert inbox.is_of_pieces == (pieces > 0)
    inbox.take(BATCH)
    assert not inbox.is_of_pieces
    assert inbox.pieces == 0
