"""Topics and stores that were written before changes had consents are read as ever, and go on with them."""

from dataclasses import replace
from typing import Any

from creditbus.topics.declarations import declarations
from creditbus.topics.parties import Subscriber
from tests.examples import CATALOGUE, EXAMPLES
from tests.harness.bus_of_before import BusOfBefore
from tests.step_harness import built

CODE = "91420106MA4KAAA16H"
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
SUBSCRIBERS = [replace(one, consent=True) for one in declarations().subscribers.values() if one.id == "agency-xinda"]
FEED = "feed.agency-xinda"


def changes_before(parts: dict[str, Any]) -> list[dict[str, Any]]:
    (applied,) = (field["type"][1] for field in parts["header"]["fields"] if field["name"] == "applied")
    (facts,) = (field["type"][1] for field in applied["fields"] if field["name"] == "before")
    return [applied, facts]


def bus_of_before(subscribers: list[Subscriber]) -> BusOfBefore:
    return BusOfBefore(built(1, CATALOGUE, subscribers), changes_before, {"consents", "gate"})


def test_what_was_written_before_is_read_and_goes_on_with_consents() -> None:
    bus = bus_of_before(SUBSCRIBERS)
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.publish(PENALTY)
    bus.settle()
    bus.publish(PENALTY.changed(CF_WSH="某罚〔2018〕2号"))
    bus.turn("intake", 0)
    bus.publish(PENALTY.changed(CF_WSH="某罚〔2018〕3号"))
    # of the last two, one waits for intake and one for profiles; nothing else of before is unread
    bus.rewrite()
    bus.settle()
    assert bus.read(FEED) == []
    bus.publish(EXAMPLES["subject-consent"].claiming(uscc=CODE))
    bus.settle()
    shown = [bus.decode(one.value) for one in bus.read(FEED)]
    numbers = {one["record"]["document_no"] for one in shown if one["record"]["item"] == "administrative-penalty"}
    assert numbers == {f"某罚〔2018〕{number}号" for number in (1, 2, 3)}


def test_changes_of_before_reach_feeds() -> None:
    bus = bus_of_before([replace(one, consent=False) for one in SUBSCRIBERS])
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.publish(PENALTY)
    for stage in ("intake", "profiles"):
        bus.turn(stage, 0)
    bus.rewrite()
    bus.settle()
    assert [bus.decode(one.value)["record"]["change"] for one in bus.read(FEED)] == ["NEW", "NEW"]
