"""What goes with a record from the profile of one subject to that of another, and what stays."""

import asyncio
from dataclasses import replace
from typing import Any

from creditbus.services.domain.city_time import city_day, city_moment
from creditbus.services.domain.crosswalk import crosswalk_key, decode_crosswalk, encode_crosswalk, moved_together_key
from creditbus.services.domain.event import SubjectKind, partition_of
from creditbus.services.domain.profile.keys import index_key, pack_events, subject_key
from creditbus.services.domain.profile.subject import INDEX_CHUNK, record_keys
from creditbus.services.fanout.app import grant_of
from creditbus.topics.declarations import declarations
from creditbus.topics.names import CHANGES
from tests.examples import EXAMPLES, Example
from tests.harness.shown_profiles import past, present, reader
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


def listed(bus: Bus, code: str) -> list[bytes]:
    """Give the keys of a subject's records in the order of its list."""
    subject, store = bus.subject(code), next(one for one in bus.stores.values() if subject_key(code.encode()) in one)
    assert subject is not None
    chunks = [store[index_key(code.encode(), number)] for number in range(subject.records // INDEX_CHUNK)]
    return [name for chunk in (*chunks, subject.tail) for name in record_keys(chunk)]


def test_records_leave_the_list_one_after_another_each_replaced_by_the_last() -> None:
    own = [PENALTY.claiming(uscc=ONE).changed(CF_WSH=f"示罚〔2019〕{number}号") for number in range(20)]
    bus = bus_of(register(ONE, NUMBER), *own[:10], *map(numbered, range(9)), *own[10:], *map(numbered, range(9, 30)))
    names = listed(bus, ONE)
    for gone in [name for name in names if "〔2018〕".encode() in name]:
        last, place = names[-1], names.index(gone)
        names[place] = last
        names.pop()
    publish(bus, register(ONE, FREE, "更正"))
    assert listed(bus, ONE) == names


def test_however_many_records_go_the_store_is_asked_as_often() -> None:
    asked: list[int] = []
    for many in (3, 60):
        bus = bus_of(register(ONE, NUMBER))
        for number in range(many):
            bus.publish(numbered(number))
            bus.publish(ACT.changed(SJBH=f"示声{number}", SJLX="主体声明", SMNR="声明", WSH=f"示罚〔2018〕{number}号"))
        bus.settle()
        before = bus.reruns
        publish(bus, register(ONE, FREE, "更正"))
        publish(bus, register(OTHER, NUMBER))
        asked.append(bus.reruns - before)
        assert len(penalties(bus, OTHER)) == many
    assert asked[1] <= asked[0] + 2  # chunks of the list are read in turns of their own


def test_records_that_waited_as_an_earlier_version_kept_them_are_brought() -> None:
    bus = bus_of(register(ONE, NUMBER), numbered(1), numbered(2), register(ONE, FREE, "更正"))
    stores = [store for (stage, _), store in bus.stores.items() if stage == "resolver"]
    (store,) = [one for one in stores if any(key.startswith(b"n|") for key in one)]
    kept = {key: value for key, value in store.items() if key.startswith(b"n|")}
    code = next(iter(kept)).split(b"|")[1]
    entry = decode_crosswalk(store[crosswalk_key(code)])
    store[moved_together_key(code)] = pack_events(kept.values())
    store[crosswalk_key(code)] = encode_crosswalk(replace(entry, moved=0, moved_together=True))
    for key in kept:
        del store[key]
    publish(bus, register(OTHER, NUMBER), numbered(3))
    assert sorted(one["document_no"] for one in penalties(bus, OTHER)) == [f"示罚〔2018〕{n}号" for n in (1, 2, 3)]
    assert not [key for key in store if key.startswith((b"m|", b"n|"))]


def test_what_waits_for_the_owner_of_a_code_is_one_value_each() -> None:
    bus = bus_of(register(ONE, NUMBER), *map(numbered, range(20)), register(ONE, FREE, "更正"))
    waiting = [value for (stage, _), store in bus.stores.items() if stage == "resolver" for value in store.values()]
    # a message has a largest size: one value with all of them would stop the lane for good
    assert max(map(len, waiting)) < 2_000


def test_a_consent_that_is_taken_in_counts_for_the_only_record() -> None:
    consent = EXAMPLES["subject-consent"].claiming(registration_no=NUMBER)
    bus = bus_of(register(ONE, NUMBER), consent)
    hand_over(bus)
    newest = {}
    for one in bus.read(CHANGES):
        header = bus.decode(one.value)["header"]
        newest[header["subject"], header["item"]] = header["applied"]["consents"]
    assert newest[OTHER, REGISTRATION.item.id] == newest[OTHER, "subject-consent"] != []


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


def test_a_subject_of_which_nothing_was_known_has_a_kind_once_a_record_comes_to_it() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY, register(ONE, FREE, "更正"))
    publish(bus, IDENTIFIERS.claiming(uscc=OTHER).changed(REGNO=NUMBER, ORGCODE=None))
    subject = bus.subject(OTHER)
    assert subject is not None
    assert subject.kind is SubjectKind.ENTERPRISE
    newest = {}
    for one in bus.read(FEED):
        said = bus.decode(one.value)
        if said["subject"]["code"] == OTHER:
            newest[one.key] = (said["record"]["item"], said["subject"]["kind"])
    grant = grant_of(declarations().subscribers[FEED.removeprefix("feed.")])
    shown = asyncio.run(reader(bus).disclosed(OTHER, grant, city_day(bus.now)))
    assert shown is not None
    assert [(one["item"], shown["kind"]) for one in shown["records"]] == list(newest.values())
    assert newest


def test_a_record_is_known_at_its_subject_since_it_came_there() -> None:
    bus = bus_of(register(ONE, NUMBER), register(OTHER, None, "初始"), PENALTY, PENALTY.changed(CF_SY="另一事实"))
    publish(bus, PENALTY.headed(verb="REPAIR"))

    def known(code: str, at: int) -> list[tuple[str, str]]:
        profile = past(bus, code, known_at=at)
        assert profile is not None
        assert profile["not_kept"] == []
        return [(one["content"]["CF_SY"], one["state"]) for one in profile["records"] if one["item"] == PENALTY.item.id]

    with_one = bus.now
    publish(bus, register(ONE, FREE, "更正"), register(OTHER, NUMBER, "再次"))
    came = bus.now
    assert (known(OTHER, with_one), known(OTHER, came)) == ([], [("另一事实", "REPAIRED")])
    publish(bus, PENALTY.changed(CF_SY="第三事实"))
    assert (known(OTHER, came), known(OTHER, bus.now)) == ([("另一事实", "REPAIRED")], [("第三事实", "REPAIRED")])
    profile = past(bus, OTHER, known_at=came)
    assert profile is not None
    (record,) = [one for one in profile["records"] if one["item"] == PENALTY.item.id]
    assert record["known_since"] == city_moment(came)
    # back where it was, it is known since it came back
    publish(bus, register(OTHER, None, "三次"), register(ONE, NUMBER, "三次"))
    assert (known(ONE, with_one), known(ONE, bus.now)) == ([], [("第三事实", "REPAIRED")])


def test_nothing_of_a_record_stays_with_the_subject_that_gave_it_up() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY, PENALTY.changed(CF_SY="另一事实"), PENALTY.headed(verb="REPAIR"))
    hand_over(bus)
    document = "某罚〔2018〕1号".encode()
    lane = bus.stores["profiles", partition_of(ONE.encode(), bus.parts.lanes)]
    assert not [key for key in lane if ONE.encode() in key and document in key]


