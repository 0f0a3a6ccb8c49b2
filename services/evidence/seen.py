"""What was seen of one partition of a feed, and what that says of the partition and of a reader's place in it."""

from __future__ import annotations

from dataclasses import dataclass

from creditbus.services.domain.evidence.feed_record import feed_place, value_hash
from creditbus.services.domain.evidence.manifest import Span
from creditbus.services.domain.evidence.standing import PartitionStanding, Reading
from creditbus.services.engine.batch import Record

__all__ = ["SeenPartition"]


@dataclass(frozen=True, slots=True)
class SeenPartition:
    """A partition of a feed.

    Attributes:
        number: its number.
        begins: offset at which its log begins.
        ends: offset after its last record.
        retention_ms: how long a record is kept; None: for ever.
        first: the oldest record that is kept; None: there is none.
        last: the newest.
        signed: what the last manifest says of it; None: there is no manifest, or it is not to be believed.
        unsigned: the first record after those of the last manifest, by its offset.

    """

    number: int
    begins: int
    ends: int
    retention_ms: int | None
    first: Record | None
    last: Record | None
    signed: Span | None
    unsigned: Record | None

    @property
    def _newest(self) -> int:
        # of a partition whose records have all expired the last manifest alone says how far it went
        return _number(self.last) if self.last else self.signed.last if self.signed else 0

    @property
    def _oldest(self) -> int:
        return _number(self.first) if self.first else self._newest + 1

    def standing(self) -> PartitionStanding:
        """Return how far it goes, and how far it is signed."""
        signed = self.signed.last if self.signed else 0
        unsigned = max(self._newest - max(signed, self._oldest - 1), 0)
        return PartitionStanding(
            self.number,
            last=self._newest,
            last_hash=value_hash(self.last.value or b"")
            if self.last
            else self.signed.last_hash
            if self.signed
            else b"",
            oldest=self._oldest,
            oldest_expires_ms=self._expires(self.first),
            signed=signed,
            unsigned=unsigned,
            unsigned_expires_ms=self._expires(self.unsigned or self.first) if unsigned else None,
        )

    def reading(self, position: int | None, unread: Record | None) -> Reading:
        """Return how far a group has read it.

        Args:
            position: offset at which the group goes on; None: it has noted none.
            unread: the first record there or after it.

        """
        if position is not None and position > self.ends:
            position = None  # it is of another topic of this name, which was deleted since
        if position is None:
            unread = self.first
        following = _number(unread) if unread else self._newest + 1
        count = self._newest - following + 1
        return Reading(
            self.number, following, count, self._expired_before(position), self._expires(unread) if count else None
        )

    def _expired_before(self, position: int | None) -> int:
        """Return how many records went before a reader came to them, at most; 0 for one that has only begun.

        Offsets are also those of markers. A reader that stands before the last marker of a quiet feed has missed
        nothing when that expires: the last manifest shows it.
        """
        if position is None or position >= self.begins:
            return 0
        offsets = self.begins - position
        known = self.signed is not None and position >= self.signed.next_offset
        return min(offsets, max(self._oldest - 1 - self.signed.last, 0)) if known and self.signed else offsets

    def _expires(self, record: Record | None) -> int | None:
        return None if record is None or self.retention_ms is None else record.timestamp + self.retention_ms


def _number(record: Record) -> int:
    """Return what a record says of its number; 0: it is none of a feed's."""
    place = feed_place(record.value or b"")
    return place.sequence if place else 0
