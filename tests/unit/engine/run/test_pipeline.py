"""Batches that overlap: what each sees of those before it, and in which order they become true."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.errors import CheckpointError, DependencyDownError, FencedError, GapError
from creditbus.services.engine.produce.records import Packed
from creditbus.services.engine.run import lane as lane_module
from creditbus.services.engine.run.changelog import Tail
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.run.pipeline import Pipeline
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import FurtherKeys, Stage, StepRun, StoreKind
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.local.registry import MemoryRegistry

HERE = Partition("topic", 0)
CHANGELOG = Partition("changelog", 0)
COUNT = b"count"
COUNTED = b"counted"
SIZE = 4
SETTINGS = EngineSettings(batch_records=SIZE, queue_records=100, output_records=20)
IDLE = replace(SETTINGS, idle_seconds=0.001)


class Counting:
    """Numbers the records by a count that the state holds; keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[bytes | None] = []
        self.at_reads: list[int] = []
        self.reads: Callable[[], int] = lambda: 0

    async def load(self, schemas: Schemas) -> None:
        """Nothing to learn."""

    def prepare(self, records: Sequence[Record]) -> tuple[list[None], Iterable[bytes]]:
        return [None] * len(records), [COUNT]

    def begin(self, work: list[None], view: StateView, out: Output) -> StepRun:
        self.at_reads.append(self.reads())
        before = view.get(COUNT)
        self.seen.append(before)

        def finish() -> None:
            view.put(COUNT, b"%d" % (int(before or 0) + len(work)))
            out.emit("out", 0, None, before)

        return StepRun(lambda part: None, finish)  # noqa: ARG005 -- it counts at the end


class CountingLate(Counting):
    """Asks for the count only where another key says that there is one."""

    def prepare(self, records: Sequence[Record]) -> tuple[list[None], Iterable[bytes]]:
        return [None] * len(records), [COUNTED]

    def further_keys(self, _: Sequence[None], state: Mapping[bytes, bytes | None]) -> tuple[set[bytes], set[bytes]]:
        return (set(), {COUNT}) if state[COUNTED] is None else ({COUNT}, set())

    def begin(self, work: list[None], view: StateView, out: Output) -> StepRun:
        run = super().begin(work, view, out)

        def finish() -> None:
            run.finish()
            view.put(COUNTED, b"yes")

        return StepRun(run.handle, finish)


class Producer:
    """Commits when it is allowed to."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.done: list[int] = []
        self.allowed = asyncio.Semaphore(0)
        self.failure: Exception | None = None
        self._end = 0

    async def commit(self, packed: Packed, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
        self.asked.append(offsets[HERE])
        await self.allowed.acquire()
        if self.failure:
            raise self.failure
        self._end += packed.counts.get(CHANGELOG, 0) + 1
        self.done.append(offsets[HERE])
        return {CHANGELOG: self._end}


class Store(MemoryStore):
    """Writes when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed = asyncio.Event()
        self.allowed.set()
        self.reads = 0
        self.failure: Exception | None = None
        self.seen_at: int | None = None

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        self.reads += 1
        reading = await super().read(lane, keys)
        return reading if self.seen_at is None else Reading(self.seen_at, reading.values)

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        await self.allowed.wait()
        if self.failure:
            raise self.failure
        await super().write(lane, entries, before, after)


