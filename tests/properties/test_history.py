"""What a profile is said to have been at a moment is what it was when that alone was folded which had come by then."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.city_time import city_moment
from tests.effort import share
from tests.examples import EXAMPLES, Example
from tests.harness.shown_profiles import Shown, past, present
from tests.properties.test_stages import by_chance, published
from tests.step_harness import START_MS, Bus, machinery
from tests.strategies import SUBJECTS, publications

CODES = [one["uscc"] for one in SUBJECTS]
#: What a profile does not keep: how its version grew, and what waited at a moment. Of its records it is not said until
#: when they were published, nor which objections were open.
NOT_OF_THE_PAST = ("version", "parked", "held")


def shown_now(bus: Bus) -> dict[str, Shown]:
    """Give what `profile show` says; a subject of which nothing but waiting events is known counts as not known."""
    found = {}
    for code in CODES:
        profile = present(bus, code)
        if profile is not None and profile["records"]:
            assert not any(record.pop("objection") for record in profile["records"])
            for record in profile["records"]:
                record.pop("publication")
            found[code] = {name: value for name, value in profile.items() if name not in NOT_OF_THE_PAST}
    return found


def known_at(bus: Bus, moment: int) -> dict[str, Shown]:
    """Give what `profile show --as-known-at` says."""
    found = {}
    for code in CODES:
        profile = past(bus, code, known_at=moment)
        if profile is not None:
            assert profile.pop("as_known_at") == city_moment(moment)
            assert (profile.pop("as_of"), profile.pop("not_in_force"), profile.pop("not_kept")) == (None, [], [])
            for record in profile["records"]:
                assert record.pop("known_since") <= city_moment(moment)
            found[code] = profile
    return found


_REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=CODES[0])
_PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODES[0])
_ENTRY = EXAMPLES["red-black-list"].claiming(uscc=CODES[0])
_ACT = EXAMPLES["objection-and-repair"].claiming(uscc=CODES[0]).changed(WSH=_PENALTY.content["CF_WSH"])
_OUTCOME = {"SJLX": "异议处理结果", "YYBH": "示异1"}
_REMOVED = {"SJLX": "移出", "YCRQ": "2019-05-01", "YCYY": "到期"}
_SAYINGS = (
    *(_REGISTRATION.changed(DOMDISTRICT=district, DOM=dom) for district in ("420106", "420103") for dom in "甲乙"),
    *(_REGISTRATION.changed(DOM=dom).headed(state="WITHDRAWN") for dom in "丙丁"),
    _REGISTRATION.changed(ENTNAME="另一家有限公司").headed(document_no="另一份"),
    _REGISTRATION.changed(ENTNAME="另一家有限公司").headed(document_no="另一份", verb="WITHDRAW"),
    *(_PENALTY.changed(CF_NR_FK=fine) for fine in ("0.5", "0.6", "0.7", "8", "9") for _ in range(2)),
    *(_PENALTY.headed(verb=verb) for verb in ("DISPUTE", "SETTLE", "ANNOTATE", "REPAIR", "WITHDRAW")),
    _ACT,
    _ACT.changed(SJBH="示异2", CLJG="不成立", **_OUTCOME),
    _ACT.changed(SJBH="示异3", CLJG="成立", CLCS="更正", GZNR='{"CF_NR_FK": "0.9"}', **_OUTCOME),
    _ACT.changed(SJBH="示更1", SJLX="更正", GZNR='{"BZ": "示例"}'),
    _ACT.changed(SJBH="示更2", SJLX="更正", GZNR='{"CF_NR_FK": "0.4", "BZ": null}'),
    _ACT.changed(SJBH="示修1", SJLX="信用修复"),
    *(_ACT.changed(SJBH=f"示声{n}", SJLX="主体声明", SMNR=f"声明{n}", SJRQ=f"2019-06-0{n}") for n in (1, 2, 3)),
    _ACT.changed(SJBH="示声4", SJLX="声明撤回", SJRQ="2019-06-02"),
    *(_ENTRY.changed(FLYJ=law) for law in ("示例法", "示例条例")),
    *(_ENTRY.changed(FLYJ=law).headed(lifts=True) for law in ("示例法", "示例条例")),
    *(_ENTRY.changed(**_REMOVED) for _ in range(2)),
)
"""About one subject, so that its records are amended, acted on, wait and come back."""


@st.composite
def lives(draw: st.DrawFn) -> list[Example]:
    """Give what is said of one subject; half of the times rows have places in the order of readings."""
    first = draw(st.sampled_from([[], [_REGISTRATION], [_REGISTRATION, _PENALTY], [_ACT, _PENALTY, _REGISTRATION]]))
    said = first + draw(st.lists(st.sampled_from(_SAYINGS), min_size=4, max_size=24))
    places = draw(st.booleans())
    return [
        one.headed(reading=place if places or one.header.get("lifts") else None) for place, one in enumerate(said, 1)
    ]


@given(publications("uscc", max_size=16) | lives())
@settings(max_examples=share(200))
def test_a_past_profile_is_what_was_shown_at_that_moment(events: list[Example]) -> None:
    bus = Bus(machinery())
    said = [(START_MS, shown_now(bus))]
    for event in events:
        bus.publish(event)
        bus.settle()
        said.append((bus.now, shown_now(bus)))
    for moment, profiles in said:
        assert known_at(bus, moment) == profiles
        assert known_at(bus, moment + 999) == profiles


@given(st.data(), publications("uscc", "organisation_code", "registration_no") | lives())
@settings(max_examples=share(60))
def test_whatever_the_turns_the_past_ends_with_the_present(data: st.DataObject, events: list[Example]) -> None:
    bus = published(events)
    bus.settle(by_chance(data))
    assert known_at(bus, bus.now) == shown_now(bus)
    assert known_at(bus, START_MS) == {}
