"""What goes with a record from the profile of one subject to that of another, and what stays."""

from typing import Any

from tests.examples import EXAMPLES, Example
from tests.harness.shown_profiles import present
from tests.step_harness import Bus, machinery
from tests.strategies import SUBJECTS

ONE, OTHER = SUBJECTS[0]["uscc"], SUBJECTS[2]["uscc"]
NUMBER, FREE = "420106000012345", "420103000054321"
FEED = "feed.department-housing"
REGISTRATION, IDENTIFIERS = EXAMPLES["enterprise-registration"], EXAMPLES["subject-identifiers"]
PENALTY = EXAMPLES["administrative-penalty"].claiming(registration_no=NUMBER).changed(CF_GSJZQ=None)
ACT = EXAMPLES["objection-and-repair"].claiming(uscc=ONE)


def register(code: str, number: str | None, scope: str = "范围") -> Example:
    return REGISTRATION.claiming(uscc=code, registration_no=number).changed(OPSCOPE=scope, ENTNAME=f"示例{code}")


def numbered(number: int) -> Example:
    return PENALTY.changed(CF_WSH=f"示罚〔2018〕{number}号")


def bus_of(*events: Example) -> Bus:
    bus = Bus(machinery())
    for event in events:
        publish(bus, event)
    return bus


def publish(bus: Bus, *events: Example) -> None:
    for event in events:
        bus.publish(event)
        bus.settle()


def hand_over(bus: Bus) -> None:
    publish(bus, register(ONE, FREE, "更正"), register(OTHER, NUMBER))


def penalties(bus: Bus, code: str) -> list[dict[str, Any]]:
    profile = present(bus, code)
    assert profile is not None
    return [one for one in profile["records"] if one["item"] == PENALTY.item.id]


def test_a_record_stays_as_long_as_another_row_of_the_register_names_its_code() -> None:
    bus = bus_of(register(ONE, NUMBER), IDENTIFIERS.claiming(uscc=ONE).changed(REGNO=NUMBER, ORGCODE=None), PENALTY)
    publish(bus, register(ONE, FREE, "更正"))
    assert len(penalties(bus, ONE)) == 1
    publish(bus, IDENTIFIERS.claiming(uscc=ONE).changed(REGNO=FREE, ORGCODE=None))
    assert penalties(bus, ONE) == []


def test_corrections_statements_and_objections_go_with_a_record() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY)
    publish(
        bus,
        ACT.changed(SJBH="示更1", SJLX="更正", GZNR='{"BZ": "更正后"}'),
        ACT.changed(SJBH="示声1", SJLX="主体声明", SMNR="虚构声明"),
        ACT.changed(SJBH="示异1", SJLX="异议申请"),
    )
    (before,) = penalties(bus, ONE)
    hand_over(bus)
    (after,) = penalties(bus, OTHER)
    assert penalties(bus, ONE) == []
    assert after == before
    assert (after["state"], after["statement"], after["content"]["BZ"]) == ("DISPUTED", "虚构声明", "更正后")
    # what its department states from then on is corrected, too
    publish(bus, PENALTY.changed(CF_SY="另一事实"))
    assert [(one["content"]["CF_SY"], one["content"]["BZ"]) for one in penalties(bus, OTHER)] == [
        ("另一事实", "更正后")
    ]


def test_where_there_is_a_record_already_acts_of_both_count() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY, PENALTY.headed(verb="REPAIR"), register(OTHER, NUMBER))
    publish(bus, PENALTY.changed(CF_SY="另一事实"))  # two subjects have the code: it waits
    publish(bus, register(ONE, FREE, "更正"))
    (record,) = penalties(bus, OTHER)
    assert (record["state"], record["content"]["CF_SY"]) == ("REPAIRED", "另一事实")
    publish(bus, PENALTY)
    assert [one["content"]["CF_SY"] for one in penalties(bus, OTHER)] == ["另一事实"]
    assert bus.ledger().balanced


def test_of_a_long_list_of_records_those_of_the_code_go() -> None:
    own = [PENALTY.claiming(uscc=ONE).changed(CF_WSH=f"示罚〔2019〕{number}号") for number in range(30)]
    by_code = [numbered(number) for number in range(30)]
    bus = bus_of(register(ONE, NUMBER), *(event for pair in zip(own, by_code, strict=True) for event in pair))
    hand_over(bus)
    for code, events in ((ONE, own), (OTHER, by_code)):
        found = sorted(one["document_no"] for one in penalties(bus, code))
        assert found == sorted(str(event.content["CF_WSH"]) for event in events)
        subject = bus.subject(code)
        assert subject is not None
        assert subject.records == 31
    publish(bus, register(ONE, FREE, "迁移").changed(DOMDISTRICT="420106"))
    moved = {bus.decode(one.value)["record"]["document_no"] for one in bus.read("feed.district-wuchang")}
    assert {event.content["CF_WSH"] for event in own} <= moved
    assert not {event.content["CF_WSH"] for event in by_code} & moved


def test_feeds_take_a_record_back_and_show_it_once() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY)
    hand_over(bus)
    publish(bus, PENALTY)
    told = [bus.decode(one.value) for one in bus.read(FEED)]
    found = [
        (one["subject"]["code"], one["record"]["verb"], one["record"]["state"], any(one["content"].values()))
        for one in told
        if one["record"]["item"] == PENALTY.item.id
    ]
    assert sorted(found) == sorted(
        [(ONE, "ISSUE", "ACTIVE", True), (ONE, "WITHDRAW", "WITHDRAWN", False), (OTHER, "ISSUE", "ACTIVE", True)]
    )