def test_acts_that_wait_for_their_record_go_where_it_will_come() -> None:
    repair, other = PENALTY.headed(verb="REPAIR"), PENALTY.changed(CF_WSH="示罚〔2018〕8号")
    bus = bus_of(register(ONE, NUMBER), register(OTHER, None, "初始"), repair, other.headed(verb="REPAIR"))
    own = other.claiming(uscc=ONE, registration_no=None).changed(CF_WSH="示罚〔2018〕9号")
    publish(bus, own.headed(verb="REPAIR"), repair)
    waiting = bus.subject(ONE)
    assert waiting is not None
    assert waiting.held == 3
    hand_over(bus)
    left = bus.subject(ONE)
    assert left is not None
    assert left.held == 1
    publish(bus, PENALTY, own, other)
    assert [one["state"] for one in penalties(bus, OTHER)] == ["REPAIRED", "REPAIRED"]
    assert [one["state"] for one in penalties(bus, ONE)] == ["REPAIRED"]
    assert bus.ledger().balanced
    assert not any(account.counts["held"] or account.counts["parked"] for account in bus.ledger().departments.values())


def test_an_outcome_that_waits_for_its_objection_goes_with_the_record() -> None:
    outcome = ACT.changed(SJBH="示异2", SJLX="异议处理结果", YYBH="示异1", CLJG="不成立")
    bus = bus_of(register(ONE, NUMBER), PENALTY, outcome)
    hand_over(bus)
    publish(bus, ACT.claiming(uscc=OTHER).changed(SJBH="示异1", SJLX="异议申请"))
    assert [one["state"] for one in penalties(bus, OTHER)] == ["ACTIVE"]
    assert [subject.held for code in (ONE, OTHER) if (subject := bus.subject(code))] == [0, 0]
    assert bus.ledger().balanced
