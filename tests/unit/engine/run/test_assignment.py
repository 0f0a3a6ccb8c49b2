"""A worker's lanes of one stage: what is fetched, what is delivered, and that giving them up has an end."""

import asyncio
import os
from collections.abc import Callable
from typing import cast

import pytest

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.run import assignment as module
from creditbus.services.engine.run.assignment import Assignment
from creditbus.services.engine.run.lane_range import LaneRange
from creditbus.services.engine.run.range_owner import RangeOwner


class StandIn:
    """An owner without Kafka: its task ends when it is closed, after as many cancels as it swallows."""

    def __init__(self, lane_range: LaneRange, partitions: frozenset[Partition], on_room: Callable[[], None]) -> None:
        self.lane_range = lane_range
        self.partitions = partitions
        self.numbers = sorted({partition.partition for partition in partitions})
        self.on_room = on_room
        self.wants: set[Partition] = set()
        self.told = 0
        self.offered: list[Batch] = []
        self.swallows = 0
        self._closed = asyncio.Event()

    def wanted(self, ranges: int) -> set[Partition]:
        self.told = ranges
        return self.wants

    def offer(self, batch: Batch) -> None:
        self.offered.append(batch)

    def close(self) -> None:
        self._closed.set()

    async def run(self) -> None:
        await self._closed.wait()
        while self.swallows > 0:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.swallows -= 1


class Gone(BaseException):
    """The process has ended."""


@pytest.fixture
def made() -> list[StandIn]:
    return []


@pytest.fixture
def lanes(made: list[StandIn], monkeypatch: pytest.MonkeyPatch) -> Assignment:
    def make(lane_range: LaneRange, partitions: frozenset[Partition], on_room: Callable[[], None]) -> RangeOwner:
        made.append(StandIn(lane_range, partitions, on_room))
        return cast("RangeOwner", made[-1])

    def leave(code: int) -> None:
        raise Gone(code)

    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.01)
    monkeypatch.setattr(module, "_CANCEL_SECONDS", 0.05)
    monkeypatch.setattr(os, "_exit", leave)
    return Assignment("stage", 4, make)


ONE, OTHER, NEXT, LAST = Partition("a", 0), Partition("b", 0), Partition("a", 1), Partition("a", 3)


def test_a_lane_is_one_partition_number_of_all_topics(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE, OTHER, NEXT})
        lanes.assign({ONE})
        assert lanes.numbers == [0, 1]
        assert {owner.lane_range: owner.partitions for owner in made} == {LaneRange(0, 2): {ONE, OTHER, NEXT}}
        await lanes.release()
        assert lanes.numbers == []

    asyncio.run(scenario())


def test_lanes_that_make_no_span_have_owners_of_their_own(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE, NEXT, LAST})
        assert {owner.lane_range: owner.numbers for owner in made} == {LaneRange(0, 2): [0, 1], LaneRange(3, 1): [3]}
        await lanes.release()

    asyncio.run(scenario())


def test_only_partitions_of_lanes_with_room_are_wanted(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE, OTHER, NEXT})
        assert lanes.wanted() == set()
        made[0].wants = {ONE, OTHER}
        assert lanes.wanted() == {ONE, OTHER}
        assert {owner.told for owner in made} == {len(made)}
        await lanes.release()
        assert lanes.wanted() == set()

    asyncio.run(scenario())


def test_a_batch_goes_to_its_lane_or_nowhere(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE})
        mine, foreign = Batch(OTHER, [], 0, 1, 1), Batch(LAST, [], 0, 1, 1)
        lanes.deliver(mine)
        lanes.deliver(foreign)
        assert made[0].offered == [mine]
        await lanes.release()
        lanes.deliver(mine)
        assert made[0].offered == [mine]

    asyncio.run(scenario())


def test_waiting_ends_when_a_lane_has_room_or_the_time_is_up(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE})
        await lanes.wait_wanted(0.01)
        waiting = asyncio.create_task(lanes.wait_wanted(60))
        await asyncio.sleep(0)
        assert not waiting.done()
        made[0].on_room()
        await asyncio.wait_for(waiting, 1)
        await lanes.release()

    asyncio.run(scenario())


def test_room_that_came_up_before_does_not_end_the_next_wait(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE})
        made[0].on_room()
        waiting = asyncio.create_task(lanes.wait_wanted(60))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        waiting.cancel()
        await lanes.release()

    asyncio.run(scenario())


@pytest.mark.parametrize("swallows", [0, 1, 3])
def test_a_task_that_swallows_cancels_is_cancelled_again(lanes: Assignment, made: list[StandIn], swallows: int) -> None:
    async def scenario() -> None:
        lanes.assign({ONE, LAST})
        made[0].swallows = swallows
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(lanes.release(), 5)
            assert made[0].swallows == 0
        finally:
            made[0].swallows = 0  # else a failure would not end either

    asyncio.run(scenario())


def test_a_task_that_survives_all_cancels_ends_the_process(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE})
        made[0].swallows = 1_000
        await asyncio.sleep(0)
        try:
            with pytest.raises(Gone) as gone:
                await asyncio.wait_for(lanes.release(), 5)
            assert gone.value.args == (70,)
            assert made[0].swallows < 1_000
        finally:
            made[0].swallows = 0

    asyncio.run(scenario())


def test_lanes_taken_while_others_are_given_up_are_kept(lanes: Assignment, made: list[StandIn]) -> None:
    async def scenario() -> None:
        lanes.assign({ONE})
        made[0].swallows = 2
        await asyncio.sleep(0)
        releasing = asyncio.create_task(lanes.release())
        await asyncio.sleep(0)
        lanes.assign({ONE})
        await releasing
        assert lanes.numbers == [0]
        assert len(made) == 2
        await lanes.release()

    asyncio.run(scenario())
