"""Topics and stores that were written before events had a statement are read as ever, and go on with one."""

from creditbus.topics.declarations import declarations
from tests.examples import CATALOGUE, EXAMPLES
from tests.harness.bus_of_before import BusOfBefore
from tests.step_harness import built

CODE = "91420106MA4KAAA16H"
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
SUBSCRIBERS = declarations().subscribers.values()
FEED = "feed.agency-xinda"


def bus_of_before() -> BusOfBefore:
    return BusOfBefore(built(1, CATALOGUE, SUBSCRIBERS), lambda parts: [parts["act"]], {"statement"})


def test_what_was_written_before_is_read_and_goes_on_with_a_statement() -> None:
    bus = bus_of_before()
    for event in (
        EXAMPLES["enterprise-registration"].claiming(uscc=CODE),
        PENALTY,
        PENALTY.headed(verb="DISPUTE"),
    ):
        bus.publish(event)
    bus.settle()
    bus.publish(PENALTY.changed(CF_SY="乙"))
    bus.turn("intake", 0)
    bus.publish(PENALTY.changed(CF_SY="丙"))
    # of the last two, one waits for intake and one for profiles; nothing else of before is unread
    bus.rewrite()
    bus.publish(EXAMPLES["objection-and-repair"].claiming(uscc=CODE).changed(SJBH="1", SJLX="主体声明", SMNR="已缴清"))
    bus.settle()
    bus.publish(PENALTY.changed(CF_SY="丁"))
    bus.settle()
    shown = [bus.decode(one.value) for one in bus.read(FEED)]
    seen = [(one["record"]["verb"], one["act"]["statement"], one["content"]["CF_SY"]) for one in shown[-5:]]
    assert seen == [
        ("DISPUTE", None, "违法事实"),
        ("ISSUE", None, "乙"),
        ("ISSUE", None, "丙"),
        ("ANNOTATE", "已缴清", "丙"),
        ("ISSUE", "已缴清", "丁"),
    ]


def test_changes_of_before_reach_feeds() -> None:
    bus = bus_of_before()
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.publish(PENALTY)
    for stage in ("intake", "profiles"):
        bus.turn(stage, 0)
    bus.rewrite()
    bus.settle()
    (change,) = (one for one in map(bus.decode, (one.value for one in bus.read(FEED))) if "CF_SY" in one["content"])
    assert (change["content"]["CF_SY"], change["act"]["statement"]) == ("违法事实", None)
