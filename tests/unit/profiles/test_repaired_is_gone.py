"""What a repair took back is not shown again, whatever happens to the record then: its minimum period was over once."""

from datetime import date

import pytest

from creditbus.services.domain.profile.record import Term
from creditbus.topics.declarations import declarations
from tests.examples import Example
from tests.harness.another_day import pass_to
from tests.step_harness import Bus
from tests.unit.profiles.test_reidentifying import (
    FEED,
    FREE,
    NUMBER,
    ONE,
    OTHER,
    PENALTY,
    bus_of,
    penalties,
    publish,
    register,
)

REPAIRED_ON = date(2026, 5, 1)
#: Its minimum period of three months is over on the day of the repair.
PENALISED = PENALTY.changed(CF_JDRQ="2026-01-10", CF_CFLB="罚款")
#: That of this one is not.
LATER = PENALISED.changed(CF_JDRQ="2026-04-20")
REPAIR, DISPUTE, SETTLE = (PENALISED.headed(verb=verb) for verb in ("REPAIR", "DISPUTE", "SETTLE"))


def city() -> Bus:
    bus = bus_of(register(ONE, NUMBER), register(OTHER, None, "初始"))
    pass_to(bus, list(declarations().subscribers.values()), REPAIRED_ON)
    bus.settle()
    return bus


def newest(bus: Bus, code: str) -> list[str]:
    """Return the states that the newest record of each penalty has in the feed."""
    found = {}
    for one in bus.read(FEED):
        decoded = bus.decode(one.value)
        if decoded["subject"]["code"] == code and decoded["record"]["item"] == PENALTY.item.id:
            found[one.key] = decoded["record"]["state"]
    return list(found.values())


def states(bus: Bus, code: str) -> list[str]:
    return [one["state"] for one in penalties(bus, code)]


@pytest.mark.parametrize("acts", [[], [DISPUTE, SETTLE]])
def test_a_repaired_record_that_was_retracted_stays_so(acts: list[Example]) -> None:
    bus = city()
    publish(bus, PENALISED, REPAIR)
    assert (states(bus, ONE), newest(bus, ONE)) == (["REPAIRED"], ["REPAIRED"])
    publish(bus, LATER, *acts)
    assert states(bus, ONE) == ["REPAIRED"]
    [term] = [record.term for name, record in bus.records(ONE).items() if "penalty" in name]
    assert term is Term.RUNNING
    assert newest(bus, ONE) == ["REPAIRED"]


def test_it_is_not_shown_at_the_subject_to_which_it_comes() -> None:
    bus = city()
    publish(bus, PENALISED, REPAIR, LATER)
    publish(bus, register(ONE, FREE, "更正"), register(OTHER, NUMBER, "再次"))
    assert states(bus, OTHER) == ["REPAIRED"]
    assert "ACTIVE" not in newest(bus, OTHER)


def test_one_that_is_still_published_is_so_after_an_objection() -> None:
    bus = city()
    publish(bus, LATER, REPAIR)
    assert newest(bus, ONE) == ["ACTIVE"]
    publish(bus, DISPUTE)
    assert newest(bus, ONE) == ["DISPUTED"]
    publish(bus, SETTLE)
    assert newest(bus, ONE) == ["ACTIVE"]
    [term] = [record.term for name, record in bus.records(ONE).items() if "penalty" in name]
    assert term is Term.KEPT
