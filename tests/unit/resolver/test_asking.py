"""What a batch needs of the store is asked at once, also where a code is given up in the midst of it."""

from tests.examples import EXAMPLES
from tests.step_harness import Bus, machinery

CODE, NUMBER, FREE = "91420106MA4KAAA16H", "420106000012345", "420103000054321"
REGISTRATION = EXAMPLES["enterprise-registration"]
PENALTY = EXAMPLES["administrative-penalty"].claiming(registration_no=NUMBER)
MANY = 50


def test_events_after_the_loss_of_their_code_are_looked_up_together() -> None:
    bus = Bus(machinery(1), look_ups=False)
    bus.publish(REGISTRATION.claiming(uscc=CODE, registration_no=NUMBER))
    bus.settle()
    bus.publish(REGISTRATION.claiming(uscc=CODE, registration_no=FREE).changed(OPSCOPE="更正"))
    for stage in ("intake", "resolver", "profiles"):
        bus.turn(stage, 0)
    for number in range(MANY):
        bus.publish(PENALTY.changed(CF_WSH=f"{number}号"))
    bus.turn("intake", 0)
    before = bus.reruns
    bus.turn("resolver", 0)
    assert bus.reruns - before == 1
    assert sum(bus.waiting("parked").values()) == MANY
