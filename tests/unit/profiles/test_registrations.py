"""Which of a subject's registrations says what is known of it, and what becomes of its events when none does."""

from dataclasses import replace

from tests.harness.memory_observer import MemoryWire, problems_of, publish
from tests.harness.traffic import (
    Event,
    message,
    numbered_registration,
    party,
    penalty,
    registration,
    second_registration,
    withdrawal,
    withdrawn,
)
from tests.step_harness import Bus, machinery

ONE = party(1, "420106")
FIRST = registration(ONE, "")
SECOND = second_registration(replace(ONE, district="420102"))
THIRD = second_registration(replace(ONE, district="420103"), 3)


def after(*events: Event) -> Bus:
    """Let a bus take these events one after the other."""
    bus = Bus(machinery())
    wire = MemoryWire(bus)
    for row, event in enumerate(events, start=1):
        publish(bus, [message(wire, row, event)])
        bus.settle()
    assert problems_of(bus) == []
    return bus


def known(bus: Bus) -> tuple[bool, str]:
    """Whether the subject is registered, and in which district."""
    subject = bus.subject(ONE.code)
    assert subject is not None
    return subject.registered, subject.district


def parked(bus: Bus) -> int:
    return sum(bus.waiting("parked").values())


def test_of_the_others_the_one_published_last_counts_when_a_registration_is_withdrawn() -> None:
    gone = numbered_registration(withdrawn(ONE, "虚构作废"), 3)
    assert known(after(FIRST, SECOND, THIRD)) == (True, "420103")
    assert known(after(FIRST, SECOND, THIRD, gone)) == (True, "420102")
    assert known(after(SECOND, FIRST, THIRD, gone)) == (True, "420106")


def test_the_withdrawal_of_a_registration_that_does_not_count_changes_nothing() -> None:
    assert known(after(FIRST, SECOND, withdrawal(ONE))) == (True, "420102")


def test_without_a_registration_events_wait_until_there_is_one_again() -> None:
    told = (FIRST, penalty(ONE, 1, "0.5"), withdrawn(ONE, "虚构作废"), penalty(ONE, 2, "0.5"))
    gone = after(*told)
    assert known(gone) == (False, "")
    assert (len(gone.records(ONE.code)), parked(gone)) == (2, 1)
    back = after(*told, registration(ONE, "虚构恢复"))
    assert known(back) == (True, "420106")
    assert (len(back.records(ONE.code)), parked(back)) == (3, 0)


def test_a_registration_that_is_withdrawn_as_it_comes_releases_nothing() -> None:
    bus = after(withdrawal(ONE), penalty(ONE, 1, "0.5"), FIRST)
    assert known(bus) == (False, "")
    assert (len(bus.records(ONE.code)), parked(bus)) == (1, 1)


def test_a_registration_that_never_held_registers_nobody() -> None:
    bus = after(withdrawn(ONE, "虚构作废"), penalty(ONE, 1, "0.5"))
    assert known(bus) == (False, "")
    assert parked(bus) == 1
