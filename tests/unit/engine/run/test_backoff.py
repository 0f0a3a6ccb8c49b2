"""What the lanes of a lanes show while they wait, and what they say of it."""

import asyncio
import logging
from collections.abc import Callable
from itertools import count

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from prometheus_client import REGISTRY

from creditbus.services.engine.errors import CheckpointError, DependencyDownError
from creditbus.services.engine.run.backoff import Backoff
from creditbus.services.engine.settings import EngineSettings

LANES = 2
SETTINGS = EngineSettings(pause_seconds=1.0, pause_max_seconds=8.0)
_names = count()


class Lanes:
    """Two lanes of a stage of their own."""

    def __init__(self) -> None:
        self.stage = f"waiting-{next(_names)}"
        self.waiting = Backoff(SETTINGS, self.stage, f"{self.stage}/0-1", LANES)

    def shown(self, dependency: str) -> float:
        labels = {"stage": self.stage, "dependency": dependency}
        return REGISTRY.get_sample_value("creditbus_stage_waiting", labels) or 0.0


async def acquired(lanes: Lanes, *proven: str) -> None:
    lanes.waiting.acquired(proven)


@pytest.fixture
def lanes(caplog: pytest.LogCaptureFixture) -> Lanes:
    caplog.set_level(logging.INFO)
    return Lanes()


def test_every_lane_of_the_span_counts(lanes: Lanes) -> None:
    lanes.waiting.failed(DependencyDownError("redis", "gone"))
    lanes.waiting.failed(DependencyDownError("redis", "gone"))
    assert lanes.shown("redis") == LANES
    lanes.waiting.failed(DependencyDownError("kafka", "gone"))
    assert (lanes.shown("redis"), lanes.shown("kafka")) == (0, LANES)
    lanes.waiting.recovered()
    assert lanes.shown("kafka") == 0


def test_a_silence_is_shown_and_left_to_others_to_say(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    lanes.waiting.mark_unreachable("kafka")
    assert lanes.shown("kafka") == LANES
    lanes.waiting.mark_reachable()
    assert lanes.shown("kafka") == 0
    assert caplog.records == []


def test_lanes_that_wait_for_something_else_go_on_to_show_that(lanes: Lanes) -> None:
    lanes.waiting.failed(DependencyDownError("redis", "gone"))
    lanes.waiting.mark_unreachable("kafka")
    assert (lanes.shown("redis"), lanes.shown("kafka")) == (LANES, 0)
    lanes.waiting.mark_reachable()
    assert lanes.shown("redis") == LANES


def test_what_fails_in_a_silence_ends_with_an_acquisition_only(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    lanes.waiting.mark_unreachable("kafka")
    lanes.waiting.failed(DependencyDownError("kafka", "gone"))
    lanes.waiting.mark_reachable()
    assert lanes.shown("kafka") == LANES
    asyncio.run(acquired(lanes, "kafka"))
    assert lanes.shown("kafka") == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_batch_ends_what_a_silence_shows(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    lanes.waiting.mark_unreachable("kafka")
    lanes.waiting.recovered()
    assert lanes.shown("kafka") == 0
    lanes.waiting.mark_reachable()
    lanes.waiting.over()
    assert lanes.shown("kafka") == 0
    assert caplog.records == []


class Clock:
    """Time that passes in pauses alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.pauses: list[float] = []
        monkeypatch.setattr("creditbus.services.engine.run.backoff._now", lambda: self.now)
        monkeypatch.setattr("creditbus.services.engine.run.backoff.asyncio.sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def fail_again_and_again(
    lanes: Lanes, error: Exception, times: int, between: Callable[[], None] = lambda: None
) -> None:
    for _ in range(times):
        lanes.waiting.failed(error)
        asyncio.run(lanes.waiting.pause())
        between()


def test_pauses_grow_up_to_the_longest(lanes: Lanes, clock: Clock) -> None:
    fail_again_and_again(lanes, DependencyDownError("redis", "gone"), 6)
    assert clock.pauses == [1, 2, 4, 8, 8, 8]


def test_an_acquisition_whose_batch_fails_again_does_not_shorten_the_pause(lanes: Lanes, clock: Clock) -> None:
    fail_again_and_again(lanes, ValueError("a fault"), 4, lambda: lanes.waiting.acquired({"kafka"}))
    assert clock.pauses == [1, 2, 4, 8]


def test_a_batch_that_is_through_ends_the_growth(lanes: Lanes, clock: Clock) -> None:
    fail_again_and_again(lanes, ValueError("a fault"), 3, lanes.waiting.recovered)
    assert clock.pauses == [1, 1, 1]


def test_an_acquisition_that_holds_for_long_ends_the_growth(lanes: Lanes, clock: Clock) -> None:
    def held() -> None:
        lanes.waiting.acquired({"kafka"})
        clock.now += SETTINGS.pause_max_seconds

    fail_again_and_again(lanes, KafkaConnectionError("gone"), 3, held)
    assert clock.pauses == [1, 1, 1]


def test_the_same_failure_is_said_once_until_a_batch_is_through(
    lanes: Lanes, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail_again_and_again(lanes, ValueError("a fault"), 3, lambda: lanes.waiting.acquired({"kafka"}))
    lanes.waiting.recovered()
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert caplog.records[0].exc_info
    assert caplog.records[1].message.endswith("goes on after 3 failures")
    assert clock.pauses


def test_what_comes_and_goes_is_said_to_be_away_and_back_once(
    lanes: Lanes, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail_again_and_again(lanes, KafkaConnectionError("gone"), 4, lambda: lanes.waiting.acquired({"kafka"}))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.records[1].message.endswith("kafka is back")
    assert clock.pauses


def test_what_kafka_refuses_for_good_is_no_kafka_that_is_away(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    lanes.waiting.failed(MessageSizeTooLargeError())
    assert (lanes.waiting.dependency, lanes.shown("kafka")) == ("", 0)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "wait for kafka: TimeoutError"),
        (KafkaConnectionError("gone"), "wait for kafka: KafkaConnectionError: gone"),
        (CheckpointError(), "acquire again: CheckpointError"),
    ],
    ids=["a time-out", "a library's", "ours without a word"],
)
def test_every_error_is_said_by_name(
    error: Exception, said: str, lanes: Lanes, caplog: pytest.LogCaptureFixture
) -> None:
    lanes.waiting.failed(error)
    assert [one.message for one in caplog.records] == [f"{lanes.stage}/0-1: {said}"]
