"""What a hop says of a legacy code: whose it is, or that a profile says that it is this subject's no more."""

from creditbus.services.cli.trace.hop_facts import stage_hop
from creditbus.services.cli.trace.hop_text import hop_lines
from creditbus.services.local.watching import watch
from tests.unit.profiles.test_reidentifying import FREE, NUMBER, ONE, OTHER, PENALTY, bus_of, register


def test_a_hop_says_whether_a_code_is_held_or_lost() -> None:
    bus = bus_of(register(ONE, NUMBER), PENALTY)
    hops = []
    for event in (register(ONE, FREE, "更正"), register(OTHER, NUMBER)):
        bus.publish(event)
        hops += [stage_hop(bus, hop, ()) for hop in watch(bus)]
    taken = [hop["takes"] for hop in hops if hop.get("takes", {}).get("legacy_key") == f"reg:{NUMBER}"]
    assert [(one["subject"], one["holds"]) for one in taken] == [(ONE, False), (OTHER, True)]
    # a record on its way to another subject names a code, too, and says nothing of it
    assert len([hop for hop in hops if hop["stage"] == "resolver"]) > len([hop for hop in hops if "takes" in hop])
    said = [line.split(maxsplit=1)[1] for hop in hops for line in hop_lines(1, hop, 1) if NUMBER in line]
    assert f"reg:{NUMBER} is not of {ONE} any more" in said
    assert f"reg:{NUMBER} = {OTHER}" in said
