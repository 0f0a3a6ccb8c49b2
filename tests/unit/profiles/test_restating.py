"""How the records of a subject are restated: the first at once, the others in pieces, ordinary events in between."""

from typing import Any

import pytest

from creditbus.topics.names import CHANGES, EVENTS
from tests.harness.memory_observer import MemoryWire, problems_of, publish
from tests.harness.traffic import DISTRICTS, Event, message, moved, party, penalty, registration
from tests.step_harness import Bus, machinery

AT_ONCE, AT_A_TIME = 64, 256
RECORDS = 2 * AT_A_TIME
ONE = party(1, DISTRICTS[0])


def say(bus: Bus, *events: Event) -> None:
    """Let events come to the topic that profiles read."""
    wire = MemoryWire(bus)
    publish(bus, [message(wire, row, event) for row, event in enumerate(events, start=1)])
    while bus.unread("intake", 0):
        bus.turn("intake", 0)


def step(bus: Bus) -> list[dict[str, Any]]:
    """Let profiles read one record; return the headers of the changes that come of it."""
    before = len(bus.topics[CHANGES, 0])
    bus.turn("profiles", 0, 1)
    return [bus.decode(message.value)["header"] for message in bus.topics[CHANGES, 0][before:]]


def kinds(headers: list[dict[str, Any]]) -> list[str]:
    return [header["applied"]["change"] for header in headers]


@pytest.fixture
def bus() -> Bus:
    """A subject with the registration, and penalties enough for three pieces."""
    bus = Bus(machinery(1))
    say(bus, registration(ONE, ""), *(penalty(ONE, number, "0.5") for number in range(RECORDS)))
    bus.settle()
    return bus


def test_the_first_records_go_with_the_event_that_moves_the_subject_and_the_others_in_pieces(bus: Bus) -> None:
    say(bus, moved(ONE, 1))
    assert kinds(step(bus)) == ["AMENDED", *["RESTATED"] * (AT_ONCE - 1)]
    assert kinds(step(bus)) == ["RESTATED"] * AT_A_TIME
    assert kinds(step(bus)) == ["RESTATED"] * (RECORDS + 1 - AT_ONCE - AT_A_TIME)
    assert not bus.unread("profiles", 0)
    bus.settle()
    assert problems_of(bus) == []


def test_records_are_restated_in_the_order_in_which_they_were_there(bus: Bus) -> None:
    say(bus, moved(ONE, 1))
    restated = [header for _ in range(3) for header in step(bus) if header["applied"]["change"] == "RESTATED"]
    numbers = [penalty(ONE, number, "0.5")["header"]["document_no"] for number in range(RECORDS)]
    assert [header["document_no"] for header in restated] == numbers


def test_an_event_in_between_carries_the_facts_before_and_is_not_restated_again(bus: Bus) -> None:
    say(bus, moved(ONE, 1))
    step(bus)
    # it is read before the next piece, which is the last on the topic
    pieces = bus.topics[EVENTS, 0]
    piece = pieces.pop()
    say(bus, penalty(ONE, RECORDS - 1, "0.8"))
    bus.append(piece.topic, piece.partition, piece.key, piece.value)
    (amended,) = step(bus)
    assert amended["applied"]["change"] == "AMENDED"
    assert amended["applied"]["before"]["district"] == ONE.district
    later = [header["document_no"] for _ in range(2) for header in step(bus)]
    assert amended["document_no"] not in later
    bus.settle()
    assert problems_of(bus) == []


def test_a_subject_that_moves_again_meanwhile_starts_from_the_first_record(bus: Bus) -> None:
    say(bus, moved(ONE, 1), moved(ONE, 2))
    step(bus)
    assert kinds(step(bus)) == ["AMENDED", *["RESTATED"] * (AT_ONCE - 1)]
    # of the two pieces that wait one goes on, and nothing is left to say: the others never left
    while bus.unread("profiles", 0):
        assert step(bus) == []
    bus.settle()
    assert problems_of(bus) == []


def test_a_piece_that_comes_a_second_time_says_nothing(bus: Bus) -> None:
    say(bus, moved(ONE, 1))
    step(bus)
    piece = bus.topics[EVENTS, 0][-1]
    bus.append(piece.topic, piece.partition, piece.key, piece.value)
    assert len(step(bus)) == AT_A_TIME
    assert step(bus) == []


def test_a_move_is_booked_once(bus: Bus) -> None:
    say(bus, moved(ONE, 1))
    before = bus.ledger().departments["administrative-enforcement"].counts.copy()
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].counts == before
    assert bus.ledger().balanced
