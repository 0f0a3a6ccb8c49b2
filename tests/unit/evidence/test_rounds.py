"""Manifests by themselves: once in each interval, at the same moments, and none for a feed that is not whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from creditbus.services.domain.evidence.manifest import NO_HASH, Manifest
from creditbus.services.evidence.keys import SigningKey
from creditbus.services.evidence.rounds import Signing, sign_feeds, signing_rounds
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError, UserError
from tests.feed_evidence import key_named

_HOUR = 3600.0
_KEY = key_named("credit.example")
_BUS = Connection("localhost:1", "http://localhost:1", "", Path())


@dataclass
class _Bus:
    """Feeds that always have something new, and a clock that goes on where somebody waits."""

    now: float
    rounds: int
    feeds: Sequence[str] = ("a", "b")
    faults: dict[tuple[int, str], UserError] = field(default_factory=dict)
    """By round, from 0, and feed; an empty name: the bus does not answer."""
    made: dict[str, list[int]] = field(default_factory=dict)
    """When manifests of each feed were made."""
    waited: list[float] = field(default_factory=list)
    known: list[Mapping[str, int] | None] = field(default_factory=list)
    """Watermarks with which each feed was signed."""
    slow: float = 0.0
    """Seconds that one feed takes."""

    def opened(self) -> tuple[Connection, Sequence[str]]:
        self._fail("")
        return _BUS, self.feeds

    def publish(
        self,
        connection: Connection,
        subscriber: str,
        key: SigningKey,
        *,
        since_ms: int,
        watermarks: Mapping[str, int] | None,
        clock: Callable[[], float],
    ) -> Manifest | None:
        assert (connection, key) == (_BUS, _KEY)
        self.known.append(watermarks)
        self._fail(subscriber)
        made = self.made.setdefault(subscriber, [])
        if made and made[-1] >= since_ms:
            return None
        made.append(int(clock() * 1000))
        self.now += self.slow
        return Manifest(f"feed.{subscriber}", len(made), "ed25519", 0, made[-1], NO_HASH, (), NO_HASH)

    def watermarks(self, connection: Connection) -> Mapping[str, int]:
        assert connection == _BUS
        self._fail("watermarks")
        return {"court": len(self.waited)}

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.now += seconds
        return len(self.waited) >= self.rounds

    def run(self) -> list[Signing]:
        return list(
            signing_rounds(
                self.opened,
                _KEY,
                _HOUR,
                clock=lambda: self.now,
                wait=self.wait,
                watermarks=self.watermarks,
                publish=self.publish,
            )
        )

    def _fail(self, name: str) -> None:
        if (error := self.faults.get((len(self.waited), name))) is not None:
            raise error


def _away() -> UserError:
    return UnavailableError("Kafka", "does not answer")


def test_each_feed_gets_a_manifest_at_once_and_then_on_the_hour() -> None:
    bus = _Bus(now=10 * _HOUR + 90, rounds=3)
    assert [(one.subscriber, one.manifest is not None, one.error) for one in bus.run()] == [
        ("a", True, None),
        ("b", True, None),
    ] * 3
    assert bus.made["a"] == [(36_090 * 1000), 11 * 3_600_000, 12 * 3_600_000]
    assert bus.waited == [_HOUR - 90, _HOUR, _HOUR]


def test_a_restart_within_the_hour_makes_none_twice() -> None:
    first = _Bus(now=10 * _HOUR + 90, rounds=1)
    first.run()
    second = _Bus(now=10 * _HOUR + 300, rounds=2, made=first.made)
    assert [one.manifest is not None for one in second.run()] == [False, False, True, True]


def test_a_feed_that_is_not_whole_is_said_and_does_not_keep_the_others_from_it() -> None:
    broken = ConfigurationError("feed.a", "the feed is not whole")
    bus = _Bus(now=_HOUR, rounds=2, faults={(0, "a"): broken})
    found = bus.run()
    assert [one.error for one in found] == [broken, None, None, None]
    assert found[1].manifest is not None
    assert bus.waited == [_HOUR, _HOUR], "nothing is gained by reading it again at once"


@pytest.mark.parametrize("name", ["", "a", "watermarks"])
def test_after_a_server_did_not_answer_the_next_round_comes_within_a_minute(name: str) -> None:
    bus = _Bus(now=_HOUR, rounds=3, faults={(0, name): _away(), (1, name): _away()})
    found = bus.run()
    assert bus.waited == [60.0, 60.0, _HOUR - 120]
    assert len(bus.made["a"]) == len(bus.made["b"]) == 1
    assert [one.error is None for one in found if one.subscriber == name or not one.subscriber][:2] == [False, False]


def test_a_round_that_ends_in_the_next_hour_is_followed_at_once_by_that_hour() -> None:
    bus = _Bus(now=2 * _HOUR - 10, rounds=2, slow=30.0)
    bus.run()
    assert bus.waited[0] == 0.0
    assert len(bus.made["a"]) == 2


@pytest.mark.parametrize("wrong", [24 * _HOUR, -24 * _HOUR])
def test_after_a_clock_was_set_the_next_round_comes_within_an_interval(wrong: float) -> None:
    bus = _Bus(now=10 * _HOUR + 90 + wrong, rounds=3)

    def publish(*_: object, **__: object) -> None:
        if not bus.waited:
            bus.now = 10 * _HOUR + 120

    rounds = signing_rounds(
        bus.opened,
        _KEY,
        _HOUR,
        clock=lambda: bus.now,
        wait=bus.wait,
        watermarks=bus.watermarks,
        publish=publish,
    )
    assert len(list(rounds)) == 6
    assert all(0 <= seconds <= _HOUR for seconds in bus.waited)
    assert bus.now <= 13 * _HOUR + 120


def test_watermarks_are_found_once_in_a_round_for_all_feeds() -> None:
    bus = _Bus(now=_HOUR, rounds=2)
    bus.run()
    assert bus.known == [{"court": 0}, {"court": 0}, {"court": 1}, {"court": 1}]


def test_the_feeds_are_asked_for_in_each_round() -> None:
    bus = _Bus(now=_HOUR, rounds=2)

    def grown() -> tuple[Connection, Sequence[str]]:
        return _BUS, ("a", "b", "c")[: 2 + len(bus.waited)]

    found = signing_rounds(
        grown, _KEY, _HOUR, clock=lambda: bus.now, wait=bus.wait, watermarks=bus.watermarks, publish=bus.publish
    )
    assert [one.subscriber for one in found] == ["a", "b", "a", "b", "c"]


def test_without_rounds_every_feed_is_signed_once_whenever_its_last_manifest_was_made() -> None:
    bus = _Bus(now=_HOUR, rounds=0, made={"a": [1]})
    assert all(
        one.manifest is None or one.error is None
        for one in sign_feeds(_BUS, ["a", "b"], _KEY, clock=lambda: bus.now, publish=bus.publish)
    )
