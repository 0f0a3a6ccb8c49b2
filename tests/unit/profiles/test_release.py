"""What is released is read in few turns, however much of it waits."""

from tests.examples import EXAMPLES
from tests.step_harness import Bus, machinery

PENALTY = EXAMPLES["administrative-penalty"]
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc="91420106MA4KAAA16H")
MANY = 50


def released(bus: Bus) -> int:
    """Publish the registration alone; give the passes over its batches beyond the first."""
    before = bus.reruns
    bus.publish(REGISTRATION)
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].counts["applied"] == MANY
    return bus.reruns - before


def test_events_that_wait_for_a_legacy_code_are_read_at_once() -> None:
    bus = Bus(machinery())
    for number in range(MANY):
        bus.publish(PENALTY.claiming(organisation_code="MA4KAAA1-6").changed(CF_WSH=f"{number}号"))
        bus.settle()
    assert released(bus) == 1


def test_events_that_wait_for_the_registration_are_read_in_two_passes() -> None:
    bus = Bus(machinery())
    for number in range(MANY):
        bus.publish(PENALTY.claiming(uscc="91420106MA4KAAA16H").changed(CF_WSH=f"{number}号"))
        bus.settle()
    # what waits, then the records that it touches
    assert released(bus) == 2


def test_acts_that_wait_with_their_records_are_read_in_two_passes() -> None:
    bus = Bus(machinery())
    code = "91420106MA4KAAA16H"
    for number in range(MANY):
        correction = {"SJLX": "更正", "GZNR": '{"BZ": "示例"}', "SJBH": f"示更{number}", "WSH": f"{number}号"}
        bus.publish(EXAMPLES["objection-and-repair"].claiming(uscc=code).changed(**correction))
        bus.settle()
        bus.publish(PENALTY.claiming(uscc=code).changed(CF_WSH=f"{number}号"))
        bus.settle()
    assert released(bus) == 2
    assert bus.ledger().departments["credit-office"].counts["applied"] == MANY


def test_acts_that_wait_for_the_registration_are_read_in_two_passes() -> None:
    bus = Bus(machinery())
    code = "91420106MA4KAAA16H"
    for number in range(MANY):
        act = EXAMPLES["objection-and-repair"].claiming(uscc=code).changed(WSH=f"{number}号")
        bus.publish(PENALTY.claiming(uscc=code).changed(CF_WSH=f"{number}号"))
        bus.publish(act.changed(SJLX="更正", GZNR='{"BZ": "示例"}', SJBH=f"示更{number}"))
        bus.publish(act.changed(SJLX="主体声明", SMNR="虚构声明", SJBH=f"示声{number}"))
        bus.publish(act.changed(SJLX="异议申请", SJBH=f"示异{number}"))
    bus.settle()
    assert released(bus) == 2
    assert bus.ledger().departments["credit-office"].counts["applied"] == 3 * MANY


def test_statements_that_wait_with_their_records_are_read_in_two_passes() -> None:
    bus = Bus(machinery())
    code = "91420106MA4KAAA16H"
    for number in range(MANY):
        statement = {"SJLX": "主体声明", "SMNR": "虚构声明", "SJBH": f"示声{number}", "WSH": f"{number}号"}
        bus.publish(EXAMPLES["objection-and-repair"].claiming(uscc=code).changed(**statement))
        bus.settle()
        bus.publish(PENALTY.claiming(uscc=code).changed(CF_WSH=f"{number}号"))
        bus.settle()
    assert released(bus) == 2
    assert bus.ledger().departments["credit-office"].counts["applied"] == MANY


def test_a_document_number_of_two_lines_hides_no_record() -> None:
    bus = Bus(machinery())
    bus.publish(REGISTRATION)
    penalty = PENALTY.claiming(uscc="91420106MA4KAAA16H")
    bus.publish(penalty.headed(document_no="示罚\n〔2019〕1号"))
    bus.settle()
    assert len(bus.records("91420106MA4KAAA16H")) == 2
