"""A worker with a clock that is behind brings a new version: no grant that is over gets anything by its day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditbus.services.domain.city_time import city_day, day_number, midnight_ms
from creditbus.services.domain.feed.policy import DeclaredGrants
from creditbus.services.engine.errors import ClockBehindError
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.topics.declarations import declarations
from creditbus.topics.parties import Subscriber
from tests.examples import CATALOGUE
from tests.step_harness import PERSON_KEY, START_MS, Bus
from tests.unit.profiles.test_reidentifying import NUMBER, ONE, PENALTY, register

ON = city_day(START_MS)
NEXT = ON + timedelta(1)
CITY = declarations().subscribers
STAYING, ENDING = CITY["department-housing"], replace(CITY["agency-xinda"], districts=None, valid_until=ON)
FEED = f"feed.{ENDING.id}"


def version(number: int, *subscribers: Subscriber) -> DeclaredGrants:
    return DeclaredGrants(number, {one.id: grant_of(one) for one in subscribers}, CATALOGUE.items)


def stages(on: date, *subscribers: Subscriber, before: Sequence[DeclaredGrants] = ()) -> LocalStages:
    return LocalStages.build(
        lanes=1,
        person_key=PERSON_KEY,
        catalogue=CATALOGUE,
        subscribers=subscribers,
        on=on,
        version=len(before) + 1,
        before=before,
    )


def come_to(bus: Bus, on: date, made: LocalStages) -> None:
    bus.now = midnight_ms(day_number(on))
    bus.switch(made)


@pytest.mark.parametrize("known", [True, False], ids=["a grant of before", "one that the version brings"])
def test_a_grant_that_is_over_by_the_day_of_the_lane_gets_nothing_by_the_one_of_a_late_clock(*, known: bool) -> None:
    first = version(1, STAYING, *([ENDING] if known else []))
    declared = [STAYING, ENDING] if known else [STAYING]
    bus = Bus(stages(ON, *declared))
    for event in (register(ONE, NUMBER), PENALTY):
        bus.publish(event)
        bus.settle()
    come_to(bus, NEXT, stages(NEXT, *declared))
    bus.settle()
    fed = len(bus.read(FEED))
    changed = replace(STAYING, purpose="另一用途")
    come_to(bus, ON, stages(ON, changed, ENDING, before=[first]))
    bus.publish(PENALTY.changed(CF_SY="另一事实"))
    with pytest.raises(ClockBehindError):
        bus.settle()
    come_to(bus, NEXT, stages(NEXT, changed, ENDING, before=[first]))
    bus.settle()
    assert len(bus.read(FEED)) == fed
