"""A row that waits and is sent again waits once; what it says later still counts when it is released."""

import pytest

from creditbus.services.domain.profile.parked import is_parked, parked_already, with_parked
from creditbus.services.domain.reasons import Caution
from tests.examples import EXAMPLES, Example
from tests.step_harness import Bus, machinery

CODE, NUMBER = "91420106MA4KAAA16H", "420106000012345"
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=CODE, registration_no=NUMBER)
PENALTY = EXAMPLES["administrative-penalty"]


def penalty(how: str) -> Example:
    """A row whose subject is not registered, or is named by an old code that nobody knows."""
    return PENALTY.claiming(uscc=CODE) if how == "registration" else PENALTY.claiming(uscc=None, registration_no=NUMBER)


def counts(bus: Bus) -> dict[str, int]:
    department = PENALTY.header["origin"]["department"]
    return {name: count for name, count in bus.ledger().departments[department].counts.items() if count}


def publish(bus: Bus, *events: Example, together: bool) -> None:
    for event in events:
        bus.publish(event)
        if not together:
            bus.settle()
    bus.settle()


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("how", ["registration", "old code"])
def test_a_row_that_waits_and_is_sent_again_waits_once(how: str, *, together: bool) -> None:
    bus, row = Bus(machinery()), penalty(how)
    publish(bus, row, row, row, together=together)
    assert counts(bus) == {"received": 3, "parked": 1, "duplicate": 2}
    publish(bus, REGISTRATION, together=together)
    assert counts(bus) == {"received": 3, "applied": 1, "duplicate": 2}
    assert not any(bus.waiting("parked").values())
    publish(bus, row, together=together)
    assert counts(bus) == {"received": 4, "applied": 1, "duplicate": 3}


@pytest.mark.parametrize("how", ["registration", "old code"])
def test_each_row_has_its_cautions_booked_whether_it_waits_or_repeats(how: str) -> None:
    bus, row = Bus(machinery()), penalty(how).changed(CF_NR_FK="1000.01")
    publish(bus, row, row, row, REGISTRATION, row, together=False)
    assert counts(bus) == {"received": 4, "applied": 1, "duplicate": 3}
    cautions = bus.ledger().departments[PENALTY.header["origin"]["department"]].cautions
    assert cautions[Caution.AMOUNT_MAGNITUDE] == 4


@pytest.mark.parametrize("how", ["registration", "old code"])
def test_another_content_of_the_record_waits_behind_it(how: str) -> None:
    bus, row = Bus(machinery()), penalty(how)
    changed = row.changed(CF_SY="另一事由")
    publish(bus, row, changed, row, changed, together=False)
    assert counts(bus) == {"received": 4, "parked": 2, "duplicate": 2}
    publish(bus, REGISTRATION, together=False)
    assert counts(bus) == {"received": 4, "applied": 2, "duplicate": 2}
    [record] = [one for name, one in bus.records(CODE).items() if name.startswith("administrative-penalty")]
    assert record.revision == 2


@pytest.mark.parametrize("how", ["registration", "old code"])
def test_a_value_that_is_set_back_while_its_row_waits_is_what_is_released(how: str) -> None:
    bus, row = Bus(machinery()), penalty(how)
    other = row.changed(CF_SY="另一事由")
    publish(bus, row, other.headed(reading=2), row.headed(reading=3), together=False)
    assert counts(bus) == {"received": 3, "parked": 3}
    publish(bus, row.headed(reading=4), together=False)
    assert counts(bus) == {"received": 4, "parked": 3, "duplicate": 1}
    publish(bus, REGISTRATION, together=False)
    assert counts(bus) == {"received": 4, "applied": 3, "duplicate": 1}
    [record] = [one for name, one in bus.records(CODE).items() if name.startswith("administrative-penalty")]
    assert (record.reading, record.revision) == (3, 3)


def test_only_the_last_word_that_waits_makes_a_later_one_a_repetition() -> None:
    one, other = b"1" * 16, b"2" * 16
    known = with_parked(with_parked(None, one), other)
    assert [parked_already(known, it, None) for it in (one, other, b"3" * 16)] == [True, True, False]
    assert [parked_already(known, it, 7) for it in (one, other)] == [False, True]
    assert not parked_already(None, one, None)


@pytest.mark.parametrize(
    ("item", "subject", "registered", "parked"),
    [
        ("administrative-penalty", CODE, False, True),
        ("administrative-penalty", CODE, True, False),
        ("administrative-penalty", "P-0123456789ABCDEF", False, False),
        ("enterprise-registration", CODE, False, False),
    ],
)
def test_what_waits_for_a_registration(item: str, subject: str, *, registered: bool, parked: bool) -> None:
    assert EXAMPLES[item].item.unregistered == "park"
    assert is_parked(EXAMPLES[item].item, subject, registered=registered) is parked
