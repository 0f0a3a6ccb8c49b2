"""Profiles at another time: what was known at a moment, and what was in force on a day."""

from __future__ import annotations

from typing import Any

import pytest

from creditbus.services.domain.city_time import city_moment
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.profile.history import KEPT
from tests.examples import EXAMPLES, Example
from tests.harness.shown_profiles import Shown, past
from tests.step_harness import Bus, machinery

CODE = "91420106MA4KAAA16H"
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=CODE)
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
LICENCE = EXAMPLES["administrative-licence"].claiming(uscc=CODE)
ENTRY = EXAMPLES["red-black-list"].claiming(uscc=CODE)
REMOVAL = {"SJLX": "移出", "YCRQ": "2019-05-01", "YCYY": "到期"}
ACT = EXAMPLES["objection-and-repair"].claiming(uscc=CODE)


@pytest.fixture
def bus() -> Bus:
    return Bus(machinery())


def say(bus: Bus, *events: Example) -> list[int]:
    """Publish events one after the other; return when each was received."""
    moments = []
    for event in events:
        bus.publish(event)
        bus.settle()
        moments.append(bus.now)
    return moments


def at(bus: Bus, moment: int) -> Shown:
    profile = past(bus, CODE, known_at=moment)
    assert profile is not None
    return profile


def on(bus: Bus, day: str) -> Shown:
    profile = past(bus, CODE, as_of=day)
    assert profile is not None
    return profile


def fine_at(bus: Bus, moment: int) -> Any:
    return [one["content"]["CF_NR_FK"] for one in at(bus, moment)["records"] if "CF_NR_FK" in one["content"]]


def kept(bus: Bus) -> list[bytes]:
    store = bus.stores["profiles", partition_of(CODE.encode(), bus.parts.lanes)]
    return [key for key in store if key.startswith(b"v|")]


def forget(bus: Bus) -> None:
    """Leave the state as one that was written before the past was kept."""
    for key in kept(bus):
        for store in bus.stores.values():
            store.pop(key, None)


# -- as known at ----------------------------------------------------------------------------------


def test_a_new_record_keeps_nothing(bus: Bus) -> None:
    say(bus, REGISTRATION, PENALTY, LICENCE, PENALTY)
    assert kept(bus) == []


def test_an_amendment_that_waited_for_the_registration_is_known_with_it(bus: Bus) -> None:
    withdrawn = REGISTRATION.changed(DOM="甲").headed(state="WITHDRAWN")
    moments = say(bus, REGISTRATION, PENALTY, withdrawn, PENALTY.changed(CF_NR_FK="9"), REGISTRATION.changed(DOM="乙"))
    assert [fine_at(bus, moment) for moment in moments] == [[], ["0.8"], ["0.8"], ["0.8"], ["9"]]
    assert [at(bus, moment)["registered"] for moment in moments] == [True, True, False, False, True]


def test_a_name_and_a_district_are_those_of_the_moment_though_records_were_restated(bus: Bus) -> None:
    moved = REGISTRATION.changed(ENTNAME="另一家有限公司", DOMDISTRICT="420103")
    first, _, later = say(bus, REGISTRATION.changed(DOMDISTRICT="420106"), PENALTY, moved)
    assert (at(bus, first)["name"], at(bus, first)["district"]) == ("某某有限公司", "420106")
    assert (at(bus, later)["name"], at(bus, later)["district"]) == ("另一家有限公司", "420103")
    # of the penalty itself nothing has changed
    assert len(kept(bus)) == 1


def test_a_past_that_was_never_kept_is_said_not_to_be_kept(bus: Bus) -> None:
    moments = say(bus, REGISTRATION, PENALTY, PENALTY.changed(CF_NR_FK="9"), LICENCE)
    forget(bus)
    then = at(bus, moments[1])
    assert [one["item"] for one in then["records"]] == ["enterprise-registration"]
    (lost,) = then["not_kept"]
    assert (lost["item"], lost["kept_since"]) == ("administrative-penalty", city_moment(moments[2]))
    assert at(bus, moments[2])["not_kept"] == []
    assert fine_at(bus, moments[2]) == ["9"]


