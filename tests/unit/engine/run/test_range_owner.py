"""The owner of some lanes, without servers: records that are missing, late or too many."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from prometheus_client import REGISTRY

from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.consume.fetcher import NOWHERE
from creditbus.services.engine.errors import DependencyDownError, FencedError
from creditbus.services.engine.metric_updates import observe_lag
from creditbus.services.engine.run import lane as lane_module
from creditbus.services.engine.run import range_owner as module
from creditbus.services.engine.run.changelog import Tail
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.run.lane_range import LaneRange
from creditbus.services.engine.run.range_owner import RangeOwner
from creditbus.services.engine.run.runtime import CatchUp, StageRuntime
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage, StepRun
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.engine.store.stored_offsets import StoredOffset
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.local.registry import MemoryRegistry
from creditbus.topics.city.adoptions import Adoption
from creditbus.topics.names import ADOPTIONS

HERE = Partition("topic", 0)
ADOPTED = Partition(ADOPTIONS, 0)
SETTINGS = EngineSettings(batch_records=4, queue_records=8, pause_seconds=0.001, checkpoint_seconds=0.001)


class World:
    """What a lane sees of Kafka: a committed offset that moves with each transaction."""

    def __init__(self) -> None:
        self.committed_offset: int | None = 3
        self.assignment_epoch = 0
        self.commits: list[int] = []
        self.fenced: list[list[str]] = []
        self.closed = 0
        self.fail_next: Exception | None = None
        self.fails: Callable[[], Exception | None] = lambda: None
        self.first = 3
        self.booked: list[tuple[str, str, int]] = []
        self.adopted: list[Adoption] = []
        self.on_seek: Callable[[], None] = lambda: None

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        return dict.fromkeys(partitions, self.committed_offset)

    async def bounds(self, partitions: Iterable[Partition]) -> tuple[dict[Partition, int], dict[Partition, int]]:
        return dict.fromkeys(partitions, self.first), dict.fromkeys(partitions, 100)

    def next_assignment_epoch(self) -> int:
        self.assignment_epoch += 1
        return self.assignment_epoch

    async def seek(self, offsets: Mapping[Partition, int], assignment_epoch: int) -> None:
        assert assignment_epoch == self.assignment_epoch
        self.sought = dict(offsets)
        self.on_seek()


class Step:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []

    async def load(self, schemas: Schemas) -> None:
        """Nothing to learn."""

    def prepare(self, records: Sequence[Record]) -> tuple[list[int], Iterable[bytes]]:
        return [record.offset for record in records], ()

    def begin(self, work: list[int], view: StateView, out: Output) -> StepRun:  # noqa: ARG002 -- the contract of a step
        return StepRun(self.seen.append)


class Ids(TopicIds):
    """Kafka says `now` when it is asked."""

    def __init__(self) -> None:
        super().__init__("", {"topic": "first"})
        self.now = "first"

    async def ask(self) -> None:
        self._known = {"topic": self.now}


class Bench:
    """A lane on its world."""

    def __init__(self) -> None:
        self.world, self.step = World(), Step()
        self.lane_range, self.partitions = LaneRange(0, 1), [HERE]
        self.rooms = 0
        self.ids = Ids()
        self.store: MemoryStore | None = None
        self.settings = SETTINGS
        self.version = 0
        self.catch_up: CatchUp | None = None

    def make(self) -> RangeOwner:
        stage = Stage(
            name="stage",
            topics=("topic",),
            lanes=4,
            step=self.step,
            changelog="changelog" if self.store else "",
            declarations=self.version,
        )
        schemas, slots = Schemas(MemoryRegistry()), asyncio.Semaphore(2)
        self.runtime = StageRuntime(stage, self.settings, self.store, self.ids, schemas, self._finish, slots)
        self.runtime.catch_up = self.catch_up
        return RangeOwner(self.runtime, self.lane_range, self.partitions, cast("Any", self.world), self._room)

    def _room(self) -> None:
        self.rooms += 1

    def _finish(self, out: Output) -> None:
        for entry, count in out.bookings.deltas():
            out.emit("ledger", 0, f"{entry.outcome} {entry.reason}".encode(), str(count).encode())

    def batch(self, start: int, end: int, assignment_epoch: int | None = None) -> Batch:
        records: list[Record] = [ConsumedRecord("topic", 0, offset, 0, None, None) for offset in range(start, end)]
        current = self.world.assignment_epoch if assignment_epoch is None else assignment_epoch
        return Batch(HERE, records, start, end, assignment_epoch=current)

    def play(self, scenario: Callable[[RangeOwner], Awaitable[None]]) -> None:
        async def run() -> None:
            owner = self.make()
            task = asyncio.create_task(owner.run())
            try:
                await until(owner.wanted)
                await scenario(owner)
            finally:
                owner.close()
                await asyncio.wait_for(task, 5)

        asyncio.run(run())


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 -- a lane has no signal for a test to wait for
            await asyncio.sleep(0.001)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()

    class Producer:
        def __init__(self, _settings: object, name: str, _group: object) -> None:
            self.name = name

        async def fence(self, others: Sequence[str]) -> None:
            bench.world.fenced.append([self.name, *others])

        async def commit(self, records: Any, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
            failure, bench.world.fail_next = bench.world.fail_next or bench.world.fails(), None
            if failure:
                raise failure
            if isinstance(records, dict) and ADOPTED in records:
                bench.world.adopted += [Adoption.decode(value) for _, value in records[ADOPTED]]
                return {}
            if isinstance(records, dict):
                for key, value in records[Partition("ledger", 0)]:
                    bench.world.booked.append((*key.decode().split(), int(value)))
            bench.world.committed_offset = offsets.get(HERE)
            bench.world.commits.append(sum(offsets.values()))
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

    async def scenario(_owner: RangeOwner) -> None:
        assert bench.world.sought == {HERE: start}

    bench.play(scenario)


@pytest.mark.parametrize(
    ("committed", "read", "start"), [(None, 9, 9), (5, 9, 9), (12, 9, 12), (None, 101, 3), (101, 101, 3)]
)
def test_what_the_lane_says_itself_counts_where_the_group_lost_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, committed: int | None, read: int, start: int
) -> None:
    """Unless the topic ends before that: then it is another topic of the same name."""

    monkeypatch.setattr(Lane, "progress", _progress(read))
    bench.world.committed_offset = committed

    async def scenario(_owner: RangeOwner) -> None:
        assert bench.world.sought == {HERE: start}

    bench.play(scenario)


@pytest.mark.parametrize(("committed", "start"), [(None, 3), (5, 5)])
def test_what_the_lane_says_of_a_topic_that_was_created_again_says_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, committed: int | None, start: int
) -> None:
    monkeypatch.setattr(Lane, "progress", _progress(9))
    bench.world.committed_offset = committed
    bench.ids.now = "second"

    async def scenario(_owner: RangeOwner) -> None:
        assert bench.world.sought == {HERE: start}

    bench.play(scenario)


@pytest.mark.parametrize(
    ("committed", "first", "booked"),
    [
        (3, 3, []),
        (3, 8, [("expired_unread", "topic", 5)]),
        (None, 8, [("expired_unread", "topic", 8)]),
        (101, 3, [("expired_unread", "topic", 3), ("topic_recreated", "topic", 1)]),
    ],
)
@pytest.mark.parametrize("failures", [0, 2])
def test_what_can_never_be_read_is_booked_once_with_the_position_behind_it(
    bench: Bench, committed: int | None, first: int, booked: list[tuple[str, str, int]], failures: int
) -> None:
    """A transaction that fails leaves it to the next acquisition; one that is through leaves nothing of it."""
    bench.world.committed_offset, bench.world.first = committed, first
    failing = iter(range(failures if booked else 0))
    bench.world.fails = lambda: FencedError("another owner") if next(failing, None) is not None else None

    async def scenario(owner: RangeOwner) -> None:
        assert bench.world.sought == {HERE: first}
        assert bench.world.booked == booked
        if booked:
            assert bench.world.committed_offset == first
        bench.world.fail_next = FencedError("another owner")
        owner.offer(bench.batch(first, first + 1))
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        assert bench.world.booked == booked

    bench.play(scenario)


def test_a_position_that_is_not_in_the_log_any_more_is_a_reason_to_look_again(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        bench.world.first = 9
        owner.offer(Batch(HERE, [], NOWHERE, NOWHERE, bench.world.assignment_epoch))
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        assert bench.world.sought == {HERE: 9}
        assert bench.world.booked == [("expired_unread", "topic", 6)]

    bench.play(scenario)


def _progress(read: int) -> Callable[..., Awaitable[dict[Partition, StoredOffset]]]:
    async def progress(_lane: Lane, partitions: Iterable[Partition]) -> dict[Partition, StoredOffset]:
        return dict.fromkeys(partitions, StoredOffset(read, "first"))

    return progress


def test_what_queued_up_goes_into_one_transaction_up_to_the_limit(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        for start in (3, 5, 7):
            owner.offer(bench.batch(start, start + 2))
        await until(lambda: bench.world.committed_offset == 9)
        assert bench.step.seen == [[3, 4, 5, 6], [7, 8]]
        assert bench.world.commits == [7, 9]

    bench.play(scenario)


def test_a_full_queue_is_fetched_no_more_until_there_is_room(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        rooms = bench.rooms
        wants = []
        for start in (3, 7):
            owner.offer(bench.batch(start, start + 4))
            wants.append(bool(owner.wanted()))
        assert wants == [True, False]
        await until(lambda: bench.world.committed_offset == 11)
        assert owner.wanted()
        assert bench.rooms > rooms

    bench.play(scenario)


def test_a_lane_with_less_than_its_share_is_fetched_beside_a_full_one(bench: Bench) -> None:
    there = Partition("topic", 1)
    bench.lane_range, bench.partitions = LaneRange(0, 2), [HERE, there]

    async def scenario(owner: RangeOwner) -> None:
        owner.offer(bench.batch(3, 10))
        assert owner.wanted() == {HERE, there}
        assert owner.wanted(ranges=2) == {there}
        owner.offer(bench.batch(10, 11))
        assert owner.wanted() == {there}
        owner.offer(replace(bench.batch(3, 7), partition=there))
        assert owner.wanted() == set()
        await until(lambda: len(bench.world.commits) == 3)
        assert owner.wanted() == {HERE, there}

    bench.play(scenario)


def test_a_gap_is_never_processed_the_lane_is_acquired_again_where_it_stood(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        owner.offer(bench.batch(3, 5))
        await until(lambda: bench.world.committed_offset == 5)
        owner.offer(bench.batch(6, 8))
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        assert bench.world.sought == {HERE: 5}
        assert bench.world.closed == 1
        owner.offer(bench.batch(5, 8))
        await until(lambda: bench.world.committed_offset == 8)
        assert bench.step.seen == [[3, 4], [5, 6, 7]]

    bench.play(scenario)


def test_records_before_a_gap_are_committed_for_they_may_be_nowhere_else(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        owner.offer(bench.batch(3, 4))
        owner.offer(bench.batch(5, 6))
        await until(lambda: bench.world.assignment_epoch == 2)
        assert bench.step.seen == [[3]]
        assert bench.world.commits == [4]
        assert bench.world.sought == {HERE: 4}

    bench.play(scenario)


def test_what_was_fetched_before_the_lane_was_acquired_again_is_dropped(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        bench.world.fail_next = FencedError("another owner")
        owner.offer(bench.batch(3, 5))
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        owner.offer(bench.batch(3, 5, assignment_epoch=1))
        owner.offer(bench.batch(3, 6))
        await until(lambda: bench.world.committed_offset == 6)
        assert bench.world.commits == [6]

    bench.play(scenario)


def test_what_is_read_behind_the_seek_before_the_seek_is_acknowledged_is_taken(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        bench.world.on_seek = lambda: owner.offer(bench.batch(5, 7))
        bench.world.fail_next, bench.world.committed_offset = FencedError("another owner"), 5
        owner.offer(bench.batch(3, 5))
        await until(lambda: bench.world.committed_offset == 7)
        assert bench.world.assignment_epoch == 2

    bench.play(scenario)


def test_an_empty_fetch_moves_the_position(bench: Bench) -> None:
    """Transaction markers take offsets without records."""

    async def scenario(owner: RangeOwner) -> None:
        owner.offer(Batch(HERE, [], 3, 4, assignment_epoch=1))
        owner.offer(bench.batch(4, 5))
        await until(lambda: bench.world.committed_offset == 5)
        assert bench.world.assignment_epoch == 1

    bench.play(scenario)


def test_a_closed_lane_takes_nothing_and_wants_nothing(bench: Bench) -> None:
    async def scenario(owner: RangeOwner) -> None:
        owner.close()
        owner.offer(bench.batch(3, 5))
        assert not owner.wanted()

    bench.play(scenario)
    assert bench.step.seen == []
    assert bench.world.closed == 1


def test_an_owner_shuts_out_all_whose_lanes_it_may_have_had(bench: Bench) -> None:
    bench.lane_range = LaneRange(2, 2)
    bench.partitions = [Partition("topic", 2), Partition("topic", 3)]

    async def scenario(_owner: RangeOwner) -> None:
        ranges = ["2-3", "0-3", "0-7", "0-15", "2", "3"]
        assert bench.world.fenced == [[f"creditbus-stage-{lane_range}" for lane_range in ranges]]

    bench.play(scenario)


def test_a_store_that_was_emptied_is_rebuilt_though_nothing_arrives(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_tail(_settings: object, _changelog: object, start: int | None) -> AsyncIterator[Tail]:
        if start is None:
            yield {b"key": b"value"}, 7

    monkeypatch.setattr(lane_module, "read_tail", read_tail)
    store = bench.store = MemoryStore()

    async def scenario(owner: RangeOwner) -> None:
        assert await store.read(0, [b"key"]) == (7, {b"key": b"value"})
        await store.close()
        assert await store.read(0, [b"key"]) == (None, {b"key": None})
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        assert await store.read(0, [b"key"]) == (7, {b"key": b"value"})
        assert bench.world.closed == 1
        assert bench.world.commits == []

    bench.play(scenario)


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_cancellation_that_a_client_lets_out_does_not_end_the_owner(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, lanes: int
) -> None:
    let_out = [True]

    async def read_tail(_settings: object, _changelog: object, start: int | None) -> AsyncIterator[Tail]:
        if let_out and let_out.pop():
            raise asyncio.CancelledError
        if start is None:
            yield {b"key": b"value"}, 7

    monkeypatch.setattr(lane_module, "read_tail", read_tail)
    bench.store = MemoryStore()
    bench.lane_range, bench.partitions = LaneRange(0, lanes), [Partition("topic", number) for number in range(lanes)]

    async def scenario(owner: RangeOwner) -> None:
        assert owner.ready
        assert not let_out
        assert bench.world.closed == 1

    bench.play(scenario)


def test_an_owner_that_is_cancelled_ends(bench: Bench) -> None:
    async def scenario() -> None:
        task = asyncio.create_task(bench.make().run())
        await until(lambda: bench.rooms)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()

    asyncio.run(scenario())


def test_an_owner_that_is_given_up_in_its_pause_waits_for_nothing_any_more(bench: Bench) -> None:
    def shown() -> float | None:
        return REGISTRY.get_sample_value("creditbus_stage_waiting", {"stage": "stage", "dependency": "redis"})

    async def scenario() -> None:
        before = shown() or 0.0
        bench.settings = replace(SETTINGS, pause_seconds=60.0, pause_max_seconds=60.0)
        owner = bench.make()
        task = asyncio.create_task(owner.run())
        await until(owner.wanted)
        bench.world.fail_next = DependencyDownError("redis", "no answer")
        owner.offer(bench.batch(3, 5))
        await until(lambda: shown() == before + 1)
        owner.close()
        task.cancel()
        await asyncio.wait([task])
        assert shown() == before

    asyncio.run(scenario())


def test_lanes_that_are_held_together_commit_together(bench: Bench) -> None:
    there = Partition("topic", 1)
    bench.lane_range, bench.partitions = LaneRange(0, 2), [HERE, there]

    async def scenario(owner: RangeOwner) -> None:
        owner.offer(bench.batch(3, 5))
        owner.offer(Batch(there, bench.batch(3, 4).records, 3, 4, assignment_epoch=1))
        await until(lambda: bench.world.commits == [5 + 4])
        assert bench.step.seen == [[3, 4], [3]]

    bench.play(scenario)


def test_markers_at_the_end_are_known_as_such_and_a_lane_that_is_given_up_shows_nothing(bench: Bench) -> None:
    def sample() -> float | None:
        return REGISTRY.get_sample_value("creditbus_lane_lag_records", {"stage": "stage", "lane": "0"})

    async def scenario(owner: RangeOwner) -> None:
        # what lies before the start is not read, whatever the group says
        assert [owner.after_markers(HERE, offset) for offset in (1, 3, 4)] == [3, 3, 4]
        owner.offer(bench.batch(3, 5))
        await until(lambda: bench.world.committed_offset == 5)
        for start in (5, 6):
            owner.offer(Batch(HERE, [], start, start + 1, assignment_epoch=1))
            await until(lambda start=start: owner.after_markers(HERE, start) == start + 1)  # type: ignore[misc]
        assert [owner.after_markers(HERE, offset) for offset in (4, 5, 7, 8)] == [4, 7, 7, 8]
        assert bench.world.commits == [5]
        observe_lag("stage", 0, 3)
        bench.world.fail_next = FencedError("another owner")
        owner.offer(bench.batch(7, 8))
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        assert sample() == 3

    bench.play(scenario)
    assert sample() is None


def test_lanes_work_by_a_new_version_from_the_first_record_that_the_old_one_has_not_judged(bench: Bench) -> None:
    bench.version = 1
    newer = Step()

    async def scenario(owner: RangeOwner) -> None:
        owner.offer(bench.batch(3, 5))
        await until(lambda: bench.world.commits == [5])
        bench.runtime.switch(replace(bench.runtime.stage, step=newer, declarations=2), bench.runtime.schemas)
        owner.renew()
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        owner.offer(bench.batch(5, 6))
        await until(lambda: bench.world.commits == [5, 6])

    bench.play(scenario)
    assert bench.world.adopted == [Adoption("stage", 0, 1, {"topic": 3}), Adoption("stage", 0, 2, {"topic": 5})]
    assert (bench.step.seen, newer.seen) == ([[3, 4]], [[5]])


def test_a_version_that_comes_while_lanes_are_acquired_is_taken_up_before_the_first_record(bench: Bench) -> None:
    bench.version = 1
    newer = Step()

    def switch() -> None:
        if bench.runtime.stage.declarations == 1:
            bench.runtime.switch(replace(bench.runtime.stage, step=newer, declarations=2), bench.runtime.schemas)

    bench.world.on_seek = switch

    async def scenario(owner: RangeOwner) -> None:
        await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
        owner.offer(bench.batch(3, 4))
        await until(lambda: bench.world.commits == [4])

    bench.play(scenario)
    assert [one.version for one in bench.world.adopted] == [1, 2]
    assert (bench.step.seen, newer.seen) == ([], [[3]])


@pytest.mark.parametrize("published", [True, False])
def test_a_record_of_a_schema_that_nobody_knows_is_left_to_a_newer_version_if_there_is_one(
    bench: Bench, *, published: bool
) -> None:
    """A stage before this one works by it already; by the older one the record was passed over as foreign."""
    bench.version = 1
    newer = Step()
    acquired: list[int] = []

    async def catch_up() -> None:
        acquired.append(bench.world.assignment_epoch)
        if published and len(acquired) == 2:
            bench.runtime.switch(replace(bench.runtime.stage, step=newer, declarations=2), bench.runtime.schemas)

    bench.catch_up = catch_up

    def batch() -> Batch:
        unknown: list[Record] = [ConsumedRecord("topic", 0, 3, 0, None, b"\0\0\0\x01\x02event")]
        return Batch(HERE, unknown, 3, 4, bench.world.assignment_epoch)

    async def scenario(owner: RangeOwner) -> None:
        owner.offer(batch())
        if published:
            await until(lambda: bench.world.assignment_epoch == 2 and owner.wanted())
            owner.offer(batch())
        await until(lambda: bench.world.commits == [4])

    bench.play(scenario)
    assert [one.version for one in bench.world.adopted] == ([1, 2] if published else [1])
    assert (bench.step.seen, newer.seen) == (([], [[3]]) if published else ([[3]], []))
