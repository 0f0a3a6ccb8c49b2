"""A subject gives up records while a lane goes through it: what is left of it is gone through all the same."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from creditbus.services.domain.catalogue import Catalogue, PublicationRules
from creditbus.services.domain.city_time import city_day, day_number, midnight_ms
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.feed.policy import DeclaredGrants
from creditbus.services.domain.profile.keys import LANE_KEY
from creditbus.services.domain.profile.lane import LaneStanding
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.topics.declarations import declarations
from creditbus.topics.names import PROFILES
from tests.examples import CATALOGUE
from tests.step_harness import PERSON_KEY, START_MS, Bus
from tests.unit.profiles.test_reidentifying import FREE, NUMBER, ONE, PENALTY, register

ITEM = PENALTY.item.id
ON = city_day(START_MS)
LATER = ON + timedelta(30)
RULES = CATALOGUE.items[ITEM].publication
LONGER = replace(RULES, periods=tuple(replace(one, max_months=2 * one.max_months) for one in RULES.periods))
BY_CODE = 150
AGENCY = replace(
    declarations().subscribers["agency-xinda"],
    items=(ITEM, "enterprise-registration"),
    districts=None,
    subject_kinds=("ENTERPRISE",),
)
FEED = f"feed.{AGENCY.id}"


@cache
def stages(on: date, rules: PublicationRules | None = None, *, narrower: bool = False) -> LocalStages:
    """Return stages under the first version; with rules, under a second one that has these."""
    items, subscriber = CATALOGUE.items, AGENCY
    if rules is not None:
        items = {**items, ITEM: replace(items[ITEM], publication=rules)}
    if narrower:
        subscriber = replace(subscriber, items=("enterprise-registration",))
    return LocalStages.build(
        lanes=1,
        person_key=PERSON_KEY,
        catalogue=Catalogue(items),
        subscribers=[subscriber],
        on=on,
        version=1 if rules is None else 2,
        before=[] if rules is None else [DeclaredGrants(1, {AGENCY.id: grant_of(AGENCY)}, CATALOGUE.items)],
    )


def filled(own: int, until: date | None = None) -> Bus:
    """Give a lane whose one subject has penalties by a code that it will give up, and after those some of its own."""
    bus = Bus(stages(ON))
    bus.publish(register(ONE, NUMBER))
    bus.settle()
    penalty = PENALTY.changed(CF_JDRQ="2019-12-01", CF_GSJZQ=None if until is None else until.isoformat())
    for number in range(BY_CODE):
        bus.publish(penalty.changed(CF_WSH=f"示罚〔2018〕{number}号"))
    for number in range(own):
        claiming = penalty.claiming(uscc=ONE, registration_no=None)
        bus.publish(claiming.changed(CF_WSH=f"示罚〔2019〕{number}号"))
    bus.settle()
    return bus


def standing(bus: Bus) -> LaneStanding:
    return LaneStanding.decode(bus.stores[PROFILES.name, 0][LANE_KEY])


def is_untouched(lane: LaneStanding) -> bool:
    return not lane.begun


def is_filed_in_part(lane: LaneStanding) -> bool:
    return lane.begun and lane.filed > 0


def is_restated_in_part(lane: LaneStanding) -> bool:
    return lane.begun and lane.filed == 0


def work_until(bus: Bus, amid: Callable[[LaneStanding], bool]) -> None:
    while not amid(standing(bus)):
        assert bus.unread(PROFILES.name, 0), "the walk is over"
        bus.turn(PROFILES.name, 0, 1)


def give_up(bus: Bus, amid: Callable[[LaneStanding], bool]) -> None:
    """Let the subject give up its code once the lane's walk has come to where `amid` holds, and work to the end."""
    work_until(bus, amid)
    bus.publish(register(ONE, FREE, "更正"))
    bus.settle()
    assert not standing(bus).behind


def shown(bus: Bus) -> Counter[str]:
    """Count the states in which the agency's feed has penalties."""
    newest = {one.key: bus.decode(one.value)["record"] for one in bus.read(FEED)}
    return Counter(one["state"] for one in newest.values() if one["item"] == ITEM)


@pytest.mark.parametrize("amid", [is_untouched, is_filed_in_part, is_restated_in_part])
@pytest.mark.parametrize("own", [0, 20, 70, 100])
def test_each_record_that_is_left_is_restated(own: int, amid: Callable[[LaneStanding], bool]) -> None:
    bus = filled(own)
    assert shown(bus) == {"ACTIVE": BY_CODE + own}
    bus.switch(stages(ON, LONGER, narrower=True))
    give_up(bus, amid)
    assert shown(bus) == {"WITHHELD": BY_CODE + own}


@pytest.mark.parametrize("amid", [is_untouched, is_filed_in_part, is_restated_in_part])
@pytest.mark.parametrize("own", [20, 70, 100])
def test_each_record_that_is_left_is_published_again_where_no_rule_ends_it_any_more(
    own: int, amid: Callable[[LaneStanding], bool]
) -> None:
    bus = filled(own, until=ON + timedelta(1))
    bus.now = midnight_ms(day_number(LATER))
    bus.switch(stages(LATER))
    bus.settle()
    assert set(shown(bus)) == {"EXPIRED"}
    bus.switch(stages(LATER, PublicationRules()))
    give_up(bus, amid)
    left = [one for name, one in bus.records(ONE).items() if name.startswith(ITEM)]
    assert Counter(one.state for one in left) == {RecordState.ACTIVE: own}
    assert shown(bus)["ACTIVE"] == own


def test_a_subject_that_gave_up_records_amid_one_walk_is_gone_through_by_the_next() -> None:
    bus = filled(70)
    bus.switch(stages(ON, LONGER))
    work_until(bus, is_filed_in_part)
    bus.publish(register(ONE, FREE, "更正"))
    while bus.unread("intake", 0):
        bus.turn("intake", 0)
    # the walk begins again before it is through
    bus.switch(stages(ON, replace(LONGER, periods=RULES.periods[:1]), narrower=True))
    bus.settle()
    assert not standing(bus).behind
    assert shown(bus) == {"WITHHELD": BY_CODE + 70}
