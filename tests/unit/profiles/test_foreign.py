"""Records after intake that are not events of the bus: passed over, and the stage goes on."""

import pytest

from creditbus.services.domain.event import partition_of
from creditbus.services.local.bus import ConsumedRecord
from tests.examples import EXAMPLES
from tests.step_harness import Bus, machinery

SUBJECT = "91420106MA4KAAA16H"
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=SUBJECT)
LICENCE = EXAMPLES["administrative-licence"].claiming(uscc=SUBJECT)


@pytest.fixture
def bus() -> Bus:
    made = Bus(machinery())
    made.publish(REGISTRATION)
    made.settle()
    made.publish(LICENCE)
    made.settle()
    return made


def damaged(value: bytes, text: str, byte: int) -> bytes:
    """Put a byte that no UTF-8 text holds into the first place where `text` stands."""
    place = value.index(text.encode()) + byte
    return value[:place] + b"\xff" + value[place + 1 :]


@pytest.mark.parametrize("text", ["administrative-licence", SUBJECT, "administrative-approval"])
def test_an_event_whose_header_is_damaged_is_passed_over(bus: Bus, text: str) -> None:
    lane = partition_of(SUBJECT.encode(), bus.parts.lanes)
    (event,) = bus.topics["credit.events", lane][-1:]
    assert event.value is not None
    foreign = event._replace(value=damaged(event.value, text, 1))
    again: list[ConsumedRecord] = [foreign, event]
    out, _ = bus.process("profiles", lane, again)
    assert [(entry.outcome, count) for entry, count in out.bookings.deltas()] == [("duplicate", 1)]
