"""A record that comes to another subject and meets one of its key: what was said and done of both counts."""

from datetime import date

import pytest

from creditbus.topics.declarations import declarations
from tests.examples import EXAMPLES, Example
from tests.harness.another_day import pass_to
from tests.harness.shown_profiles import past, present
from tests.step_harness import Bus
from tests.unit.profiles.test_reidentifying import (
    ACT,
    FEED,
    FREE,
    NUMBER,
    ONE,
    OTHER,
    PENALTY,
    bus_of,
    penalties,
    publish,
    register,
)
from tests.unit.profiles.test_repaired_is_gone import LATER, PENALISED, REPAIRED_ON, newest

#: The department has looked up the right code.
NAMED = PENALTY.claiming(uscc=OTHER, registration_no=None)
NAMED_ACT = ACT.claiming(uscc=OTHER)
OBJECTION = ACT.changed(SJBH="示异1", SJLX="异议申请")
DISMISSED = ACT.changed(SJBH="示异2", SJLX="异议处理结果", YYBH="示异1", CLJG="不成立")
STATEMENT = ACT.changed(SJBH="示声1", SJLX="主体声明", SMNR="虚构声明")
CORRECTION = ACT.changed(SJBH="示更1", SJLX="更正", GZNR='{"BZ": "更正后"}')
REPAIR, END, WITHDRAW = (PENALTY.headed(verb=verb) for verb in ("REPAIR", "END", "WITHDRAW"))


def city(*events: Example) -> Bus:
    return bus_of(register(ONE, NUMBER), register(OTHER, None, "初始"), *events)


def hand_over(bus: Bus) -> None:
    publish(bus, register(ONE, FREE, "更正"), register(OTHER, NUMBER, "再次"))
    assert penalties(bus, ONE) == []
    assert bus.ledger().balanced


def shown(bus: Bus, code: str) -> tuple[str, str | None, str | None]:
    (record,) = penalties(bus, code)
    return record["state"], record["statement"], record["content"].get("BZ")


@pytest.mark.parametrize(
    "acts",
    [
        [REPAIR],
        [END],
        [END, REPAIR],
        [WITHDRAW],
        [OBJECTION],
        [REPAIR, STATEMENT],
        [REPAIR, OBJECTION],
        [REPAIR, OBJECTION, DISMISSED],
        [OBJECTION, DISMISSED, REPAIR],
        [CORRECTION],
        [STATEMENT, CORRECTION, OBJECTION],
    ],
    ids=lambda acts: "-".join(act.content.get("SJLX") or str(act.header["verb"]) for act in acts),
)
@pytest.mark.parametrize("named_first", [False, True])
def test_acts_at_the_first_subject_count_at_the_second(acts: list[Example], *, named_first: bool) -> None:
    bus = city(PENALTY, *([NAMED] if named_first else []), *acts, *([] if named_first else [NAMED]))
    before = shown(bus, ONE)
    hand_over(bus)
    # what its department withdrew and published again, under another code, was withdrawn of the wrong subject alone
    withdrawn = acts == [WITHDRAW] and not named_first
    assert shown(bus, OTHER) == (("ACTIVE", None, None) if withdrawn else before)
    assert newest(bus, OTHER) == [shown(bus, OTHER)[0]]
    # sent once more they change nothing
    publish(bus, *(act.claiming(uscc=OTHER, registration_no=None) for act in acts if act is not WITHDRAW))
    assert shown(bus, OTHER) == (("ACTIVE", None, None) if withdrawn else before)


def test_what_was_withdrawn_of_the_wrong_subject_can_be_withdrawn_of_the_right_one() -> None:
    bus = city(PENALTY, WITHDRAW, NAMED)
    hand_over(bus)
    publish(bus, WITHDRAW.claiming(uscc=OTHER, registration_no=None))
    assert shown(bus, OTHER)[0] == "WITHDRAWN"


def test_what_was_withdrawn_and_stated_again_under_the_same_code_stays_withdrawn() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY, WITHDRAW, register(OTHER, NUMBER, "初始"))
    publish(bus, PENALTY.changed(CF_SY="另一事实"))  # two subjects have the code: it waits
    publish(bus, register(ONE, FREE, "更正"))
    assert shown(bus, OTHER)[0] == "WITHDRAWN"


def test_a_correction_lies_over_what_the_department_states_then() -> None:
    bus = city(PENALTY, CORRECTION, NAMED)
    hand_over(bus)
    publish(bus, NAMED.changed(CF_SY="另一事实"))
    (record,) = penalties(bus, OTHER)
    assert (record["content"]["CF_SY"], record["content"]["BZ"]) == ("另一事实", "更正后")


