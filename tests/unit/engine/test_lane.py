"""One lane without servers: records that are missing, late or too many."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import pytest

from creditbus.services.engine import lane as module
from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.errors import FencedError
from creditbus.services.engine.lane import Lane
from creditbus.services.engine.output import Output
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.state import StateView
from creditbus.services.engine.step import Stage
from creditbus.services.engine.turns import Turns
from tests.step_harness import MemoryRegistry, Message

HERE = Partition("topic", 0)
SETTINGS = EngineSettings(batch_records=4, queue_records=8, pause_seconds=0.001)


class World:
    """What a lane sees of Kafka: a committed offset that moves with each transaction."""

    def __init__(self) -> None:
        self.committed_offset: int | None = None
        self.incarnation = 0
        self.commits: list[int] = []
        self.closed = 0
        self.fail_next: Exception | None = None

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        return dict.fromkeys(partitions, self.committed_offset)

    async def bounds(self, partitions: Iterable[Partition]) -> tuple[dict[Partition, int], dict[Partition, int]]:
        return dict.fromkeys(partitions, 3), dict.fromkeys(partitions, 100)

    async def seek(self, offsets: Mapping[Partition, int]) -> int:
        self.sought = dict(offsets)
        self.incarnation += 1
        return self.incarnation


class Step:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []

    async def load(self, schemas: Schemas) -> None:
        """Nothing to learn."""

    def prepare(self, records: Sequence[Record], lane: int) -> tuple[Any, Iterable[bytes]]:  # noqa: ARG002 -- the contract of a step
        return [record.offset for record in records], ()

    def run(self, work: Any, view: StateView, out: Output) -> None:  # noqa: ARG002 -- as above
        self.seen.append(work)


class Bench:
    """A lane on its world."""

    def __init__(self) -> None:
        self.world, self.step = World(), Step()
        self.rooms = 0

    def make(self) -> Lane:
        stage = Stage(name="stage", topics=("topic",), lanes=1, step=self.step)
        return Lane(
            stage=stage,
            number=0,
            partitions=[HERE],
            settings=SETTINGS,
            positions=cast("Any", self.world),
            store=None,
            schemas=Schemas(MemoryRegistry()),
            finish=lambda out: None,  # noqa: ARG005 -- no ledger here
            turns=Turns(1),
            on_room=self._room,
        )

    def _room(self) -> None:
        self.rooms += 1

    def batch(self, start: int, end: int, incarnation: int | None = None) -> Batch:
        records: list[Record] = [Message("topic", 0, offset, 0, None, None) for offset in range(start, end)]
        current = self.world.incarnation if incarnation is None else incarnation
        return Batch(HERE, records, start, end, highwater=end, incarnation=current)

    def play(self, scenario: Callable[[Lane], Awaitable[None]]) -> None:
        async def run() -> None:
            lane = self.make()
            task = asyncio.create_task(lane.run())
            try:
                await until(lambda: lane.wants_records)
                await scenario(lane)
            finally:
                lane.close()
                await asyncio.wait_for(task, 5)

        asyncio.run(run())


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 -- a lane has no signal for a test to wait for
            await asyncio.sleep(0.001)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()

    class Producer:
        def __init__(self, *_: object) -> None: ...

        async def fence(self) -> None: ...

        async def commit(self, _records: object, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
            failure, bench.world.fail_next = bench.world.fail_next, None
            if failure:
                raise failure
            bench.world.committed_offset = offsets[HERE]
            bench.world.commits.append(offsets[HERE])
            return {}

        async def close(self) -> None:
            bench.world.closed += 1

    monkeypatch.setattr(module, "TransactionalProducer", Producer)
    return bench


@pytest.mark.parametrize(("committed", "start"), [(None, 3), (1, 3), (7, 7), (101, 3)])
def test_a_lane_starts_at_the_committed_offset_or_at_the_first_that_is_there(
    bench: Bench, committed: int | None, start: int
) -> None:
    bench.world.committed_offset = committed

    async def scenario(_lane: Lane) -> None:
        assert bench.world.sought == {HERE: start}

    bench.play(scenario)


def test_what_queued_up_goes_into_one_transaction_up_to_the_limit(bench: Bench) -> None:
    async def scenario(lane: Lane) -> None:
        for start in (3, 5, 7):
            lane.offer(bench.batch(start, start + 2))
        await until(lambda: bench.world.committed_offset == 9)
        assert bench.step.seen == [[3, 4, 5, 6], [7, 8]]
        assert bench.world.commits == [7, 9]

    bench.play(scenario)


def test_a_full_queue_is_fetched_no_more_until_there_is_room(bench: Bench) -> None:
    async def scenario(lane: Lane) -> None:
        rooms = bench.rooms
        wants = []
        for start in (3, 7):
            lane.offer(bench.batch(start, start + 4))
            wants.append(lane.wants_records)
        assert wants == [True, False]
        await until(lambda: bench.world.committed_offset == 11)
        assert lane.wants_records
        assert bench.rooms > rooms

    bench.play(scenario)


def test_a_gap_is_never_processed_the_lane_is_acquired_again_where_it_stood(bench: Bench) -> None:
    async def scenario(lane: Lane) -> None:
        lane.offer(bench.batch(3, 5))
        await until(lambda: bench.world.committed_offset == 5)
        lane.offer(bench.batch(6, 8))
        await until(lambda: bench.world.incarnation == 2 and lane.wants_records)
        assert bench.world.sought == {HERE: 5}
        assert bench.world.closed == 1
        lane.offer(bench.batch(5, 8))
        await until(lambda: bench.world.committed_offset == 8)
        assert bench.step.seen == [[3, 4], [5, 6, 7]]

    bench.play(scenario)


def test_a_gap_behind_good_records_gives_those_up_too(bench: Bench) -> None:
    async def scenario(lane: Lane) -> None:
        lane.offer(bench.batch(3, 4))
        lane.offer(bench.batch(5, 6))
        await until(lambda: bench.world.incarnation == 2)
        assert bench.step.seen == []
        assert bench.world.sought == {HERE: 3}

    bench.play(scenario)


def test_what_was_fetched_before_the_lane_was_acquired_again_is_dropped(bench: Bench) -> None:
    async def scenario(lane: Lane) -> None:
        bench.world.fail_next = FencedError("another owner")
        lane.offer(bench.batch(3, 5))
        await until(lambda: bench.world.incarnation == 2 and lane.wants_records)
        lane.offer(bench.batch(3, 5, incarnation=1))
        lane.offer(bench.batch(3, 6))
        await until(lambda: bench.world.committed_offset == 6)
        assert bench.world.commits == [6]

    bench.play(scenario)


def test_an_empty_fetch_moves_the_position(bench: Bench) -> None:
    """Transaction markers take offsets without records."""

    async def scenario(lane: Lane) -> None:
        lane.offer(Batch(HERE, [], 3, 4, highwater=5, incarnation=1))
        lane.offer(bench.batch(4, 5))
        await until(lambda: bench.world.committed_offset == 5)
        assert bench.world.incarnation == 1

    bench.play(scenario)


def test_a_closed_lane_takes_nothing_and_wants_nothing(bench: Bench) -> None:
    async def scenario(lane: Lane) -> None:
        lane.close()
        lane.offer(bench.batch(3, 5))
        assert not lane.wants_records

    bench.play(scenario)
    assert bench.step.seen == []
    assert bench.world.closed == 1
