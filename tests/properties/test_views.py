"""Every feed is a view, whatever departments say of the subjects and their records, and however the stages take turns.

What must come of it is recomputed by the checker of the campaigns, which shares no code with the stages.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.avro_schemas import RawItem, raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.local.stages import LocalStages
from creditbus.topics.declarations import declarations
from tests.effort import share
from tests.examples import Example
from tests.harness.changes import changes_of
from tests.harness.declaring import RECEIVERS
from tests.harness.feeds import all_shown, feeds, grants_of_the_city
from tests.harness.memory_observer import MemoryWire, observed, problems_of, publish
from tests.harness.passages import WAYS, passages_of
from tests.harness.restatement import restatement
from tests.harness.traffic import (
    DISTRICTS,
    Event,
    Traffic,
    acted,
    consent,
    list_entry,
    message,
    moved,
    numbered_registration,
    party,
    penalty,
    registration,
    second_registration,
    succession,
    tax_grade,
    withdrawal,
    withdrawn,
)
from tests.harness.views import held
from tests.step_harness import LANES, Bus, Choose, built, machinery
from tests.strategies import publications

FREE = ("red-black-list", "administrative-penalty", "tax-credit-grade", "subject-succession")
"""Items that a city may let in before its register knows the subject; the shipped catalogue lets none of them."""
_AGENCY, _DISTRICT = RECEIVERS["agency-xinda"], RECEIVERS["district-wuchang"]
CONSENTS = ("consent", "narrowed", "revoked", "unfounded", "other purpose", "short", "later")
PARTIES = [party(number, district) for number, district in enumerate(DISTRICTS * 2)]
GRANTS = grants_of_the_city()


@cache
def free_machinery() -> LocalStages:
    """Stages of a city whose records need no registration."""
    raw = {
        item: RawItem(one.schema, {**one.entry, "unregistered_subject": "unverified"} if item in FREE else one.entry)
        for item, one in raw_catalogue().items()
    }
    return built(LANES, Catalogue.parse(raw), declarations().subscribers.values())


def by_chance(seed: int) -> Choose:
    """Let chance say whose turn it is, and with how many records."""
    chance = Random(seed)
    return lambda busy: (*chance.choice(busy), chance.randint(1, 6))


Saying = tuple[int, str]
"""Of which party something is said, and what."""

_MOVES = ("registered", "there", "back", "there again", "renamed", "not valid")
_RECORDS = (
    *("penalty", "amended", "repaired", "listed", "listed by the old code", "ended"),
    *("grade A", "grade B", "succeeded", "annulled"),
)
_OTHER_REGISTRATIONS = ("second", "third", "second not valid", "third not valid")


def histories(*more: str) -> st.SearchStrategy[list[Saying]]:
    """Moves are what it is about, so they are drawn as often as all the rest."""
    parties, records = st.integers(0, len(PARTIES) - 1), st.sampled_from(_RECORDS)
    return st.lists(st.tuples(parties, st.sampled_from((*_MOVES, *more)) | records), min_size=2, max_size=24)


def said(saying: Saying) -> Event:
    """Make the event. What is not valid any more cannot be withdrawn, so of the first party it is withdrawn at once."""
    number, what = saying
    one, other = PARTIES[number], PARTIES[number - 1]
    first = penalty(one, 1, "0.5")
    ending = {"SJLX": "移出", "YCRQ": "2019-03-01", "YCYY": "到期"}
    events: dict[str, Event] = {
        "registered": registration(one, "虚构经营范围"),
        "renamed": registration(replace(one, name=f"{one.name}（更名）"), "虚构更名"),
        "there": moved(one, 1),
        "back": moved(one, 2),
        "there again": moved(one, 3),
        "not valid": withdrawn(one, "虚构作废") if number else withdrawal(one),
        "second": second_registration(replace(one, district=PARTIES[1].district)),
        "third": second_registration(replace(one, district=PARTIES[0].district), 3),
        "second not valid": numbered_registration(withdrawn(one, "虚构作废"), 2),
        "third not valid": numbered_registration(withdrawn(one, "虚构作废"), 3),
        "penalty": first,
        "amended": penalty(one, 1, "0.8"),
        "repaired": acted(first, "REPAIR"),
        "listed": list_entry(one, one.code, {"SJLX": "列入"}),
        "listed by the old code": list_entry(one, one.organisation_code, {"SJLX": "列入"}),
        "ended": list_entry(one, one.code, ending),
        "grade A": tax_grade(one, "A"),
        "grade B": tax_grade(one, "B"),
        "succeeded": succession(one, other, (one.code, other.code)),
        "annulled": succession(one, other, (one.code, other.code), "2019-03-01"),
        "consent": consent(one, 1, _AGENCY, "one"),
        "narrowed": consent(one, 1, _AGENCY, "one", SQSX="administrative-penalty;red-black-list"),
        "revoked": consent(one, 1, _AGENCY, "one", SQZT="撤回", CHRQ="2019-03-02"),
        "unfounded": acted(consent(one, 1, _AGENCY, "one"), "WITHDRAW"),
        "other purpose": consent(one, 2, _AGENCY, "other"),
        "short": consent(one, 3, _AGENCY, "one", SQJZRQ="2020-01-02"),
        "later": consent(one, 4, _DISTRICT, "one", SQQSRQ="2020-01-02", SQJZRQ="2020-01-05"),
    }
    return events[what]


def told(parts: LocalStages, history: Sequence[Saying]) -> Bus:
    """Publish a history; nothing has run yet."""
    bus = Bus(parts)
    wire = MemoryWire(bus)
    publish(bus, [message(wire, row, said(saying)) for row, saying in enumerate(history, start=1)])
    return bus


def record_of(saying: Saying) -> tuple[str, ...]:
    """Say of which record an event is, as its department names it."""
    header = cast("dict[str, Any]", said(saying))["header"]
    return header["item"], header["authority"], header["document_no"]


@given(st.data(), histories(*_OTHER_REGISTRATIONS), st.booleans())
@settings(max_examples=share(120))
def test_feeds_are_views_whatever_is_said_and_whoever_takes_turns(
    data: st.DataObject,
    history: list[Saying],
    free: bool,  # noqa: FBT001 -- drawn
) -> None:
    bus = told(free_machinery() if free else machinery(), history)
    bus.settle(lambda busy: (*data.draw(st.sampled_from(busy)), data.draw(st.integers(1, 4))))
    assert problems_of(bus, FREE if free else ()) == []


@given(st.data(), histories())
@settings(max_examples=share(80))
def test_views_are_the_same_whatever_the_order_between_records(data: st.DataObject, history: list[Saying]) -> None:
    # of several registrations of a subject the one that was published last counts: there is one of each
    bus = told(free_machinery(), history)
    bus.settle()
    queues: defaultdict[tuple[str, ...], list[Saying]] = defaultdict(list)
    for saying in history:
        queues[record_of(saying)].append(saying)
    places = data.draw(st.permutations([record_of(saying) for saying in history]))
    other = told(free_machinery(), [queues[place].pop(0) for place in places])
    other.settle(by_chance(data.draw(st.integers(0, 99))))
    for grant in GRANTS:
        assert held(observed(other), grant["feed"]) == held(observed(bus), grant["feed"])


@given(histories(*_OTHER_REGISTRATIONS), st.integers(0, 99))
@settings(max_examples=share(60))
def test_views_are_the_same_whoever_takes_turns(history: list[Saying], seed: int) -> None:
    bus, other = told(free_machinery(), history), told(free_machinery(), history)
    bus.settle()
    other.settle(by_chance(seed))
    for grant in GRANTS:
        assert held(observed(other), grant["feed"]) == held(observed(bus), grant["feed"])


@given(st.data(), publications("uscc", "organisation_code", "registration_no"))
@settings(max_examples=share(60))
def test_restatements_follow_whatever_happens_to_a_record(data: st.DataObject, events: list[Example]) -> None:
    bus = Bus(machinery())
    for event in events:
        bus.publish(event)
    bus.settle(lambda busy: (*data.draw(st.sampled_from(busy)), data.draw(st.integers(1, 4))))
    seen = observed(bus)
    changes = changes_of(seen, lambda event: all_shown(GRANTS, event))
    assert not list(restatement(changes, None))
    for number, grant in enumerate(GRANTS):
        assert not list(feeds(changes, seen, number, grant))


@pytest.mark.parametrize("seed", range(1, 1 + share(8)))
def test_traffic_of_a_city_leaves_views_behind(seed: int) -> None:
    bus = Bus(machinery())
    publish(bus, Traffic(seed, 30, large=200).messages(MemoryWire(bus)))
    bus.settle(by_chance(seed))
    assert problems_of(bus) == []
    gone_and_come = passages_of(observed(bus))
    assert min(gone_and_come[way] for way in WAYS) > 0, gone_and_come