class World:
    """A pipeline whose transactions and store writes end when a test says so."""

    def __init__(self, max_outputs_per_record: int = 1, settings: EngineSettings = SETTINGS) -> None:
        self.max_outputs_per_record = max_outputs_per_record
        self.settings = settings
        self.slots = asyncio.Semaphore(2)
        self.producer, self.store = Producer(), Store()
        self.further_keys: FurtherKeys | None = None
        self.step = Counting()
        self.lane = Lane(0, self.store, "changelog", TopicIds("", {}))
        self.through = 0
        self._next = 0

    async def play(self, scenario: Callable[["World"], Awaitable[None]]) -> None:
        self.step.reads = lambda: self.store.reads
        await self.lane.restore(SETTINGS)
        self.lane.inbox.open({HERE: 0}, 1)
        stage = Stage(
            name="s",
            topics=("topic",),
            lanes=1,
            step=self.step,
            store=StoreKind.RESIDENT,
            changelog="changelog",
            further_keys=self.further_keys,
            max_outputs_per_record=self.max_outputs_per_record,
        )
        runtime = StageRuntime(
            stage,
            self.settings,
            self.store,
            TopicIds("", {}),
            Schemas(MemoryRegistry()),
            lambda out: None,  # noqa: ARG005 -- no ledger here
            self.slots,
        )
        self.pipeline = Pipeline(
            runtime, [self.lane], cast("Any", self.producer), on_room=lambda: None, on_batch=self._batch
        )
        self.task = asyncio.create_task(self.pipeline.run())
        try:
            await scenario(self)
        finally:
            self.task.cancel()
            await asyncio.wait([self.task])

    def give(self, count: int) -> None:
        records: list[Record] = [ConsumedRecord("topic", 0, self._next + n, 0, None, None) for n in range(count)]
        self.lane.inbox.offer(Batch(HERE, records, self._next, self._next + count, 1))
        self._next += count
        self.pipeline.wake()

    def leave_gap(self) -> None:
        self._next += 1

    def pass_marker(self) -> None:
        self.lane.inbox.offer(Batch(HERE, [], self._next, self._next + 1, 1))
        self._next += 1
        self.pipeline.wake()

    def _batch(self) -> None:
        self.through += 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 -- a pipeline has no signal for a test to wait for
            await asyncio.sleep(0)


