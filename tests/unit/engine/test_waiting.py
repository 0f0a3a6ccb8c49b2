"""What the lanes of a span show while they wait, and what they say of it."""

import logging
from itertools import count

import pytest
from prometheus_client import REGISTRY

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.waiting import Waiting

LANES = 2
_names = count()


class Span:
    """Two lanes of a stage of their own."""

    def __init__(self) -> None:
        self.stage = f"waiting-{next(_names)}"
        self.waiting = Waiting(EngineSettings(), self.stage, f"{self.stage}/0-1", LANES)

    def shown(self, dependency: str) -> float:
        labels = {"stage": self.stage, "dependency": dependency}
        return REGISTRY.get_sample_value("creditbus_stage_waiting", labels) or 0.0


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
    span.waiting.silent("kafka")
    assert span.shown("kafka") == LANES
    span.waiting.answered()
    assert span.shown("kafka") == 0
    assert caplog.records == []


def test_lanes_that_wait_for_something_else_go_on_to_show_that(span: Span) -> None:
    span.waiting.failed(DependencyDownError("redis", "gone"))
    span.waiting.silent("kafka")
    assert (span.shown("redis"), span.shown("kafka")) == (LANES, 0)
    span.waiting.answered()
    assert span.shown("redis") == LANES


def test_what_fails_in_a_silence_ends_with_an_acquisition_only(span: Span, caplog: pytest.LogCaptureFixture) -> None:
    span.waiting.silent("kafka")
    span.waiting.failed(DependencyDownError("kafka", "gone"))
    span.waiting.answered()
    assert span.shown("kafka") == LANES
    span.waiting.recovered({"kafka"})
    assert span.shown("kafka") == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_batch_ends_what_a_silence_shows(span: Span, caplog: pytest.LogCaptureFixture) -> None:
    span.waiting.silent("kafka")
    span.waiting.recovered()
    assert span.shown("kafka") == 0
    span.waiting.answered()
    span.waiting.over()
    assert span.shown("kafka") == 0
    assert caplog.records == []