def test_corrections_of_both_count() -> None:
    bus = city(PENALTY, CORRECTION, NAMED, NAMED_ACT.changed(SJBH="示更2", SJLX="更正", GZNR='{"CF_SY": "改正的事实"}'))
    hand_over(bus)
    (record,) = penalties(bus, OTHER)
    assert (record["content"]["CF_SY"], record["content"]["BZ"]) == ("改正的事实", "更正后")


def test_an_old_row_under_the_right_code_does_not_bring_back_what_was_amended() -> None:
    bus = city(PENALTY, PENALTY.changed(CF_SY="改正的事实"), NAMED)
    hand_over(bus)
    assert [one["content"]["CF_SY"] for one in penalties(bus, OTHER)] == ["改正的事实"]


def test_the_newer_content_counts_wherever_it_was() -> None:
    bus = city(PENALTY, NAMED.changed(CF_SY="改正的事实"))
    hand_over(bus)
    assert [one["content"]["CF_SY"] for one in penalties(bus, OTHER)] == ["改正的事实"]
    publish(bus, PENALTY)
    assert [one["content"]["CF_SY"] for one in penalties(bus, OTHER)] == ["改正的事实"]


@pytest.mark.parametrize("days", [("2019-06-03", "2019-06-04"), ("2019-06-04", "2019-06-03")])
def test_the_newest_statement_of_both_counts(days: tuple[str, str]) -> None:
    bus = city(
        PENALTY,
        NAMED,
        STATEMENT.changed(SMNR="在先主体", SJRQ=days[0]),
        NAMED_ACT.changed(SJBH="示声2", SJLX="主体声明", SMNR="在后主体", SJRQ=days[1]),
    )
    hand_over(bus)
    assert shown(bus, OTHER)[1] == ("在后主体" if days[0] < days[1] else "在先主体")


def test_acts_of_both_count() -> None:
    bus = city(PENALTY, NAMED, REPAIR, NAMED_ACT.changed(SJBH="示异3", SJLX="异议申请"))
    hand_over(bus)
    assert shown(bus, OTHER)[0] == "DISPUTED"
    publish(bus, NAMED_ACT.changed(SJBH="示异4", SJLX="异议处理结果", YYBH="示异3", CLJG="不成立"))
    assert (shown(bus, OTHER)[0], newest(bus, OTHER)) == ("REPAIRED", ["REPAIRED"])


def test_the_outcome_of_an_objection_that_was_with_the_first_subject_is_brought() -> None:
    bus = city(PENALTY, OBJECTION, NAMED, DISMISSED.claiming(uscc=OTHER))
    assert (shown(bus, ONE)[0], shown(bus, OTHER)[0]) == ("DISPUTED", "ACTIVE")
    hand_over(bus)
    assert shown(bus, OTHER)[0] == "ACTIVE"


def test_an_end_by_the_day_is_none_for_a_content_with_a_later_day() -> None:
    bus = city(PENALTY.changed(CF_JDRQ="2019-12-20", CF_GSJZQ="2020-01-03"))
    pass_to(bus, list(declarations().subscribers.values()), date(2020, 1, 10))
    bus.settle()
    assert shown(bus, ONE)[0] == "EXPIRED"
    publish(bus, NAMED.changed(CF_JDRQ="2019-12-20", CF_GSJZQ="2022-12-19"))
    hand_over(bus)
    assert (shown(bus, OTHER)[0], newest(bus, OTHER)) == ("ACTIVE", ["ACTIVE"])
    publish(bus, REPAIR.claiming(uscc=OTHER, registration_no=None))
    assert shown(bus, OTHER)[0] == "REPAIRED"


def test_an_end_by_the_day_is_not_what_says_that_a_record_was_merged() -> None:
    ended = PENALTY.changed(CF_JDRQ="2019-12-20", CF_GSJZQ="2020-01-03")
    bus = city(ended, OBJECTION)
    pass_to(bus, list(declarations().subscribers.values()), date(2020, 1, 10))
    bus.settle()
    publish(bus, NAMED.changed(CF_JDRQ="2019-12-20", CF_GSJZQ="2022-12-19"))
    hand_over(bus)
    told = [bus.decode(one.value)["record"] for one in bus.read(FEED)]
    assert [(one["verb"], one["state"]) for one in told if one["item"] == PENALTY.item.id][-1] == ("ISSUE", "DISPUTED")


@pytest.mark.parametrize(
    "act", [REPAIR, ACT.changed(SJBH="示修1", SJLX="信用修复"), OBJECTION], ids=["own", "office", "objection"]
)
def test_what_a_withdrawal_covered_counts_where_it_does_not(act: Example) -> None:
    bus = city(PENALTY, act)
    before = shown(bus, ONE)
    publish(bus, WITHDRAW, NAMED)
    hand_over(bus)
    assert (shown(bus, OTHER), newest(bus, OTHER)) == (before, [before[0]])
    told = [bus.decode(one.value)["record"] for one in bus.read(FEED)]
    assert "WITHDRAW" not in {one["verb"] for one in told if one["state"] != "WITHDRAWN"}