def test_a_registration_whose_past_is_not_kept_names_nobody(bus: Bus) -> None:
    moments = say(bus, REGISTRATION, PENALTY, REGISTRATION.changed(DOM="甲"))
    forget(bus)
    then = at(bus, moments[1])
    assert (then["name"], then["district"], then["registered"]) == (None, None, None)
    assert [one["item"] for one in then["records"]] == ["administrative-penalty"]
    assert at(bus, moments[2])["name"] == "某某有限公司"


def test_the_newest_replacements_of_a_record_are_kept(bus: Bus) -> None:
    say(bus, REGISTRATION)
    moments = say(bus, *(PENALTY.changed(CF_NR_FK=str(number)) for number in range(1, KEPT + 4)))
    assert len(kept(bus)) == KEPT
    assert [fine_at(bus, moment) for moment in moments[1:4]] == [[], ["3"], ["4"]]
    assert fine_at(bus, moments[-2]) == [str(KEPT + 2)]
    assert [one["kept_since"] for one in at(bus, moments[1])["not_kept"]] == [city_moment(moments[2])]


def test_nothing_is_known_before_the_first_event(bus: Bus) -> None:
    (first,) = say(bus, REGISTRATION)
    assert past(bus, CODE, known_at=first - 1) is None
    assert past(bus, "91420106MA4KBBB29G", known_at=first) is None


def test_a_record_says_since_when_it_is_known_to_be_so(bus: Bus) -> None:
    moments = say(bus, REGISTRATION, PENALTY, PENALTY.headed(verb="DISPUTE"), PENALTY.headed(verb="SETTLE"))
    for moment in moments[1:]:
        _, penalty = at(bus, moment)["records"]
        assert penalty["known_since"] == city_moment(moment)


# -- as of ----------------------------------------------------------------------------------------


def record_on(bus: Bus, day: str) -> tuple[str, str | None] | dict[str, Any]:
    """Give state and term of the one record next to the registration, or why it was not in force and since when."""
    profile = on(bus, day)
    for one in profile["not_in_force"]:
        if one["item"] != "enterprise-registration":
            return one["why"], one["on"]
    (record,) = [one for one in profile["records"] if one["item"] != "enterprise-registration"]
    return {"state": record["state"], **record["in_force"]}


def test_a_record_is_in_force_from_its_first_day_to_the_last(bus: Bus) -> None:
    say(bus, REGISTRATION, LICENCE.changed(XK_YXQZ="2018-03-01", XK_YXQZI="2019-02-28"))
    term = {"state": "ACTIVE", "from": "2018-03-01", "to": "2019-02-28"}
    assert record_on(bus, "2018-02-28") == ("not_yet", "2018-03-01")
    assert record_on(bus, "2018-03-01") == record_on(bus, "2019-02-28") == term
    assert record_on(bus, "2019-03-01") == ("over", "2019-02-28")


def test_a_term_without_end_has_none(bus: Bus) -> None:
    say(bus, REGISTRATION, LICENCE)
    assert record_on(bus, "2098-01-01") == {"state": "ACTIVE", "from": "2018-03-01", "to": None}


def test_an_entry_is_in_force_until_its_removal(bus: Bus) -> None:
    say(bus, REGISTRATION, ENTRY, ENTRY.changed(**REMOVAL))
    assert record_on(bus, "2019-04-30") == {"state": "ACTIVE", "from": "2018-02-28", "to": None}
    assert record_on(bus, "2019-05-01") == ("ended", "2019-05-01")


def test_a_removal_that_was_taken_back_never_was(bus: Bus) -> None:
    again = ENTRY.changed(FLYJ="示例条例").headed(reading=3, lifts=True)
    say(bus, REGISTRATION, ENTRY.headed(reading=1), ENTRY.changed(**REMOVAL).headed(reading=2), again)
    assert record_on(bus, "2019-06-01") == {"state": "ACTIVE", "from": "2018-02-28", "to": None}


def test_a_row_that_holds_an_entry_and_its_end_says_when_both_were(bus: Bus) -> None:
    mark = EXAMPLES["e-commerce-subject"].claiming(uscc=CODE).changed(BARQ="2018-01-02")
    say(bus, REGISTRATION, mark.changed(JYZT="关闭", GBRQ="2019-03-01"))
    assert record_on(bus, "2018-01-01") == ("not_yet", "2018-01-02")
    assert record_on(bus, "2019-02-28") == {"state": "ACTIVE", "from": "2018-01-02", "to": None}
    assert record_on(bus, "2019-03-01") == ("ended", "2019-03-01")