async def settled() -> None:
    """Give every task that can run its turn."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def empty_changelog(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: list[Tail] = []

    async def read_tail(*_: object) -> AsyncIterator[Tail]:
        for tail in nothing:
            yield tail

    monkeypatch.setattr(lane_module, "read_tail", read_tail)


def play(
    scenario: Callable[[World], Awaitable[None]], max_outputs_per_record: int = 1, settings: EngineSettings = SETTINGS
) -> None:
    async def run() -> None:
        await World(max_outputs_per_record, settings).play(scenario)

    asyncio.run(run())


def test_a_whole_batch_is_computed_over_what_the_one_before_it_wrote_while_that_commits() -> None:
    async def scenario(world: World) -> None:
        world.give(SIZE)
        await until(lambda: world.producer.asked == [4])
        world.give(SIZE)
        await until(lambda: world.step.seen == [None, b"4"])
        assert world.producer.asked == [4]
        assert world.store.reads == 1
        world.producer.allowed.release()
        await until(lambda: world.producer.asked == [4, 8])
        world.producer.allowed.release()
        await until(lambda: world.through == 2)
        assert await world.store.read(0, [COUNT]) == (6, {COUNT: b"8"})

    play(scenario)


def test_a_few_records_wait_for_the_transaction_and_for_those_that_join_them() -> None:
    async def scenario(world: World) -> None:
        world.give(1)
        await until(lambda: world.producer.asked == [1])
        world.give(1)
        await settled()
        world.give(1)
        assert len(world.step.seen) == 1
        world.producer.allowed.release()
        await until(lambda: world.producer.asked == [1, 3])
        assert world.step.seen == [None, b"1"]

    play(scenario)


def test_the_state_of_a_whole_batch_is_read_before_the_step_of_the_one_before_it_and_seen_as_that_left_it() -> None:
    async def scenario(world: World) -> None:
        for _ in range(3):
            world.give(SIZE)
        for _ in range(3):
            world.producer.allowed.release()
        await until(lambda: world.through == 3)
        assert world.step.seen == [None, b"4", b"8"]
        # two reads when the first step begins, three when the second does; nothing follows the third
        assert world.step.at_reads == [2, 3, 3]
        assert await world.store.read(0, [COUNT]) == (9, {COUNT: b"12"})

    play(scenario)


@pytest.mark.parametrize("batches", [1, 4])
def test_what_further_keys_call_absent_is_seen_as_the_batch_before_left_it(batches: int) -> None:
    async def run() -> None:
        world = World()
        step = CountingLate()
        world.step, world.further_keys = step, step.further_keys

        async def scenario(world: World) -> None:
            for _ in range(batches):
                world.give(SIZE)
            for _ in range(batches):
                world.producer.allowed.release()
            await until(lambda: world.through == batches)
            world.give(SIZE)
            world.producer.allowed.release()
            await until(lambda: world.through == batches + 1)
            counts = [str(SIZE * number).encode() for number in range(1, batches + 1)]
            assert world.step.seen == [None, *counts]

        await world.play(scenario)

    asyncio.run(run())


def test_what_was_written_after_a_read_began_is_seen_also_when_it_is_not_pending_any_more() -> None:
    async def scenario(world: World) -> None:
        world.give(SIZE)
        world.give(SIZE)
        await until(lambda: world.producer.asked == [4])
        await until(world.slots.locked)
        # the second batch waits for a slot: the first is written to the end, then the second is computed
        world.producer.allowed.release()
        await until(lambda: world.through == 1)
        world.producer.allowed.release()
        await until(lambda: world.through == 2)
        assert world.step.seen == [None, b"4"]

    async def held_up(world: World) -> None:
        # another lane range of the stage has the other slot
        await world.slots.acquire()
        await scenario(world)

    play(held_up)


def test_what_fails_ahead_lets_the_batch_before_it_through() -> None:
    async def scenario(world: World) -> None:
        world.give(SIZE)
        world.leave_gap()
        world.give(SIZE)
        await until(lambda: world.producer.asked == [4])
        await settled()
        assert not world.task.done()
        world.producer.allowed.release()
        await until(world.task.done)
        with pytest.raises(GapError):
            world.task.result()
        assert (world.through, world.producer.done) == (1, [4])

    play(scenario)


def test_closing_drops_what_was_only_read() -> None:
    async def scenario(world: World) -> None:
        await world.slots.acquire()
        world.give(SIZE)
        world.give(SIZE)
        await until(lambda: world.producer.asked == [4])
        world.pipeline.close()
        world.producer.allowed.release()
        await until(world.task.done)
        assert world.task.exception() is None
        assert (world.through, world.producer.done, world.step.seen) == (1, [4], [None])

    play(scenario)


async def take_all(slots: asyncio.Semaphore) -> None:
    for _ in range(2):
        assert not slots.locked()
        await slots.acquire()
    assert slots.locked()


@pytest.mark.parametrize("failure", [None, FencedError("another owner")])
def test_a_batch_waits_for_a_turn_and_gives_it_back_however_it_ends(failure: Exception | None) -> None:
    async def scenario(world: World) -> None:
        await take_all(world.slots)
        world.give(SIZE)
        await settled()
        assert world.step.seen == []
        world.slots.release()
        world.slots.release()
        world.producer.failure = failure
        await until(lambda: world.producer.asked == [4])
        world.give(SIZE)
        await until(lambda: len(world.step.seen) == 2)
        world.producer.allowed.release()
        world.producer.allowed.release()
        await until(lambda: world.task.done() if failure else world.through == 2)
        await take_all(world.slots)

    play(scenario)


@pytest.mark.parametrize(("max_outputs_per_record", "most"), [(1, SIZE), (5, SIZE), (10, 2), (100, 1)])
def test_a_stage_that_writes_many_for_each_reads_fewer_at_once(max_outputs_per_record: int, most: int) -> None:
    assert SETTINGS.batch_of(max_outputs_per_record) == most

    async def scenario(world: World) -> None:
        for _ in range(SIZE):
            world.give(1)
        await until(lambda: bool(world.producer.asked))
        assert world.producer.asked == [most]

    play(scenario, max_outputs_per_record)


def test_the_next_batch_does_not_wait_for_the_store() -> None:
    async def scenario(world: World) -> None:
        world.store.allowed.clear()
        world.producer.allowed.release()
        world.give(SIZE)
        await until(lambda: world.producer.done == [4])
        world.producer.allowed.release()
        world.give(1)
        await until(lambda: world.producer.done == [4, 5])
        assert world.through == 0
        world.store.allowed.set()
        await until(lambda: world.through == 2)
        assert await world.store.read(0, [COUNT]) == (6, {COUNT: b"5"})

    play(scenario)


def test_what_is_no_longer_pending_is_read_from_the_store() -> None:
    async def scenario(world: World) -> None:
        for count in (1, 2, 3):
            world.producer.allowed.release()
            world.give(count)
            await until(lambda count=count: world.through == count)  # type: ignore[misc]
        assert world.step.seen == [None, b"1", b"3"]
        assert world.store.reads == 3

    play(scenario)


@pytest.mark.parametrize("at", [-1, 3, 1_000_000])
def test_a_store_at_another_position_ends_it_before_anything_is_committed(at: int) -> None:
    async def scenario(world: World) -> None:
        world.store.seen_at = at
        world.give(1)
        await until(world.task.done)
        with pytest.raises(CheckpointError):
            world.task.result()
        assert world.producer.asked == []

    play(scenario)


def test_who_looks_at_the_store_is_not_misled_by_a_write_under_way() -> None:
    async def scenario(world: World) -> None:
        looking = asyncio.create_task(world.lane.watch_checkpoint(0))
        for count in (1, 2, 3):
            world.store.allowed.clear()
            world.producer.allowed.release()
            world.give(count)
            await until(lambda count=count: len(world.producer.done) == count)  # type: ignore[misc]
            await settled()
            world.store.allowed.set()
            await until(lambda count=count: world.through == count)  # type: ignore[misc]
            await settled()
        assert not looking.done()
        await world.store.checkpoint(0)
        with pytest.raises(CheckpointError):
            await looking

    play(scenario)


def test_a_transaction_that_fails_takes_what_was_computed_over_it_along() -> None:
    async def scenario(world: World) -> None:
        world.give(SIZE)
        await until(lambda: world.producer.asked == [4])
        world.give(SIZE)
        await until(lambda: len(world.step.seen) == 2)
        world.producer.failure = DependencyDownError("kafka", "gone")
        world.producer.allowed.release()
        await until(world.task.done)
        with pytest.raises(DependencyDownError):
            world.task.result()
        assert world.producer.asked == [4]
        assert world.through == 0

    play(scenario)


def test_a_store_that_fails_ends_it_even_when_nothing_arrives() -> None:
    async def scenario(world: World) -> None:
        world.store.failure = DependencyDownError("redis", "gone")
        world.producer.allowed.release()
        world.give(1)
        await until(world.task.done)
        with pytest.raises(DependencyDownError):
            world.task.result()

    play(scenario)


def test_closing_lets_through_what_was_computed_and_takes_no_more() -> None:
    async def scenario(world: World) -> None:
        world.give(SIZE)
        await until(lambda: world.producer.asked == [4])
        world.pipeline.close()
        world.give(SIZE)
        await settled()
        assert not world.task.done()
        world.producer.allowed.release()
        await until(world.task.done)
        assert world.task.exception() is None
        assert (world.through, world.producer.done) == (1, [4])

    play(scenario)


def test_positions_behind_mere_markers_are_committed_when_nothing_follows_for_a_while() -> None:
    """Else they were taken for unread records, once retention has deleted them."""

    async def scenario(world: World) -> None:
        world.producer.allowed.release()
        world.give(2)
        await until(lambda: world.producer.done == [2])
        world.producer.allowed.release()
        world.pass_marker()
        await until(lambda: world.producer.done == [2, 3])
        assert world.through == 1
        world.producer.allowed.release()
        world.give(1)
        await until(lambda: world.producer.done == [2, 3, 4])

    play(scenario, settings=IDLE)


def test_positions_behind_mere_markers_are_committed_with_the_next_records_or_at_the_end() -> None:
    async def scenario(world: World) -> None:
        world.producer.allowed.release()
        world.pass_marker()
        await settled()
        assert world.producer.asked == []
        world.give(1)
        await until(lambda: world.producer.done == [2])
        world.pass_marker()
        await settled()
        assert world.producer.asked == [2]
        world.producer.allowed.release()
        world.pipeline.close()
        await until(world.task.done)
        assert world.producer.done == [2, 3]

    play(scenario)


def test_a_lane_that_is_given_up_needs_no_answer_about_markers() -> None:
    async def scenario(world: World) -> None:
        world.pass_marker()
        await settled()
        world.producer.failure = FencedError("another owner")
        world.producer.allowed.release()
        world.pipeline.close()
        await until(world.task.done)
        assert world.task.exception() is None

    play(scenario)