def test_what_was_withdrawn_and_stated_again_by_an_old_code_counts() -> None:
    bus = city(NAMED, WITHDRAW.claiming(uscc=OTHER, registration_no=None), PENALTY)
    assert (shown(bus, ONE)[0], shown(bus, OTHER)[0]) == ("ACTIVE", "WITHDRAWN")
    hand_over(bus)
    assert (shown(bus, OTHER)[0], newest(bus, OTHER)) == ("ACTIVE", ["ACTIVE"])


def test_an_annulment_counts_though_the_entry_was_published_again() -> None:
    entry = EXAMPLES["red-black-list"].claiming(registration_no=NUMBER)
    annulled = ACT.changed(SJBH="示撤1", SJLX="撤销", WSH=entry.content["JDWH"])
    bus = city(entry, annulled, entry.claiming(uscc=OTHER, registration_no=None))
    publish(bus, register(ONE, FREE, "更正"), register(OTHER, NUMBER, "再次"))
    profile = present(bus, OTHER)
    assert profile is not None
    assert [one["state"] for one in profile["records"] if one["item"] == entry.item.id] == ["WITHDRAWN"]


def test_an_end_that_its_source_holds_no_more_is_taken_back_by_the_other_record() -> None:
    entry = EXAMPLES["red-black-list"].claiming(registration_no=NUMBER)
    named, removed = entry.claiming(uscc=OTHER, registration_no=None), entry.headed(verb="END")
    for ended, lifting in ((entry, named), (named, entry)):
        end = removed if ended is entry else removed.claiming(uscc=OTHER, registration_no=None)
        bus = city(ended.headed(reading=1), end.headed(reading=2))
        amended = lifting.changed(FLYJ="示例条例")
        publish(bus, lifting.headed(reading=1), amended.headed(reading=4, lifts=True))
        publish(bus, register(ONE, FREE, "更正"), register(OTHER, NUMBER, "再次"))
        profile = present(bus, OTHER)
        assert profile is not None
        assert [one["state"] for one in profile["records"] if one["item"] == entry.item.id] == ["ACTIVE"]


def test_a_repair_stands_below_a_withdrawal_that_the_source_takes_back() -> None:
    bus = city(NAMED.headed(reading=1), REPAIR.claiming(uscc=OTHER, registration_no=None))
    publish(bus, PENALTY.headed(reading=2), WITHDRAW.headed(reading=3))
    hand_over(bus)
    assert shown(bus, OTHER)[0] == "WITHDRAWN"
    publish(bus, NAMED.headed(reading=4, lifts=True))
    assert shown(bus, OTHER)[0] == "REPAIRED"


def test_a_repair_that_took_the_record_back_is_told_where_it_is_still_shown() -> None:
    repair = ACT.changed(SJBH="示修1", SJLX="信用修复")
    bus = bus_of(register(ONE, NUMBER), register(OTHER, None, "初始"))
    pass_to(bus, list(declarations().subscribers.values()), REPAIRED_ON)
    bus.settle()
    publish(bus, PENALISED, repair)
    publish(bus, LATER.claiming(uscc=OTHER, registration_no=None), repair.claiming(uscc=OTHER))
    assert (shown(bus, ONE)[0], shown(bus, OTHER)[0]) == ("REPAIRED", "ACTIVE")
    hand_over(bus)
    assert (shown(bus, OTHER)[0], newest(bus, OTHER)) == ("REPAIRED", ["REPAIRED"])


def test_what_the_other_record_brought_is_known_since_it_came() -> None:
    bus = city(NAMED, PENALTY.changed(CF_SY="另一事实"), REPAIR)
    before = bus.now
    hand_over(bus)

    def known(at: int) -> list[tuple[str, str]]:
        profile = past(bus, OTHER, known_at=at)
        assert profile is not None
        return [(one["content"]["CF_SY"], one["state"]) for one in profile["records"] if one["item"] == PENALTY.item.id]

    assert known(before) == [(NAMED.content["CF_SY"], "ACTIVE")]
    assert known(bus.now) == [("另一事实", "REPAIRED")]


def test_a_newer_content_leaves_the_last_act_as_it_is() -> None:
    repair = NAMED_ACT.changed(SJBH="示修1", SJLX="信用修复")
    bus = city(NAMED, repair, PENALTY.changed(CF_SY="另一事实"))
    hand_over(bus)
    (record,) = penalties(bus, OTHER)
    assert (record["content"]["CF_SY"], record["state"]) == ("另一事实", "REPAIRED")
    assert (record["last_act"]["verb"], record["last_act"]["decision_no"]) == ("REPAIR", "示修1")
