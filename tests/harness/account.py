"""What was published, and what came of it in every feed and in the ledger, in memory that hardly grows."""

from __future__ import annotations

import hashlib
import threading
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from tests.harness.checker import DOUBLED, LOST, WRONG, Problem
from tests.harness.numbered import Event, number_of
from tests.harness.wire import Place

__all__ = ["Account"]

_MOST_PROBLEMS = 200


class _Chain:
    """The numbers and the chain of hashes of one partition of a feed."""

    __slots__ = ("number", "previous")

    def __init__(self) -> None:
        self.number = 0
        self.previous = bytes(32)

    def broken_by(self, entry: dict[str, Any], value: bytes) -> bool:
        self.number += 1
        broken = bool(entry["feed"] != {"feed_seq": self.number, "previous_hash": self.previous})
        self.number = entry["feed"]["feed_seq"]
        self.previous = hashlib.sha256(value).digest()
        return broken


class Account:
    """Compares; one thread reports to it what is published, another what is read.

    Args:
        feeds: topics that show every event once.

    """

    def __init__(self, feeds: Collection[str]) -> None:
        self.published = self.repeated = 0
        self.problems: list[Problem] = []
        self.booked: Counter[str] = Counter()
        """What the ledger says by outcome."""
        self._feeds = feeds
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[str, float, set[str]]] = {}
        self._seen = {feed: bytearray() for feed in feeds}
        self._chains: defaultdict[Place, _Chain] = defaultdict(_Chain)
        self._seconds = array("d")

    @property
    def distinct(self) -> int:
        """Events published, repetitions left out."""
        return self.published - self.repeated

    @property
    def outstanding(self) -> int:
        """Events that some feed has not shown yet."""
        return len(self._waiting)

    @property
    def through(self) -> bool:
        """Whether every event is in every feed and has its outcome in the ledger."""
        booked = self.booked
        final = booked["applied"] == self.distinct and booked["duplicate"] == self.repeated and not booked["parked"]
        return not self._waiting and final

    def publish(self, event: Event) -> None:
        """Note that an event is about to be published."""
        with self._lock:
            self.published += 1
            if event.repeated:
                self.repeated += 1
            else:
                self._waiting[event.number] = (event.subject, time.monotonic(), set(self._feeds))

    def shown(self, place: Place, entry: dict[str, Any], value: bytes) -> None:
        """Take a record of a feed: it must follow the one before and show an event that is waited for.

        Or show it again, because something else is known of its subject; subjects of these events keep their districts.
        """
        if self._chains[place].broken_by(entry, value):
            self._say(WRONG, f"{place}: {entry['feed']['feed_seq']} or its hash does not follow the record before")
        number = number_of(entry["record"]["document_no"])
        seen = self._seen[place.topic]
        if entry["record"]["change"] == "RESTATED":
            if number >= len(seen) or not seen[number]:
                self._say(WRONG, f"{place}: event {number} is restated, and was never shown")
            return
        if len(seen) <= number:
            seen.extend(bytes(number + 1))
        if seen[number]:
            self._say(DOUBLED, f"{place}: event {number} a second time")
            return
        seen[number] = 1
        with self._lock:
            if number not in self._waiting:
                self._say(DOUBLED, f"{place}: event {number} was never published")
                return
            subject, published, left = self._waiting[number]
            left.discard(place.topic)
            if not left:
                del self._waiting[number]
                self._seconds.append(time.monotonic() - published)
        if entry["subject"]["code"] != subject:
            self._say(WRONG, f"{place}: event {number} is shown under another subject")

    def book(self, deltas: list[dict[str, Any]]) -> None:
        """Take a record of the ledger."""
        for delta in deltas:
            self.booked[delta["outcome"]] += delta["count"]

    def take_seconds(self) -> list[float]:
        """Return of every event that came through since the last call the seconds from publication to the last feed."""
        with self._lock:
            taken, self._seconds = self._seconds, array("d")
        return sorted(taken)

    def close(self) -> None:
        """Say what is missing and what is booked wrongly; nothing more may be on its way."""
        if self._waiting:
            self._say(LOST, f"not in every feed, for example event {next(iter(self._waiting))}", len(self._waiting))
        want = {"received": self.published, "applied": self.distinct, "duplicate": self.repeated}
        have = {outcome: count for outcome, count in self.booked.items() if count and outcome in _OUTCOMES}
        if have != {outcome: count for outcome, count in want.items() if count}:
            self._say(WRONG, f"ledger: {have}, true is {want}")

    def _say(self, kind: str, text: str, cases: int = 1) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(kind, cases, text))


_OUTCOMES = ("received", "applied", "duplicate", "stale", "rejected", "held", "parked")
