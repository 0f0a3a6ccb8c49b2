"""A bus in memory as the checker sees one: its topics and stores, and Avro by plain fastavro."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from weakref import WeakKeyDictionary

from creditbus.services.local.registry import MemoryRegistry
from creditbus.topics.names import STAGES
from tests.harness.checker import problems
from tests.harness.problem import Problem
from tests.harness.recomputation import recompute
from tests.harness.wire import Message, Observer, Place, Record, Wire
from tests.step_harness import Bus

__all__ = ["MemoryWire", "observed", "problems_of", "publish"]

_parsed: WeakKeyDictionary[MemoryRegistry, tuple[dict[int, Any], dict[str, tuple[bytes, Any]]]] = WeakKeyDictionary()
"""The schemas of a registry, ready to read and to write: they are the same for every bus that has it."""


class MemoryWire(Wire):
    """Schemas and framing of a bus in memory."""

    def __init__(self, bus: Bus) -> None:
        self.registry = bus.parts.registry
        self._readers, self._writers = _parsed.setdefault(bus.parts.registry, ({}, {}))


def publish(bus: Bus, messages: Iterable[Message]) -> None:
    """Publish messages as departments do."""
    for message in messages:
        bus.publish_bytes(message.topic.removeprefix("ingest."), message.key, message.value)


def observed(bus: Bus) -> Observer:
    """Return an observer that has seen everything."""
    seen = Observer(MemoryWire(bus))
    seen.records = defaultdict(list)
    for (topic, partition), log in bus.topics.items():
        place = Place(topic, partition)
        seen.records[place] = [Record(place, one.offset, one.key, one.value) for one in log]
    for lane in range(bus.parts.lanes):
        seen.records[Place("credit.ledger", lane)]
    return seen


def problems_of(bus: Bus, free: Collection[str] = ()) -> list[Problem]:
    """Check everything that a bus wrote; `free` are items that admit unregistered subjects."""
    seen = observed(bus)
    stores = {(stage, lane): bus.stores[stage, lane] for stage in STAGES for lane in range(bus.parts.lanes)}
    truth = recompute(seen, free)
    return list(problems(seen, truth, free, held=lambda _, stage, lane: stores[stage, lane]))
