"""Which objections are open, since when, and whether they are overdue: from a bus in memory."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.language import choose
from creditbus.services.cli.objections import objection_line
from creditbus.services.domain.profile.objection import Judged
from creditbus.services.query.objections import RecordObjection, clock_of, objection_shown, read_objections
from tests.examples import CATALOGUE, EXAMPLES, Example
from tests.harness.shown_profiles import reader
from tests.step_harness import Bus, machinery
from tests.strategies import SUBJECTS

CODE, OTHER = (one["uscc"] for one in SUBJECTS[:2])
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
OF_2016 = EXAMPLES["administrative-penalty-2016"].claiming(uscc=OTHER)
ROW = EXAMPLES["objection-and-repair"].claiming(uscc=CODE)
OBJECTION = ROW.changed(SJBH="示异1", SJLX="异议申请", SJRQ="2019-06-03")
DUE = "2019-06-18"
"""Ten working days after 3 June 2019; 7 June was a holiday."""


def bus_of(*events: Example) -> Bus:
    bus = Bus(machinery())
    for code in (CODE, OTHER):
        bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=code))
    for event in events:
        bus.publish(event)
        bus.settle()
    bus.settle()
    return bus


def listed(bus: Bus, today: date) -> list[RecordObjection]:
    return asyncio.run(read_objections(reader(bus), clock_of(CATALOGUE), today))


def shown(bus: Bus, today: date = date(2019, 6, 20)) -> Any:
    """Give what `profile show --json` says of the objection to the penalty."""
    profile = asyncio.run(reader(bus).profile(CODE, objection_shown(clock_of(CATALOGUE), today)))
    assert profile is not None
    (found,) = (one["objection"] for one in profile["records"] if one["item"] == "administrative-penalty")
    return found


@pytest.mark.parametrize(
    "later",
    [
        (),
        (PENALTY.changed(CF_SY="乙"),),
        (ROW.changed(SJBH="示声1", SJLX="主体声明", SMNR="已缴清"),),
        (ROW.changed(SJBH="示更1", SJLX="更正", GZNR='{"BZ": "示例"}'),),
        (EXAMPLES["enterprise-registration"].claiming(uscc=CODE).changed(DOMDISTRICT="420103", DOM="另一处"),),
    ],
)
def test_an_objection_is_open_since_its_day_whatever_happens_to_the_record(later: tuple[Example, ...]) -> None:
    bus = bus_of(PENALTY, OBJECTION, *later)
    assert shown(bus) == {"since": "2019-06-03", "due": DUE, "overdue": True, "year_without_working_days": None}
    (one,) = listed(bus, date(2019, 6, 18))
    assert (one.subject, one.record["document_no"]) == (CODE, PENALTY.content["CF_WSH"])
    assert one.judged == Judged(date(2019, 6, 3), date(2019, 6, 18), overdue=False)


@pytest.mark.parametrize(
    "answer",
    [
        ROW.changed(SJBH="示异2", SJLX="异议处理结果", YYBH="示异1", CLJG="不成立"),
        ROW.changed(SJBH="示异2", SJLX="异议处理结果", YYBH="示异1", CLJG="成立", CLCS="更正", GZNR='{"BZ": "示例"}'),
        ROW.changed(SJBH="示异2", SJLX="异议处理结果", YYBH="示异1", CLJG="成立", CLCS="撤销"),
        PENALTY.headed(verb="SETTLE"),
    ],
)
def test_an_answer_stops_the_clock_and_another_objection_starts_it_again(answer: Example) -> None:
    bus = bus_of(PENALTY, OBJECTION, answer)
    assert shown(bus) is None
    assert listed(bus, date(2020, 1, 1)) == []
    bus.publish(OBJECTION.changed(SJBH="示异3", SJRQ="2019-07-01"))
    bus.settle()
    again = shown(bus)
    assert again is None if answer.content.get("CLCS") == "撤销" else again["since"] == "2019-07-01"


def test_an_objection_of_a_department_itself_is_open_since_its_event() -> None:
    event = PENALTY.headed(verb="DISPUTE", source_time=1_559_527_200_000)
    assert shown(bus_of(PENALTY, event))["since"] == "2019-06-03"


def test_what_cannot_be_said_is_counted_last() -> None:
    # a status column says that there is one, and not since when
    bus = bus_of(OF_2016.changed(CF_ZT="异议"), PENALTY, OBJECTION)
    found = listed(bus, date(2019, 7, 1))
    assert [(one.subject, one.judged.overdue) for one in found] == [(CODE, True), (OTHER, None)]
    # the objection of before it does not give it its day
    bus = bus_of(
        OF_2016,
        ROW.claiming(uscc=OTHER).changed(
            SJBH="示异1", SJLX="异议申请", WSH=OF_2016.content["CF_WSH"], JGDM=None, JGMC=OF_2016.content["CF_XZJG"]
        ),
        OF_2016.headed(verb="SETTLE"),
        OF_2016.changed(CF_ZT="异议"),
    )
    assert [one.judged for one in listed(bus, date(2019, 7, 1))] == [Judged(None)]


@pytest.fixture(params=["zh", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    choose(request.param)
    yield request.param
    choose(None)


def found_for(**judged: Any) -> RecordObjection:
    names = {"item": "red-black-list", "authority": "A", "authority_name": "示例局", "document_no": "示列1"}
    return RecordObjection(CODE, names, Judged(**judged))


LATE = found_for(since=date(2019, 6, 3), due=date(2019, 6, 18), overdue=True)
IN_TIME = found_for(since=date(2019, 7, 1), due=date(2019, 7, 15), overdue=False)
UNKNOWN = found_for(since=None)


def test_objections_speak(spoken: str) -> None:
    cases = (
        (LATE, "异议逾期：2019-06-03 提出", "overdue: it was due on 2019-06-18"),
        (IN_TIME, "最迟 2019-07-15 处理", "open objection since 2019-07-01, due on 2019-07-15"),
        (UNKNOWN, "提出日期未知", "its day is not known"),
        (found_for(since=date(2030, 1, 2), lacks_year=2030), "2030 年的工作日历", "the working days of 2030"),
        (found_for(since=date(2010, 1, 2)), "没有处理期限的规则", "no rule of that day"),
    )
    for one, zh, en in cases:
        line = objection_line(one)
        assert line.startswith(f"{CODE}  red-black-list  示列1  示例局  ")
        assert (zh if spoken == "zh" else en) in line


@pytest.mark.parametrize(
    ("options", "found", "code", "wanted"),
    [
        ([], [LATE, IN_TIME, UNKNOWN], 1, ["2019-06-03", "2019-07-01", None]),
        (["--overdue"], [LATE, IN_TIME, UNKNOWN], 1, ["2019-06-03"]),
        (["--overdue"], [IN_TIME, UNKNOWN], 0, []),
    ],
)
def test_the_command_lists_them_and_fails_where_one_is_overdue(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    found: list[RecordObjection],
    code: int,
    wanted: list[str | None],
) -> None:
    async def read(*_: object) -> list[RecordObjection]:
        return found

    monkeypatch.setattr("creditbus.services.cli.objections._read", read)
    servers = {
        "BOOTSTRAP_SERVERS": "localhost:1",
        "REGISTRY_URL": "http://localhost:1",
        "REDIS_URL": "redis://localhost:1",
    }
    for name, value in servers.items():
        monkeypatch.setenv(f"CREDITBUS_{name}", value)
    assert cli.main(["objections", "list", *options, "--json"]) == code
    assert [one["since"] for one in json.loads(capsys.readouterr().out)] == wanted
    assert cli.main(["objections", "list", *options, "--lang", "en"]) == code
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(wanted)
    late = sum(one is LATE for one in found)
    assert said.err.startswith(f"{len(found)} open objections, {late} overdue")
