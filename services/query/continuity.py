"""Whether a feed is whole: numbers without gaps, a chain of hashes, a beginning (docs/adr/0009-feeds.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

__all__ = ["NO_HASH", "Break", "BreakKind", "Continuity"]

NO_HASH: Final = bytes(sha256().digest_size)
"""Before the first record of a partition."""


class BreakKind(StrEnum):
    """What is wrong between two records of a partition, or before its first."""

    EXPIRED = "expired"
    """Retention deleted them; nobody changed anything."""
    MISSING = "missing"
    REPEATED = "repeated"
    """A number comes that came already: twice, or out of order."""
    CHANGED = "changed"
    """The numbers follow each other and the hashes do not: the record, or the one before it, was changed."""


@dataclass(frozen=True, slots=True)
class Break:
    """One place at which a partition is not whole.

    Attributes:
        partition: its number.
        kind: what is wrong.
        first: of the numbers concerned.
        last: of the numbers concerned; None: all that there ever were, how many is not known.

    """

    partition: int
    kind: BreakKind
    first: int
    last: int | None


@dataclass(slots=True)
class Continuity:
    """Checks that each partition's numbers are dense, its hashes chain and, where it is read whole, that it begins.

    Attributes:
        cut: for each partition that is read from its first record, the offset at which its log begins; above 0
            retention has deleted what was before. A partition that is not in it is read from somewhere, so that its
            first record proves nothing.
        records: records seen.
        breaks: what was found, in the order in which it was.

    """

    cut: Mapping[int, int] = field(default_factory=dict)
    records: int = 0
    breaks: list[Break] = field(default_factory=list)
    _last: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def resume(self, partition: int, sequence: int, value_hash: bytes) -> None:
        """Go on after the record of this number (0: none yet) and hash. Before the partition's first `check`."""
        self._last[partition] = (sequence, value_hash)

    def last(self, partition: int) -> tuple[int, bytes]:
        """Return number and hash of a partition's last record; 0 and zeros before the first."""
        return self._last.get(partition, (0, NO_HASH))

    def check(self, partition: int, evidence: Mapping[str, Any], value: bytes) -> Break | None:
        """Take the next record of a partition: what it says of the feed, and its bytes; return what is wrong."""
        return self.check_place(partition, evidence["feed_seq"], evidence["previous_hash"], value)

    def check_place(self, partition: int, sequence: int, previous_hash: bytes, value: bytes) -> Break | None:
        """Take the next record of a partition: number, hash of the one before it, and its bytes; as `check`."""
        last = self._last.get(partition)
        follows = last is not None and sequence == last[0] + 1 and previous_hash == last[1]
        found = None if follows else self._found(partition, sequence, previous_hash)
        self._last[partition] = (sequence, sha256(value).digest())
        self.records += 1
        return found and self._noted(found)

    def gone(self, partition: int) -> Break | None:
        """Take a partition that is read from its start and holds nothing; say whether it held something once."""
        return self._noted(Break(partition, BreakKind.EXPIRED, 1, None) if self.cut.get(partition, 0) else None)

    def _found(self, partition: int, sequence: int, previous_hash: bytes) -> Break | None:
        last = self._last.get(partition)
        if last is None:
            return self._at_beginning(partition, sequence, previous_hash)
        expected = last[0] + 1
        if sequence > expected:
            return Break(partition, BreakKind.MISSING, expected, sequence - 1)
        if sequence < expected:
            return Break(partition, BreakKind.REPEATED, sequence, sequence)
        return None if previous_hash == last[1] else Break(partition, BreakKind.CHANGED, sequence, sequence)

    def _at_beginning(self, partition: int, sequence: int, previous_hash: bytes) -> Break | None:
        if partition not in self.cut:
            return None
        if sequence > 1:
            kind = BreakKind.EXPIRED if self.cut[partition] else BreakKind.MISSING
            return Break(partition, kind, 1, sequence - 1)
        return None if previous_hash == NO_HASH else Break(partition, BreakKind.CHANGED, sequence, sequence)

    def _noted(self, found: Break | None) -> Break | None:
        if found is not None:
            self.breaks.append(found)
        return found