def test_a_content_that_is_over_with_its_term_ended_with_it(bus: Bus) -> None:
    say(bus, REGISTRATION, EXAMPLES["product-recall"].claiming(uscc=CODE).changed(KSRQ="2018-01-02", JSRQ="2019-03-01"))
    assert record_on(bus, "2019-02-28") == {"state": "ACTIVE", "from": "2018-01-02", "to": None}
    assert record_on(bus, "2019-03-01") == ("ended", "2019-03-01")


def test_an_end_whose_day_nobody_states_counts_from_its_receipt(bus: Bus) -> None:
    licence = EXAMPLES["practitioner-record"].changed(FZRQ="2018-01-02", YXQZ="2030-01-01", ZYZT="注销")
    say(bus, licence)
    (token,) = [key[2:].decode() for store in bus.stores.values() for key in store if key.startswith(b"s|")]
    before, after = past(bus, token, as_of="2019-12-31"), past(bus, token, as_of="2020-01-01")
    assert before is not None
    assert after is not None
    assert [one["in_force"]["from"] for one in before["records"]] == ["2018-01-02"]
    assert [(one["why"], one["on"]) for one in after["not_in_force"]] == [("ended", "2020-01-01")]


def test_a_record_without_a_beginning_counts_from_its_receipt(bus: Bus) -> None:
    say(bus, REGISTRATION)
    (gone,) = on(bus, "2019-12-31")["not_in_force"]
    assert (gone["why"], gone["on"]) == ("not_yet", "2020-01-01")
    assert on(bus, "2020-01-01")["not_in_force"] == []


def test_what_is_removed_and_then_repaired_was_over_from_the_removal_on(bus: Bus) -> None:
    repair = ACT.changed(WSH=ENTRY.content["JDWH"], SJLX="信用修复", SJRQ="2019-07-01")
    say(bus, REGISTRATION, ENTRY, repair, ENTRY.changed(**REMOVAL))
    assert record_on(bus, "2019-05-02") == ("ended", "2019-05-01")


def test_a_withdrawn_record_was_never_in_force(bus: Bus) -> None:
    upheld = ACT.changed(WSH=PENALTY.content["CF_WSH"], SJLX="撤销", SJRQ="2019-06-03")
    say(bus, REGISTRATION, PENALTY, upheld)
    assert record_on(bus, "2018-03-01") == record_on(bus, "2019-12-01") == ("withdrawn", "2019-06-03")


def test_an_objection_shows_on_the_days_on_which_it_was_open(bus: Bus) -> None:
    number = PENALTY.content["CF_WSH"]
    settled = {"SJBH": "示异2", "SJLX": "异议处理结果", "YYBH": "示异1", "CLJG": "不成立", "SJRQ": "2019-06-20"}
    say(bus, REGISTRATION, PENALTY, ACT.changed(WSH=number), ACT.changed(WSH=number, **settled))
    states = [record_on(bus, day)["state"] for day in ("2019-06-02", "2019-06-03", "2019-06-19", "2019-06-20")]  # type: ignore[call-overload] # in force
    assert states == ["ACTIVE", "DISPUTED", "DISPUTED", "ACTIVE"]


def test_a_correction_does_not_move_the_beginning(bus: Bus) -> None:
    corrected = ACT.changed(WSH=PENALTY.content["CF_WSH"], SJLX="更正", GZNR='{"CF_NR_FK": "0.4"}')
    say(bus, REGISTRATION, PENALTY, corrected)
    assert record_on(bus, "2018-03-01") == {"state": "ACTIVE", "from": "2018-02-28", "to": None}


def test_content_is_what_is_known_now_and_what_was_known_then_where_both_are_asked_for(bus: Bus) -> None:
    _, then, _ = say(bus, REGISTRATION, PENALTY, PENALTY.changed(CF_NR_FK="9"))
    (now,) = [one["content"]["CF_NR_FK"] for one in on(bus, "2018-03-01")["records"] if "CF_NR_FK" in one["content"]]
    both = past(bus, CODE, known_at=then, as_of="2018-03-01")
    assert both is not None
    assert now == "9"
    assert [one["content"]["CF_NR_FK"] for one in both["records"] if "CF_NR_FK" in one["content"]] == ["0.8"]
