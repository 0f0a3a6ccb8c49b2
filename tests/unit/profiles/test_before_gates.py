"""What was written before changes said which value a record had had is read as ever, and goes on with it."""

from dataclasses import replace
from typing import Any

from creditbus.topics.declarations import declarations
from tests.examples import CATALOGUE, EXAMPLES
from tests.harness.bus_of_before import BusOfBefore
from tests.step_harness import built

CODE = "91420106MA4KAAA16H"
GRADE = EXAMPLES["tax-credit-grade"].claiming(tax_no=CODE)
SUBSCRIBERS = [
    replace(one, disclosure="public", items=("tax-credit-grade",), consent=False)
    for one in declarations().subscribers.values()
    if one.id == "agency-xinda"
]
FEED = "feed.agency-xinda"


def facts_before(parts: dict[str, Any]) -> list[dict[str, Any]]:
    (applied,) = (field["type"][1] for field in parts["header"]["fields"] if field["name"] == "applied")
    return [field["type"][1] for field in applied["fields"] if field["name"] == "before"]


def graded(bus: BusOfBefore, *grades: str) -> None:
    for grade in grades:
        bus.publish(GRADE.changed(XYDJ=grade))
    bus.turn("intake", 0)


def shown(bus: BusOfBefore) -> list[tuple[str, str | None]]:
    return [
        (one["record"]["state"], one["content"]["XYDJ"]) for one in (bus.decode(each.value) for each in bus.read(FEED))
    ]


def bus_of_before() -> BusOfBefore:
    bus = BusOfBefore(built(1, CATALOGUE, SUBSCRIBERS), facts_before, {"gate"})
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.settle()
    return bus


def test_a_grade_that_was_hidden_before_is_nobodys_afterwards() -> None:
    bus = bus_of_before()
    graded(bus, "B")
    bus.settle()
    bus.rewrite()
    graded(bus, "C", "A", "D")
    bus.settle()
    assert shown(bus) == [("ACTIVE", "A"), ("WITHHELD", None)]


def test_a_change_of_before_that_hides_a_grade_takes_back_what_may_be_held() -> None:
    bus = bus_of_before()
    graded(bus, "B", "C")
    bus.turn("profiles", 0)
    bus.rewrite()
    bus.settle()
    # nothing says that the first one was hidden
    assert shown(bus) == [("WITHHELD", None)]
