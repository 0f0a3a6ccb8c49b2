"""Until when `profile show` says that a record is published, by which rule, and what it says once that is over."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from creditbus.services.cli.language import choose
from creditbus.services.cli.profile_lines import profile_lines
from creditbus.services.domain.city_time import city_day, day_number
from creditbus.services.domain.profile.published import PublishedOn
from tests.examples import CATALOGUE, EXAMPLES, Example
from tests.harness.shown_profiles import reader
from tests.step_harness import START_MS, Bus, machinery

CODE = "91420106MA4KAAA16H"
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
BY_RULE = PENALTY.changed(CF_JDRQ="2019-12-01", CF_GSJZQ=None)
RULE = "国家发展改革委令第58号"
TODAY = city_day(START_MS)


def shown(*events: Example, on: date = TODAY) -> tuple[Any, str]:
    """Return what is said of the publication of the last record, as JSON and as lines."""
    bus = Bus(machinery())
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    for event in events:
        bus.publish(event)
        bus.settle()
    published = PublishedOn(CATALOGUE, day_number(on))
    profile = asyncio.run(reader(bus).profile(CODE, published=published))
    assert profile is not None
    choose("en")
    try:
        return profile["records"][-1]["publication"], "\n".join(profile_lines(profile))
    finally:
        choose(None)


def said(until: str | None, rule: str | None = None, class_: str | None = None, **more: bool) -> dict[str, Any]:
    known = {"verified": True, "ended": False, "overdue": False}
    return {"until": until, "rule": rule, "class": class_, **known, **more}


@pytest.mark.parametrize(
    ("events", "publication", "line"),
    [
        ([PENALTY], said("2021-02-27"), "published until 2021-02-27, as the record states"),
        # a rule ends what is published while it is in force: this one began on the day after
        ([BY_RULE], said("2023-04-30", RULE, "一般"), f"published until 2023-04-30, by the rule {RULE} (一般)"),
        (
            [PENALTY.changed(CF_JDRQ="2010-02-28", CF_GSJZQ="2013-02-27")],
            said("2013-02-27", ended=True),
            "its publication ended with 2013-02-27, as the record states",
        ),
        (
            [EXAMPLES["construction-bad-record"].claiming(uscc=CODE).changed(RDRQ="2019-02-28", GSJZQ=None)],
            said("2022-02-28", "建筑市场信用管理暂行办法", "不良行为", verified=False),
            "published until 2022-02-28, by the rule 建筑市场信用管理暂行办法 (不良行为) (not verified)",
        ),
        ([EXAMPLES["administrative-licence"].claiming(uscc=CODE)], said(None), "published without an end"),
    ],
)
def test_a_profile_says_until_when_a_record_is_published(
    events: list[Example], publication: dict[str, Any], line: str
) -> None:
    as_json, lines = shown(*events)
    assert as_json == publication
    assert line in lines


@pytest.mark.parametrize(
    "events",
    [
        [PENALTY, PENALTY.headed(verb="WITHDRAW")],
        [PENALTY, PENALTY.headed(verb="REPAIR")],
        [EXAMPLES["tax-credit-grade"].claiming(tax_no=CODE).changed(XYDJ="D")],
    ],
)
def test_of_a_record_that_is_not_published_no_end_is_said(events: list[Example]) -> None:
    as_json, lines = shown(*events)
    assert as_json is None
    # that of the registration
    assert lines.count("publi") == 1


def test_an_end_that_the_bus_has_not_come_to_yet_is_said_to_be_overdue() -> None:
    as_json, lines = shown(PENALTY, on=date(2021, 2, 28))
    assert as_json == said("2021-02-27", overdue=True)
    assert "should have ended with 2021-02-27; the bus has not ended it yet, as the record states" in lines
    assert shown(PENALTY, on=date(2021, 2, 27))[0] == said("2021-02-27")
