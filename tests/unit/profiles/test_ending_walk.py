"""In which pieces publications end that are due on one day: by records, also of a subject that has many of them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import count
from random import Random

import pytest

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day, day_number, midnight_ms
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.profile.keys import LANE_KEY
from creditbus.services.domain.profile.lane import LaneStanding
from creditbus.services.local.stages import LocalStages
from creditbus.topics.names import CHANGES, EVENTS, PROFILES
from tests.examples import CATALOGUE
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.traffic import Event, Party, message, party, penalty, registration
from tests.step_harness import PERSON_KEY, START_MS, Bus

START = city_day(START_MS)
END = START + timedelta(20)
"""The last day of the records; some of them end on the day before."""
ITEM = "administrative-penalty"
MOST = 79
"""Records that a piece looks at between events."""
LARGE = party(0, "420106")
PARTIES = [LARGE, *(party(number, "420106") for number in range(1, 13))]
RECORDS = dict.fromkeys(PARTIES, 12) | {LARGE: 3 * MOST + 5}


@cache
def _stages(on: date, *, longer: bool = False) -> LocalStages:
    catalogue = CATALOGUE
    if longer:
        item = CATALOGUE.items[ITEM]
        periods = tuple(replace(one, max_months=2 * one.max_months) for one in item.publication.periods)
        changed = replace(item, publication=replace(item.publication, periods=periods))
        catalogue = Catalogue({**CATALOGUE.items, ITEM: changed})
    return LocalStages.build(lanes=1, person_key=PERSON_KEY, catalogue=catalogue, on=on)


def fined(of: Party, number: int, until: date | None) -> Event:
    # numbered through, for a record is known by its number alone
    event = penalty(of, PARTIES.index(of) * 1000 + number, "0.5")
    content = {"CF_JDRQ": START.isoformat(), "CF_GSJZQ": until and until.isoformat(), "CF_CFLB": "罚款"}
    return {**event, "content": event["content"] | content}


def until_of(number: int) -> date:
    return END - timedelta(number % 5 == 0)


class Lane:
    """A lane at work, batch by batch."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.lines = count(1)

    def say(self, *events: Event) -> None:
        wire = MemoryWire(self.bus)
        publish(self.bus, [message(wire, next(self.lines), event) for event in events])
        while self.bus.unread("intake", 0):
            self.bus.turn("intake", 0)

    def come_to(self, on: date, *, longer: bool = False) -> None:
        self.bus.now = midnight_ms(day_number(on))
        self.bus.switch(_stages(on, longer=longer))

    def pieces(self, before: Callable[[int], None] = lambda _: None) -> list[int]:
        """Work until nothing is unread; return how many publications each batch ended."""
        sizes: list[int] = []
        while self.bus.unread(PROFILES.name, 0):
            before(len(sizes))
            sizes.append(self.bus.turn(PROFILES.name, 0).endings.counts.total())
        return sizes

    @property
    def standing(self) -> LaneStanding:
        return LaneStanding.decode(self.bus.stores[PROFILES.name, 0][LANE_KEY])

    def states(self) -> Counter[RecordState]:
        """Count the penalties by their states."""
        found = (one for of in PARTIES for key, one in self.bus.records(of.code).items() if ITEM in key)
        return Counter(one.state for one in found)

    def ended(self) -> Counter[str]:
        """Count the ends that the lane emitted, by the record."""
        headers = (self.bus.decode(change.value)["header"] for change in self.bus.topics[CHANGES, 0])
        return Counter(one["document_no"] for one in headers if one["verb"] == "EXPIRE")


@pytest.fixture(scope="module")
def filled() -> Bus:
    bus = Bus(_stages(START))
    lane = Lane(bus)
    lane.say(*(registration(one, "") for one in PARTIES))
    bus.settle()
    for of in PARTIES:
        for first in range(0, RECORDS[of], 40):
            numbers = range(first, min(first + 40, RECORDS[of]))
            lane.say(*(fined(of, number, until_of(number)) for number in numbers))
            bus.settle()
    return bus


@pytest.fixture
def lane(filled: Bus) -> Lane:
    """A lane before the day on which everything is due."""
    return Lane(
        replace(
            filled,
            topics=defaultdict(list, {place: list(log) for place, log in filled.topics.items()}),
            stores=defaultdict(dict, {place: dict(store) for place, store in filled.stores.items()}),
            positions=Counter(filled.positions),
        )
    )


def test_between_events_a_piece_looks_at_few_records_and_each_ends_once(lane: Lane) -> None:
    lane.come_to(END + timedelta(1))
    sizes = lane.pieces(lambda piece: lane.say(registration(party(piece + 1000, "420106"), "")) if piece < 20 else None)
    assert max(sizes) <= MOST
    assert lane.states() == Counter({RecordState.EXPIRED: sum(RECORDS.values())})
    assert set(lane.ended().values()) == {1}
    assert lane.standing.turn is None
    assert lane.standing.day == day_number(END) + 1


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_between_the_pieces_each_record_ends_once(lane: Lane, seed: int) -> None:
    chance = Random(seed)
    # the first of two midnights, which may come before the lane is through with the one before it
    lane.come_to(END)
    later = {number: until_of(number) for number in range(RECORDS[LARGE])}

    def disturb(piece: int) -> None:
        match chance.randrange(5):
            case 0:
                lane.say(registration(party(piece + 1000, "420106"), ""))
            case 1:
                number = chance.randrange(RECORDS[LARGE] + 40)
                later[number] = lane_day() + timedelta(chance.choice([0, 1, 2]))
                lane.say(fined(LARGE, number, later[number]))
            case 2:
                last = lane.bus.unread(PROFILES.name, 0)[-1]
                lane.bus.append(EVENTS, 0, last.key, last.value)
            case 3 if piece > 1:
                lane.come_to(END + timedelta(1))

    def lane_day() -> date:
        return city_day(lane.bus.now)

    lane.pieces(disturb)
    lane.come_to(END + timedelta(1))
    lane.pieces()
    over = sum(until <= END for until in later.values()) + sum(RECORDS[of] for of in PARTIES if of != LARGE)
    assert lane.states()[RecordState.EXPIRED] == over
    assert lane.states().total() == len(later) + sum(RECORDS[of] for of in PARTIES if of != LARGE)
    assert lane.standing.turn is None


def test_other_rules_end_the_records_of_a_subject_piece_by_piece_too(lane: Lane) -> None:
    numbers = range(500, 500 + 2 * MOST)
    for first in range(0, len(numbers), 40):
        lane.say(*(fined(LARGE, number, None) for number in numbers[first : first + 40]))
        lane.pieces()
    # first under longer rules, then under those of now: by them the term of all these was over in between
    on = START.replace(year=START.year + 4)
    lane.come_to(START, longer=True)
    lane.pieces()
    lane.come_to(on, longer=True)
    lane.pieces()
    shown = lane.states()
    assert shown[RecordState.ACTIVE] == len(numbers)
    lane.come_to(on)
    sizes = lane.pieces(lambda piece: lane.say(registration(party(piece + 1000, "420106"), "")) if piece < 20 else None)
    assert 0 < max(sizes) <= MOST
    assert lane.states() == Counter({RecordState.EXPIRED: shown.total()})
    assert not lane.standing.behind


def test_an_unfinished_piece_of_before_is_read() -> None:
    known = {"policies": {}, "terms": {}, "day": 7, "behind": [], "place": 0, "turn": [7, 9, 3, 0, 2]}
    standing = LaneStanding.decode(json.dumps(known).encode())
    assert standing.turn is not None
    assert standing.turn.through == 0
    assert LaneStanding.decode(standing.encode()) == standing
