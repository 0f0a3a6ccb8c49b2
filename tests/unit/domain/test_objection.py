"""When an open objection is due: by the rule of its day, over the working days that are known, and never by a guess."""

from dataclasses import replace
from datetime import date

import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, ObjectionRule
from creditbus.services.domain.profile.objection import (
    Judged,
    ObjectionClock,
    ObjectionStanding,
    OpenObjection,
)
from creditbus.services.domain.working_days import WorkingCalendar, YearDays
from tests.examples import CATALOGUE

RULES = (
    ObjectionRule(
        effective_from=date(2018, 1, 1), effective_to=date(2018, 6, 30), working_days=3, source="甲", verified=True
    ),
    ObjectionRule(effective_from=date(2018, 7, 1), effective_to=None, working_days=5, source="乙", verified=True),
)
# 2018-07-09, a Monday, is a holiday here
CALENDAR = WorkingCalendar({2018: YearDays(frozenset({date(2018, 7, 9)}), frozenset())})
CLOCK = ObjectionClock(RULES, CALENDAR)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (date(2018, 6, 29), date(2018, 7, 4)),  # a Friday: by the rule of before, also where it ends in the meantime
        (date(2018, 7, 2), date(2018, 7, 10)),  # five days, the weekend and the holiday left out
    ],
)
def test_it_is_due_on_the_last_working_day_that_the_rule_of_its_day_gives(since: date, due: date) -> None:
    assert CLOCK.judged(OpenObjection(since), due) == Judged(since, due, overdue=False)
    assert CLOCK.judged(OpenObjection(since), date(2018, 12, 1)) == Judged(since, due, overdue=True)


@pytest.mark.parametrize(
    ("since", "lacks"),
    [(date(2018, 12, 26), 2019), (date(2019, 3, 1), 2019), (date(2017, 12, 29), None), (None, None)],
)
def test_what_is_not_known_is_said(since: date | None, lacks: int | None) -> None:
    judged = CLOCK.judged(OpenObjection(since), date(2030, 1, 1))
    assert judged == Judged(since, lacks_year=lacks)
    assert judged.standing is ObjectionStanding.UNKNOWN


def test_rules_stand_in_the_item_that_brings_objections_and_in_one_alone() -> None:
    acting = CATALOGUE.items["objection-and-repair"]
    assert CATALOGUE.objections == acting.objections != ()
    assert Catalogue({acting.id: replace(acting, objections=())}).objections == ()
    with pytest.raises(CatalogueError, match="objections"):
        _parse("administrative-penalty")
    with pytest.raises(CatalogueError, match="objection-and-repair"):
        _parse("objection-and-repair", "second-office")


def _parse(*items: str) -> None:
    rules = [{"effective_from": date(2018, 1, 1), "working_days": 3, "source": "甲"}]
    raw = raw_catalogue()
    Catalogue.parse(
        {
            name: (shipped.schema, {**shipped.entry, "id": name, "objections": rules})
            for name in items
            for shipped in [raw.get(name) or raw["objection-and-repair"]]
        }
    )
