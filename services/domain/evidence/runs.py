"""A partition of a feed as runs: stretches in which each record follows from the one before it.

A whole partition is one run, whatever its length, so that it can be held against anything in little memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from creditbus.services.domain.evidence.feed_record import FeedPlace

__all__ = ["Run", "Runs"]


@dataclass(slots=True)
class Run:
    """Records that follow each other by number and by hash.

    Attributes:
        first: number of the first; 0: a record that does not say where it stands, alone in its run.
        last: number of the last.
        previous_hash: what the first says of the record before it.
        last_hash: hash of the last.

    """

    first: int
    last: int
    previous_hash: bytes
    last_hash: bytes

    @property
    def single(self) -> bool:
        """Whether it is one record."""
        return self.first == self.last

    def leads_to(self, other: Run) -> bool:
        """Whether another run goes on where this one ends, by number and by hash."""
        return other.first == self.last + 1 and other.previous_hash == self.last_hash


class Runs:
    """Takes the records of a partition in the order in which they are read."""

    __slots__ = ("_last", "found")

    def __init__(self) -> None:
        self.found: list[Run] = []
        self._last = Run(-1, -1, b"", b"")

    def take(self, place: FeedPlace | None, value_hash: bytes) -> None:
        """Take the next record: what it says of its place (None: it cannot be read), and the hash of its value."""
        last = self._last
        if place is None:
            self._begin(Run(0, 0, b"", value_hash))
        elif place.sequence == last.last + 1 and place.previous_hash == last.last_hash:
            last.last = place.sequence
            last.last_hash = value_hash
        else:
            self._begin(Run(place.sequence, place.sequence, place.previous_hash, value_hash))

    def go_on(self, value_hash: bytes) -> int:
        """Take a record of which is known that it follows from the last one; return its number."""
        last = self._last
        last.last += 1
        last.last_hash = value_hash
        return last.last

    @property
    def last(self) -> int:
        """Number of the last record; 0 where it does not say one."""
        return self._last.last

    @property
    def last_hash(self) -> bytes:
        """Hash of the last record."""
        return self._last.last_hash

    def _begin(self, run: Run) -> None:
        self.found.append(run)
        self._last = run
