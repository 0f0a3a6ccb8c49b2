"""In which pieces a lane goes through its subjects: by their records, smaller where events come between them."""

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pytest

from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.feed.policy import DeclaredGrants
from creditbus.services.domain.profile.keys import LANE_KEY
from creditbus.services.domain.profile.lane import LONG_QUIET, QUIET, LaneStanding
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.topics.declarations import declarations
from creditbus.topics.names import CHANGES, EVENTS
from tests.examples import CATALOGUE
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.traffic import Event, Party, message, moved, party, penalty, registration
from tests.step_harness import PERSON_KEY, START_MS, Bus

PIECE, LARGE_PIECE, LARGEST_PIECE = 64, 256, 2048
"""Records of a piece between events, where there are none, and where there have been none for long."""
MOST = 79
"""Records that a piece has at most: of one subject, in full chunks and its last one."""
LOSING = "district-wuchang"
ITEM = "administrative-penalty"
SUBJECTS = [party(number, "420106") for number in range(3 * QUIET)]
RECORDS = dict.fromkeys(SUBJECTS, 40) | {SUBJECTS[1]: 3 * MOST + 7}


@cache
def _stages(version: int) -> LocalStages:
    subscribers = list(declarations().subscribers.values())
    first = DeclaredGrants(1, {one.id: grant_of(one) for one in subscribers}, CATALOGUE.items)
    if version > 1:
        subscribers = [
            replace(one, items=tuple(item for item in one.items if item != ITEM)) if one.id == LOSING else one
            for one in subscribers
        ]
    return LocalStages.build(
        lanes=1,
        person_key=PERSON_KEY,
        catalogue=CATALOGUE,
        subscribers=subscribers,
        on=city_day(START_MS),
        version=version,
        before=[first] if version > 1 else [],
    )


def say(bus: Bus, *events: Event) -> None:
    """Let events come to the topic that profiles read."""
    wire = MemoryWire(bus)
    publish(bus, [message(wire, row, event) for row, event in enumerate(events, start=1)])
    while bus.unread("intake", 0):
        bus.turn("intake", 0)


def step(bus: Bus) -> list[dict[str, Any]]:
    """Let profiles read what there is; return the headers of the records that are restated by it."""
    before = len(bus.topics[CHANGES, 0])
    bus.turn("profiles", 0)
    headers = [bus.decode(change.value)["header"] for change in bus.topics[CHANGES, 0][before:]]
    return [header for header in headers if header["applied"]["change"] == "RESTATED"]


def standing(bus: Bus) -> LaneStanding:
    return LaneStanding.decode(bus.stores["profiles", 0][LANE_KEY])


def number_of(event: Event) -> str:
    return str(cast("dict[str, Any]", event)["header"]["document_no"])


def penalties(of: Party) -> list[Event]:
    # numbered through, for a record is known by its number alone
    first = SUBJECTS.index(of) * 1000
    return [penalty(of, first + number, "0.5") for number in range(RECORDS[of])]


@pytest.fixture(scope="module")
def filled() -> Bus:
    bus = Bus(_stages(1))
    say(bus, *(registration(one, "") for one in SUBJECTS))
    bus.settle()
    say(bus, *(event for one in SUBJECTS for event in penalties(one)))
    bus.settle()
    return bus


@pytest.fixture
def bus(filled: Bus) -> Bus:
    """A lane whose second subject has more records than a piece may hold, at the moment at which a grant loses them."""
    bus = replace(
        filled,
        topics=defaultdict(list, {place: list(log) for place, log in filled.topics.items()}),
        stores=defaultdict(dict, {place: dict(store) for place, store in filled.stores.items()}),
        positions=Counter(filled.positions),
    )
    bus.switch(_stages(2))
    return bus


def test_between_events_a_piece_has_few_records_and_each_is_restated_once(bus: Bus) -> None:
    pieces: list[list[dict[str, Any]]] = []
    while bus.unread("profiles", 0):
        say(bus, registration(party(len(pieces) + 1000, "420106"), ""))
        pieces.append(step(bus))
        if not standing(bus).behind:
            break
    numbers = [header["document_no"] for piece in pieces for header in piece if header["item"] == ITEM]
    assert numbers == [number_of(event) for one in SUBJECTS for event in penalties(one)]
    assert max(map(len, pieces)) <= MOST
    assert len(pieces) >= sum(RECORDS.values()) // PIECE


def test_a_subject_of_many_records_is_through_before_another_is_begun(bus: Bus) -> None:
    while bus.unread("profiles", 0):
        subjects = [header["subject"] for header in step(bus)]
        if SUBJECTS[1].code in subjects:
            assert SUBJECTS[2].code not in subjects or not standing(bus).begun
        # what a worker says as it takes the lane up is a second message, and no more than that
        assert len(bus.unread("profiles", 0)) <= 2
    assert not standing(bus).behind


def test_without_events_pieces_become_larger(bus: Bus) -> None:
    sizes = []
    while bus.unread("profiles", 0):
        sizes.append(len(step(bus)))
    assert max(sizes[:QUIET]) <= MOST
    assert max(sizes[QUIET:]) > MOST
    assert max(sizes) <= LARGE_PIECE


def test_after_long_without_events_they_become_larger_still(bus: Bus) -> None:
    while standing(bus).place <= SUBJECTS.index(SUBJECTS[1]):
        step(bus)
    bus.stores["profiles", 0][LANE_KEY] = replace(standing(bus), quiet=LONG_QUIET).encode()
    assert LARGE_PIECE < len(step(bus)) <= LARGEST_PIECE
    say(bus, moved(SUBJECTS[-1], 1))
    assert len(step(bus)) <= MOST + RECORDS[SUBJECTS[-1]], "an event comes, and others may wait"


def test_facts_that_change_amid_the_walk_are_restated_with_it(bus: Bus) -> None:
    step(bus)
    say(bus, moved(SUBJECTS[1], 1), moved(SUBJECTS[-1], 1))
    while bus.unread("profiles", 0):
        step(bus)
    assert not standing(bus).behind
    last: dict[str, Any] = {}
    for change in bus.topics[CHANGES, 0]:
        header = bus.decode(change.value)["header"]
        last[header["document_no"]] = header["applied"]
    of_both = [last[number_of(event)] for one in (SUBJECTS[1], SUBJECTS[-1]) for event in penalties(one)]
    (district,) = {applied["district"] for applied in of_both}
    assert district != SUBJECTS[1].district
    assert {applied["policy"]["version"] for applied in of_both} == {2}


def test_a_piece_that_comes_twice_is_done_once(bus: Bus) -> None:
    step(bus)
    piece = bus.unread("profiles", 0)[-1]
    bus.append(EVENTS, 0, piece.key, piece.value)
    restated = []
    while bus.unread("profiles", 0):
        restated += [header["document_no"] for header in step(bus)]
    assert len(restated) == len(set(restated))
    assert not standing(bus).behind
