"""The demonstration waits until nothing can change any more, and no longer."""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest

from creditbus.deploy.demo.observation import Observation
from creditbus.deploy.demo.rest import await_rest
from creditbus.services.engine.batch import Partition
from creditbus.topics.errors import UnavailableError


def _bus(received: int, applied: int, parked: int = 0, fed: int = 0) -> Observation:
    zero = {"duplicate": 0, "stale": 0, "held": 0}
    accounts = {
        "court": {"received": received, "applied": applied, "parked": parked, "rejected": {"ID_LENGTH": 1}} | zero
    }
    return Observation(accounts, {Partition("feed.court", 0): fed})


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def _reader(readings: Iterator[Observation]) -> Any:
    return lambda: next(readings)


def test_it_ends_when_all_events_have_an_outcome_that_stays() -> None:
    time = _Time()
    readings = chain([_bus(2, 0), _bus(5, 2), _bus(5, 4)], repeat(_bus(5, 4)))
    rest = await_rest(_reader(readings), 5, lambda: None, time.clock, time.pause)
    assert rest.observation == _bus(5, 4)
    assert rest.since == 1.0


def test_a_parked_event_that_is_released_is_waited_for() -> None:
    time = _Time()
    parked, released = _bus(5, 3, parked=1), _bus(5, 4)
    rest = await_rest(_reader(chain([parked] * 4, repeat(released))), 5, lambda: None, time.clock, time.pause)
    assert rest.observation == released


def test_feeds_that_still_grow_are_waited_for() -> None:
    time = _Time()
    behind, complete = _bus(5, 4, fed=1), _bus(5, 4, fed=4)
    rest = await_rest(_reader(chain([behind] * 4, repeat(complete))), 5, lambda: None, time.clock, time.pause)
    assert rest.observation == complete


def test_events_that_never_get_an_outcome_are_an_error() -> None:
    time = _Time()
    with pytest.raises(UnavailableError, match="4 of 5 events have an outcome"):
        await_rest(_reader(repeat(_bus(4, 3))), 5, lambda: None, time.clock, time.pause)


def test_a_worker_that_has_ended_is_not_waited_for() -> None:
    def ended() -> None:
        raise UnavailableError("worker", "ended")

    time = _Time()
    with pytest.raises(UnavailableError, match="ended"):
        await_rest(_reader(repeat(_bus(4, 3))), 5, ended, time.clock, time.pause)
