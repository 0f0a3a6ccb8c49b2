"""What the metrics say of publications that end: of which item, why, and since which midnight they were due."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from prometheus_client import REGISTRY

from creditbus.services.domain.city_time import city_day, day_number, midnight_ms
from creditbus.services.domain.profile.endings import Ended, EndedBy, Endings
from creditbus.services.engine.metric_updates import forget_endings, observe_endings
from creditbus.services.local.stages import LocalStages
from creditbus.topics.names import PROFILES
from tests.examples import CATALOGUE
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.traffic import Event, acted, message, party, penalty, registration
from tests.step_harness import PERSON_KEY, START_MS, Bus

START = city_day(START_MS)
ITEM = "administrative-penalty"
PARTY = party(1, "420106")


@cache
def _stages(on: date) -> LocalStages:
    return LocalStages.build(lanes=1, person_key=PERSON_KEY, catalogue=CATALOGUE, on=on)


def fined(number: int, *, decided: date, until: date | None = None) -> dict[str, Any]:
    event = penalty(PARTY, number, "0.5")
    content = event["content"] | {
        "CF_JDRQ": decided.isoformat(),
        "CF_GSJZQ": until and until.isoformat(),
        "CF_CFLB": "罚款",
    }
    return {**event, "content": content}


class Lane:
    """A lane, and what its batches reported to the metrics."""

    def __init__(self) -> None:
        self.bus = Bus(_stages(START))
        self.reported = Endings()
        self.lines = 0

    def say(self, *events: Event) -> None:
        wire = MemoryWire(self.bus)
        for event in events:
            self.lines += 1
            publish(self.bus, [message(wire, self.lines, event)])
        self.work()

    def work(self) -> None:
        while busy := self.bus.busy():
            self.reported.join(self.bus.turn(*busy[0]).endings)

    def states(self) -> list[str]:
        records = self.bus.records(PARTY.code)
        return [record.state for name, record in records.items() if ITEM in name]

    def come_to(self, on: date) -> None:
        self.bus.now = midnight_ms(day_number(on))
        self.bus.switch(_stages(on))


@pytest.fixture
def lane() -> Lane:
    lane = Lane()
    lane.say(registration(PARTY, ""))
    return lane


def test_what_ends_by_itself_is_reported_with_the_day_on_which_it_was_due(lane: Lane) -> None:
    rule_end = date(2023, 5, 1)
    lane.say(
        fined(1, decided=START, until=START),
        fined(2, decided=START, until=START + timedelta(1)),
        fined(3, decided=START - timedelta(30)),
    )
    assert lane.reported.counts == Counter()
    assert lane.reported.due == {0: day_number(START) + 1}
    lane.come_to(rule_end + timedelta(9))
    lane.work()
    tomorrow = day_number(START) + 1
    assert lane.reported.counts == Counter(
        {
            Ended(ITEM, EndedBy.STATED, tomorrow): 1,
            Ended(ITEM, EndedBy.STATED, tomorrow + 1): 1,
            Ended(ITEM, EndedBy.RULE, day_number(rule_end)): 1,
        }
    )
    assert lane.reported.due == {0: day_number(rule_end) + 10}


def test_while_a_day_is_not_through_it_is_said_since_when_that_is_due(lane: Lane) -> None:
    lane.say(fined(1, decided=START, until=START))
    lane.come_to(START + timedelta(7))
    first = lane.bus.turn(PROFILES.name, 0).endings
    assert first.due == {0: day_number(START) + 1}
    lane.work()
    assert lane.reported.due == {0: day_number(START) + 8}


def test_what_a_repair_or_a_correction_ends_is_reported_too(lane: Lane) -> None:
    day = date(2026, 4, 2)
    lane.come_to(day)
    before = day - timedelta(5)
    lane.say(fined(1, decided=day), fined(2, decided=before), fined(3, decided=before, until=before))
    # the third one was never published
    assert lane.reported.counts == Counter()
    lane.say(acted(fined(1, decided=day), "REPAIR"), fined(2, decided=before, until=before))
    assert lane.reported.counts == Counter({Ended(ITEM, EndedBy.STATED, None): 1})
    over = date(2026, 7, 3)
    lane.come_to(over)
    lane.work()
    assert lane.reported.counts[Ended(ITEM, EndedBy.REPAIRED, day_number(over))] == 1


def test_what_is_repaired_once_more_stays_published_until_its_minimum_period_is_over(lane: Lane) -> None:
    day, over = date(2026, 4, 2), date(2026, 7, 3)
    lane.come_to(day)
    row = fined(1, decided=day)
    lane.say(row, acted(row, "REPAIR"), acted(row, "DISPUTE"))
    assert lane.states() == ["DISPUTED"]
    lane.say(acted(fined(1, decided=day, until=day), "REPAIR"))
    assert lane.states() == ["ACTIVE"]
    lane.come_to(over)
    lane.work()
    assert lane.states() == ["REPAIRED"]


def _samples() -> dict[str, Any]:
    named = {"item": ITEM}
    return {
        "ended": REGISTRY.get_sample_value("creditbus_publications_ended_total", {**named, "reason": "rule"}),
        "late": REGISTRY.get_sample_value("creditbus_publication_end_lateness_seconds_sum", named),
        "count": REGISTRY.get_sample_value("creditbus_publication_end_lateness_seconds_count", named),
        "due": REGISTRY.get_sample_value("creditbus_publication_ends_due_timestamp_seconds", {"lane": "7"}),
    }


def test_a_late_end_shows_how_late_it_is() -> None:
    before = {name: value or 0.0 for name, value in _samples().items()}
    today = day_number(city_day(int(time.time() * 1000)))
    reported = Endings()
    reported.counts[Ended(ITEM, EndedBy.RULE, today - 2)] = 3
    reported.counts[Ended(ITEM, EndedBy.RULE, None)] = 1
    reported.due[7] = today - 1
    observe_endings(reported)
    after = _samples()
    assert after["ended"] - before["ended"] == 4
    assert after["count"] - before["count"] == 3
    assert 2 * 86400 <= (after["late"] - before["late"]) / 3 <= 3 * 86400
    assert after["due"] == midnight_ms(today - 1) / 1000
    forget_endings("intake", 7)
    assert _samples()["due"] is not None
    forget_endings(PROFILES.name, 7)
    assert _samples()["due"] is None
