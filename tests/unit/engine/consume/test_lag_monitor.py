"""What is shown of a stage's backlog, and when Kafka's silence is."""

import asyncio
import logging
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import count

import pytest
from prometheus_client import REGISTRY

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.lag_monitor import SILENT_SECONDS, LagMonitor
from creditbus.services.engine.consume.offsets import OffsetRange

A0, B0, A1 = Partition("a", 0), Partition("b", 0), Partition("a", 1)
_names = count()


class World:
    """Lanes, and a Kafka that answers or fails."""

    def __init__(self) -> None:
        self.stage = f"backlog-{next(_names)}"
        self.partitions = {A0, B0, A1}
        self.passed: dict[tuple[Partition, int], int] = {}
        self.told: list[str] = []
        self.reach: dict[Partition, OffsetRange] = {
            A0: OffsetRange(5, 8),
            B0: OffsetRange(0, 40),
            A1: OffsetRange(7, 7),
        }
        self.asked: list[set[Partition]] = []
        self.failure: Exception | None = None
        self.now = 100.0
        self.gone: set[Partition] = set()
        self.backlog = LagMonitor(self.stage, self, self.ask, lambda: self.now)

    def after_markers(self, partition: Partition, offset: int) -> int:
        return self.passed.get((partition, offset), offset)

    def mark_unreachable(self, dependency: str) -> None:
        self.told.append(dependency)

    def mark_reachable(self) -> None:
        self.told.append("answered")

    async def ask(self, partitions: AbstractSet[Partition]) -> Mapping[Partition, OffsetRange]:
        self.asked.append(set(partitions))
        if self.failure:
            raise self.failure
        self.partitions -= self.gone
        return self.reach

    def measure(self, after: float = 0.0) -> None:
        self.now += after
        asyncio.run(self.backlog.measure())

    def lag(self, lane: int) -> float | None:
        return REGISTRY.get_sample_value("creditbus_lane_lag_records", {"stage": self.stage, "lane": str(lane)})


@pytest.fixture
def world() -> World:
    return World()


def test_a_lane_s_backlog_is_that_of_its_partitions_of_all_topics(world: World) -> None:
    world.measure()
    assert world.asked == [{A0, B0, A1}]
    assert (world.lag(0), world.lag(1)) == (3 + 40, 0)


def test_what_a_lane_knows_to_be_markers_alone_is_no_backlog(world: World) -> None:
    world.passed[A0, 5] = 8
    world.measure()
    assert world.lag(0) == 40


def test_a_group_that_says_more_than_the_topic_holds_has_no_backlog(world: World) -> None:
    world.reach = {A0: OffsetRange(101, 3), B0: OffsetRange(1, 2)}
    world.measure()
    assert world.lag(0) == 1


def test_a_lane_given_up_while_kafka_is_asked_gets_no_sample(world: World) -> None:
    world.gone = {A1}
    world.measure()
    assert (world.lag(0), world.lag(1)) == (43, None)


def test_what_was_shown_stays_while_kafka_does_not_answer(world: World) -> None:
    world.measure()
    world.failure = TimeoutError()
    world.measure()
    assert world.lag(0) == 43


def test_a_silence_is_said_once_and_its_end_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.failure = TimeoutError()
    for _ in range(4):
        world.measure(SILENT_SECONDS / 2 + 0.1)
    assert world.told == ["kafka"]
    world.failure = None
    world.measure()
    world.measure()
    assert world.told == ["kafka", "answered"]
    assert [record.message.split(": it")[0] for record in caplog.records] == [
        f"{world.stage}: wait for kafka",
        f"{world.stage}: kafka is back",
    ]


def test_a_broker_that_restarts_is_no_silence(world: World) -> None:
    for _ in range(3):
        world.failure = TimeoutError()
        world.measure(1)
        world.measure(SILENT_SECONDS - 0.1)
        world.failure = None
        world.measure(1)
    assert world.told == []


def test_a_worker_that_was_frozen_takes_its_own_silence_for_nobody_s(world: World) -> None:
    world.measure()
    world.failure = TimeoutError()
    world.measure(SILENT_SECONDS * 10)
    assert world.told == []


def test_without_lanes_nothing_is_asked_and_no_silence_counted(world: World) -> None:
    world.failure = TimeoutError()
    world.measure()
    world.partitions = set()
    world.measure(SILENT_SECONDS)
    world.partitions = {A0}
    world.measure(1)
    assert world.asked == [{A0, B0, A1}, {A0}]
    assert world.told == []
