"""Watches a bus in memory on which versions and days follow each other: each change, and each record of each feed.

What a feed may get of a change follows from the policy that the change states and from the one before, by what the city
declared then; the rules are written a second time (tests/harness/permitted.py).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.harness.changes import Policy, policy_of
from tests.harness.consents import ConsentsSaid, pairs
from tests.harness.declaring import Version, policies
from tests.harness.feed_watch import FeedWatch
from tests.harness.feeds import Evidence
from tests.harness.memory_observer import MemoryWire
from tests.harness.permitted import Permitted
from tests.harness.wire import Place, Record
from tests.step_harness import Bus

__all__ = ["Witness"]

_CHANGES = "credit.changes"


class Witness:
    """Of one bus.

    Attributes:
        versions: what was declared, the oldest first; the last is in force.
        on: the day.
        problems: what was wrong.

    """

    def __init__(self, bus: Bus, first: Version, on: date) -> None:
        self.bus = bus
        self.versions = [first]
        self.on = on
        self.problems: list[str] = []
        self._wire = MemoryWire(bus)
        self._true: tuple[tuple[int, date], dict[str, Policy]] = ((0, on), {})
        self._heard: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._evidence: defaultdict[Place, Evidence] = defaultdict(Evidence)
        self._consents = ConsentsSaid()
        self._permitted = Permitted(self.versions)

    def look(self) -> None:
        """Look at what was written since the last look: of one turn."""
        for lane in range(self.bus.parts.lanes):
            for change in self._new(_CHANGES, lane):
                self._stamp(change)
            self._feeds(lane)

    def _new(self, topic: str, lane: int) -> list[Record]:
        log, heard = self.bus.topics[topic, lane], self._heard[topic, lane]
        self._heard[topic, lane] = len(log)
        return [Record(Place(topic, lane), one.offset, one.key, one.value) for one in log[heard:]]

    def _stamp(self, change: Record) -> None:
        """A change says the policy by which its item is shown at this moment, and the consents that count now."""
        decoded = self._wire.decode(change.value)
        header = decoded["header"]
        self._consents.take(decoded)
        consents = self._consents.given(header["subject"], header["item"], self.on)
        if pairs(header["applied"]) != consents:
            said = header["applied"]["consents"]
            self.problems.append(f"{change.place} at {change.offset}: consents {said}, true are {consents}")
        stated, true = policy_of(header["applied"]), self._policies()[header["item"]]
        if stated != true:
            self.problems.append(f"{change.place} at {change.offset}: {stated} of {header['item']}, true is {true}")

    def _policies(self) -> dict[str, Policy]:
        """Return the policies of now, made again where a version or a day has come."""
        now = len(self.versions), self.on
        if self._true[0] != now:
            self._true = now, policies(self.versions, self.on)
        return self._true[1]

    def _feeds(self, lane: int) -> None:
        read = self.bus.positions["fanout", _CHANGES, lane]
        heard, self._heard["read", lane] = self._heard["read", lane], read
        changes = [self._wire.decode(one.value) for one in self.bus.topics[_CHANGES, lane][heard:read]]
        feeds = {topic for topic, _ in self.bus.topics if topic.startswith("feed.")}
        for feed in sorted(feeds | {grant["feed"] for grant in self.versions[-1].grants.values()}):
            self._feed(feed, lane, changes)

    def _feed(self, feed: str, lane: int, changes: Sequence[dict[str, Any]]) -> None:
        place = Place(feed, lane)
        watch = FeedWatch(place, self._permitted, self._evidence[place])
        found = [*watch.read(self._new(feed, lane), self._wire)]
        for change in changes:
            found += watch.hold_against(change)
        self.problems += map(str, [*found, *watch.close()])
