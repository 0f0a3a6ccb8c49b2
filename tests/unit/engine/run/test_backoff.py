"""What the lanes of a span show while they wait, and what they say of it."""

import asyncio
import logging
from collections.abc import Callable
from itertools import count

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from prometheus_client import REGISTRY

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.run.backoff import Backoff
from creditbus.services.engine.settings import EngineSettings

LANES = 2
SETTINGS = EngineSettings(pause_seconds=1.0, pause_max_seconds=8.0)
_names = count()


class Span:
    """Two lanes of a stage of their own."""

    def __init__(self) -> None:
        self.stage = f"waiting-{next(_names)}"
        self.waiting = Backoff(SETTINGS, self.stage, f"{self.stage}/0-1", LANES)

    def shown(self, dependency: str) -> float:
        labels = {"stage": self.stage, "dependency": dependency}
        return REGISTRY.get_sample_value("creditbus_stage_waiting", labels) or 0.0


async def acquired(span: Span, *proven: str) -> None:
    span.waiting.acquired(proven)


@pytest.fixture
def span(caplog: pytest.LogCaptureFixture) -> Span:
    caplog.set_level(logging.INFO)
    return Span()


def test_every_lane_of_the_span_counts(span: Span) -> None:
    span.waiting.failed(DependencyDownError("redis", "gone"))
    span.waiting.failed(DependencyDownError("redis", "gone"))
    assert span.shown("redis") == LANES
    span.waiting.failed(DependencyDownError("kafka", "gone"))
    assert (span.shown("redis"), span.shown("kafka")) == (0, LANES)
    span.waiting.recovered()
    assert span.shown("kafka") == 0


def test_a_silence_is_shown_and_left_to_others_to_say(span: Span, caplog: pytest.LogCaptureFixture) -> None:
    span.waiting.mark_unreachable("kafka")
    assert span.shown("kafka") == LANES
    span.waiting.mark_reachable()
    assert span.shown("kafka") == 0
    assert caplog.records == []


def test_lanes_that_wait_for_something_else_go_on_to_show_that(span: Span) -> None:
    span.waiting.failed(DependencyDownError("redis", "gone"))
    span.waiting.mark_unreachable("kafka")
    assert (span.shown("redis"), span.shown("kafka")) == (LANES, 0)
    span.waiting.mark_reachable()
    assert span.shown("redis") == LANES


def test_what_fails_in_a_silence_ends_with_an_acquisition_only(span: Span, caplog: pytest.LogCaptureFixture) -> None:
    span.waiting.mark_unreachable("kafka")
    span.waiting.failed(DependencyDownError("kafka", "gone"))
    span.waiting.mark_reachable()
    assert span.shown("kafka") == LANES
    asyncio.run(acquired(span, "kafka"))
    assert span.shown("kafka") == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_batch_ends_what_a_silence_shows(span: Span, caplog: pytest.LogCaptureFixture) -> None:
    span.waiting.mark_unreachable("kafka")
    span.waiting.recovered()
    assert span.shown("kafka") == 0
    span.waiting.mark_reachable()
    span.waiting.over()
    assert span.shown("kafka") == 0
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


def fail_again_and_again(span: Span, error: Exception, times: int, between: Callable[[], None] = lambda: None) -> None:
    for _ in range(times):
        span.waiting.failed(error)
        asyncio.run(span.waiting.pause())
        between()


def test_pauses_grow_up_to_the_longest(span: Span, clock: Clock) -> None:
    fail_again_and_again(span, DependencyDownError("redis", "gone"), 6)
    assert clock.pauses == [1, 2, 4, 8, 8, 8]


def test_an_acquisition_whose_batch_fails_again_does_not_shorten_the_pause(span: Span, clock: Clock) -> None:
    fail_again_and_again(span, ValueError("a fault"), 4, lambda: span.waiting.acquired({"kafka"}))
    assert clock.pauses == [1, 2, 4, 8]


def test_a_batch_that_is_through_ends_the_growth(span: Span, clock: Clock) -> None:
    fail_again_and_again(span, ValueError("a fault"), 3, span.waiting.recovered)
    assert clock.pauses == [1, 1, 1]


def test_an_acquisition_that_holds_for_long_ends_the_growth(span: Span, clock: Clock) -> None:
    def held() -> None:
        span.waiting.acquired({"kafka"})
        clock.now += SETTINGS.pause_max_seconds

    fail_again_and_again(span, KafkaConnectionError("gone"), 3, held)
    assert clock.pauses == [1, 1, 1]


def test_the_same_failure_is_said_once_until_a_batch_is_through(
    span: Span, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail_again_and_again(span, ValueError("a fault"), 3, lambda: span.waiting.acquired({"kafka"}))
    span.waiting.recovered()
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert caplog.records[0].exc_info
    assert caplog.records[1].message.endswith("goes on after 3 failures")
    assert clock.pauses


def test_what_comes_and_goes_is_said_to_be_away_and_back_once(
    span: Span, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail_again_and_again(span, KafkaConnectionError("gone"), 4, lambda: span.waiting.acquired({"kafka"}))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.records[1].message.endswith("kafka is back")
    assert clock.pauses


def test_what_kafka_refuses_for_good_is_no_kafka_that_is_away(span: Span, caplog: pytest.LogCaptureFixture) -> None:
    span.waiting.failed(MessageSizeTooLargeError())
    assert (span.waiting.dependency, span.shown("kafka")) == ("", 0)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
