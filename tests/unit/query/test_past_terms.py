"""What was in force on a day, of records whose publication ends: said in time or late, and with an end taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.local.stages import LocalStages
from tests.examples import CATALOGUE
from tests.harness.shown_profiles import past
from tests.harness.traffic import acted, registration
from tests.step_harness import PERSON_KEY
from tests.unit.profiles.test_endings import ITEM, PARTY, START, Lane, fined

Said = tuple[int, dict[str, Any]]
DECIDED = START - timedelta(30)


def day(number: int) -> date:
    """Count from the first day of the bus."""
    return START + timedelta(number)


def until(number: int, *, fine: str = "0.5") -> dict[str, Any]:
    """Give a penalty that states its last day."""
    event = fined(1, decided=DECIDED, until=day(number))
    return {**event, "content": event["content"] | {"CF_NR_FK": fine}}


def after(said: Sequence[Said], today: int) -> Lane:
    """Give a lane to which each event was said on its day, and on which it is a later day now."""
    lane = Lane()
    lane.say(registration(PARTY, ""))
    for number, event in said:
        lane.come_to(day(number))
        lane.work()
        lane.say(event)
    lane.come_to(day(today))
    lane.work()
    return lane


def on(lane: Lane, number: int, known_at: int | None = None) -> str:
    """Give the state of the penalty on a day, or why and since when it was not in force."""
    profile = past(lane.bus, PARTY.code, as_of=day(number).isoformat(), known_at=known_at)
    assert profile is not None
    (found,) = [one for one in [*profile["records"], *profile["not_in_force"]] if one["item"] == ITEM]
    if "why" not in found:
        return str(found["state"])
    return f"{found['why']} {found['on'] and (date.fromisoformat(found['on']) - START).days}"


def test_an_end_that_a_later_last_day_took_back_never_was() -> None:
    lane = after([(0, until(2)), (10, until(400))], 20)
    assert [on(lane, number) for number in (1, 3, 9, 10, 15, 20)] == ["ACTIVE"] * 6


def test_before_it_was_taken_back_it_was_known_as_an_end() -> None:
    lane = after([(0, until(2))], 10)
    then = lane.bus.now
    lane.say(until(400))
    assert on(lane, 5, known_at=then) == "expired 3"
    assert on(lane, 5) == "ACTIVE"


def test_of_several_ends_the_one_that_was_not_taken_back_counts() -> None:
    lane = after([(0, until(2)), (10, until(15))], 20)
    assert [on(lane, number) for number in (5, 15, 16, 20)] == ["ACTIVE", "ACTIVE", "expired 16", "expired 16"]


@pytest.mark.parametrize("last", [4, 1])
def test_another_last_day_that_is_over_too_is_the_one_that_counts(last: int) -> None:
    lane = after([(0, until(2)), (10, until(last))], 20)
    assert (on(lane, last), on(lane, last + 1)) == ("ACTIVE", f"expired {last + 1}")


def test_another_content_with_the_same_last_day_leaves_the_end() -> None:
    lane = after([(0, until(2)), (10, until(2, fine="0.6"))], 20)
    assert (on(lane, 2), on(lane, 3)) == ("ACTIVE", "expired 3")


def test_what_its_department_says_has_expired_stays_so_whatever_its_content_says() -> None:
    lane = after([(0, until(50)), (2, acted(until(50), "EXPIRE")), (4, until(60))], 10)
    assert [on(lane, number) for number in (1, 2, 5)] == ["ACTIVE", "expired 2", "expired 2"]


def test_an_end_that_other_rules_took_back_never_was_and_an_objection_shows_from_its_day_on() -> None:
    lane = after([(0, fined(1, decided=DECIDED))], 0)
    ends = date(2023, 5, 1)
    lane.come_to(ends + timedelta(1))
    lane.work()
    assert lane.states() == ["EXPIRED"]
    lane.say(acted(fined(1, decided=DECIDED), "DISPUTE"))
    item = CATALOGUE.items[ITEM]
    longer = tuple(replace(one, max_months=2 * one.max_months) for one in item.publication.periods)
    rules = replace(item, publication=replace(item.publication, periods=longer))
    lane.bus.switch(
        LocalStages.build(
            lanes=1,
            person_key=PERSON_KEY,
            catalogue=Catalogue({**CATALOGUE.items, ITEM: rules}),
            on=ends + timedelta(2),
        )
    )
    lane.work()
    assert lane.states() == ["DISPUTED"]
    days = (date(2022, 1, 1), ends, ends + timedelta(1), ends + timedelta(2))
    assert [on(lane, (one - START).days) for one in days] == ["ACTIVE", "ACTIVE", "DISPUTED", "DISPUTED"]


_REPAIRED = acted(until(2), "REPAIR")


@pytest.mark.parametrize(
    "events",
    [
        [until(2)],
        [fined(1, decided=date(2015, 2, 3))],
        [until(2), until(4)],
        [until(4), until(2)],
        [until(2), until(400)],
        [until(2), _REPAIRED],
        [until(2), acted(until(2), "DISPUTE")],
    ],
)
def test_the_same_is_said_of_what_was_published_in_time_and_late(events: list[dict[str, Any]]) -> None:
    early = after([(0, events[0]), *((10, event) for event in events[1:])], 20)
    late = after([(10, event) for event in events], 20)
    assert early.states() == late.states()
    for number in (-20, 0, 1, 2, 3, 4, 5, 9, 10, 15, 20):
        assert on(early, number) == on(late, number)


def test_a_term_that_was_over_when_it_was_said_ended_on_its_day() -> None:
    lane = after([(10, until(2))], 20)
    assert [on(lane, number) for number in (-31, 1, 2, 3)] == ["not_yet -30", "ACTIVE", "ACTIVE", "expired 3"]
