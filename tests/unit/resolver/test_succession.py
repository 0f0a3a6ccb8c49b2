"""A row about two subjects on its way through the stages."""

import random
from typing import Any

import pytest

from creditbus.services.domain.event import RecordState, partition_of
from tests.examples import EXAMPLES
from tests.step_harness import Bus, machinery

FIRST, SECOND = "91420106MA4KAAA16H", "91420103777777775R"
FIRST_NO, SECOND_NO = "420106000012345", "420103000054321"
ROW = EXAMPLES["subject-succession"].claiming(uscc=FIRST).changed(QSDM=FIRST, HSDM=SECOND)
OLD = ROW.claiming(uscc=FIRST_NO).changed(QSDM=FIRST_NO, HSDM=SECOND_NO)
REGISTRATION = EXAMPLES["enterprise-registration"]
REGISTER = {
    code: REGISTRATION.claiming(uscc=code, registration_no=no) for code, no in ((FIRST, FIRST_NO), (SECOND, SECOND_NO))
}


def counts(bus: Bus) -> dict[str, int]:
    return {name: count for name, count in bus.ledger().departments["market-supervision"].counts.items() if count}


def events(bus: Bus) -> list[dict[str, Any]]:
    found = [bus.decode(message.value) for message in bus.read("credit.events")]
    return [event for event in found if event["header"]["item"] == "subject-succession"]


def test_a_row_becomes_two_events_that_differ_in_subject_and_id_alone() -> None:
    bus = Bus(machinery())
    bus.publish(ROW)
    bus.settle()
    found = {event["header"]["subject"]: event for event in events(bus)}
    assert set(found) == {FIRST, SECOND}
    first, second = found[FIRST]["header"], found[SECOND]["header"]
    assert first["event_id"] != second["event_id"]
    alike = ("item", "verb", "content_hash", "authority", "state", "received_at", "sequence", "origin", "subject_kind")
    assert [first[name] for name in alike] == [second[name] for name in alike]
    assert found[FIRST]["content"] == found[SECOND]["content"] == ROW.content


def test_the_same_row_by_old_and_by_new_codes_has_the_same_ids() -> None:
    bus = Bus(machinery())
    for event in (*REGISTER.values(), OLD, ROW):
        bus.publish(event)
        bus.settle()
    ids = [(event["header"]["subject"], event["header"]["event_id"]) for event in events(bus)]
    assert len(ids) == 4
    assert len(set(ids)) == 2
    assert counts(bus) == {"received": 4, "applied": 3, "duplicate": 1}


def test_a_row_by_two_old_codes_waits_once_for_one_after_the_other() -> None:
    bus = Bus(machinery())
    bus.publish(OLD)
    bus.settle()
    assert counts(bus) == {"received": 1, "parked": 1}
    bus.publish(REGISTER[FIRST])
    bus.settle()
    assert counts(bus) == {"received": 2, "applied": 1, "parked": 1}
    assert not events(bus)
    assert [record for record in bus.records(FIRST) if "succession" in record] == []
    bus.publish(REGISTER[SECOND])
    bus.settle()
    assert counts(bus) == {"received": 3, "applied": 3}
    assert len(events(bus)) == 2
    assert not any(bus.waiting("parked").values())


def test_a_refused_row_tells_where_it_was_received() -> None:
    bus = Bus(machinery())
    bus.publish(REGISTER[FIRST])
    same = bus.publish(OLD.changed(HSDM=FIRST))
    bus.settle()
    (reject,) = [bus.decode(message.value) for message in bus.read("rejects.market-supervision")]
    assert (reject["stage"], reject["findings"][0]["reason"]) == ("resolver", "ID_SAME_SUBJECT")
    assert (reject["topic"], reject["partition"], reject["offset"]) == same[:3]
    assert bus.parts.codec.open(reject["original"]).header["document_no"] == f"某合〔2018〕1号→{FIRST}"


def test_an_annulment_refused_by_profiles_tells_where_it_was_received_by_whatever_code() -> None:
    bus = Bus(machinery())
    annulled = {"ZT": "撤销", "CXRQ": "2019-06-01"}
    for event in (*REGISTER.values(), ROW, ROW.changed(**annulled)):
        bus.publish(event)
    again = bus.publish(OLD.changed(**annulled | {"CXYY": "另一原因"}))
    bus.settle()
    (reject,) = [bus.decode(message.value) for message in bus.read("rejects.market-supervision")]
    assert (reject["stage"], reject["findings"][0]["reason"]) == ("profiles", "REF_STATE_CONFLICT")
    assert (reject["topic"], reject["partition"], reject["offset"]) == again[:3]


@pytest.mark.parametrize("seed", range(20))
def test_of_two_annulments_both_sides_name_the_one_that_was_published_first(seed: int) -> None:
    chance = random.Random(seed)
    bus = Bus(machinery())
    for event in (*REGISTER.values(), ROW):
        bus.publish(event)
    if seed % 2:  # else the annulments wait for the record, too
        bus.settle()
    for row, reason in ((OLD, "其一"), (ROW, "其二")):
        bus.publish(row.changed(ZT="撤销", CXRQ="2019-06-01", CXYY=reason))
    bus.settle(lambda busy: (*chance.choice(busy), chance.randint(1, 2)))
    named = {
        code: [bus.decode(one.act)["act"]["reason"] for one in bus.records(code).values() if one.act]
        for code in REGISTER
    }
    assert named == {FIRST: ["其一"], SECOND: ["其一"]}
    assert {one.state for code in REGISTER for one in bus.records(code).values() if one.act} == {RecordState.WITHDRAWN}
    assert bus.ledger().balanced
    assert not bus.under_way()


def test_acts_of_others_find_no_succession() -> None:
    bus = Bus(machinery())
    for event in (*REGISTER.values(), ROW):
        bus.publish(event)
    objection = EXAMPLES["objection-and-repair"].claiming(uscc=FIRST)
    named = {"JGDM": None, "JGMC": "market-supervision", "WSH": f"某合〔2018〕1号→{SECOND}"}
    bus.publish(objection.changed(SJLX="撤销", **named))
    bus.settle()
    assert bus.ledger().departments["credit-office"].counts["held"] == 1


def test_a_department_s_rows_of_one_notice_share_a_partition() -> None:
    bus = Bus(machinery())
    places = {bus.publish(row).partition for row in (ROW, OLD, ROW.changed(HSDM="91420106MA4KBBB29G"))}
    assert len(places) == 1
    assert places == {partition_of("subject-succession|market-supervision|某合〔2018〕1号".encode(), bus.parts.lanes)}
