"""Whether a feed is whole: numbers without gaps, a chain of hashes, a beginning (docs/adr/0009-feeds.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from creditbus.services.domain.evidence.feed_record import place_bytes, value_hash
from creditbus.services.domain.evidence.manifest import NO_HASH
from creditbus.services.domain.framing import FRAME_BYTES

__all__ = ["NO_HASH", "Break", "BreakKind", "Continuity", "ReadRecord"]


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


class ReadRecord(Protocol):
    """A record of a feed as it was read."""

    @property
    def partition(self) -> int:
        """Number of its partition."""

    @property
    def value(self) -> bytes | None:
        """Its value."""


class _Chain:
    """The last record of a partition."""

    __slots__ = ("expected", "last_hash", "sequence")

    def __init__(self, sequence: int, last_hash: bytes, *, was_read: bool) -> None:
        self.sequence = sequence
        self.last_hash = last_hash
        # no number that fanout writes is negative, and a damaged record may say anything
        self.expected = place_bytes(sequence + 1, last_hash) if was_read and sequence > 0 else None
        """What the next record has after its frame if it follows; None: it has to be read."""


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
    _chains: dict[int, _Chain] = field(default_factory=dict)

    def resume(self, partition: int, sequence: int, last_hash: bytes) -> None:
        """Go on after the record of this number (0: none yet) and hash. Before the partition's first `check`."""
        self._chains[partition] = _Chain(sequence, last_hash, was_read=False)

    def last(self, partition: int) -> tuple[int, bytes]:
        """Return number and hash of a partition's last record; 0 and zeros before the first."""
        chain = self._chains.get(partition)
        return (0, NO_HASH) if chain is None else (chain.sequence, chain.last_hash)

    def follow(self, records: Sequence[ReadRecord], start: int = 0) -> int:
        """Take records from a place in a list on, as long as each follows from the one before it in its partition.

        What a record that follows begins with is known before it comes, so almost all of a feed is compared and not
        read. Return the place of the first record that is for `check_place`: it does not begin so, or is the first of
        its partition; the length of the list where there is none.
        """
        chain: _Chain | None = None
        partition = -1
        for at in range(start, len(records)):
            record = records[at]
            if record.partition != partition:
                partition = record.partition
                chain = self._chains.get(partition)
            value = record.value
            if chain is None or chain.expected is None or value is None:
                return at
            if not value.startswith(chain.expected, FRAME_BYTES):
                return at
            chain.sequence += 1
            chain.last_hash = value_hash(value)
            chain.expected = place_bytes(chain.sequence + 1, chain.last_hash)
            self.records += 1
        return max(start, len(records))

    def check(self, partition: int, evidence: Mapping[str, Any], value: bytes) -> Break | None:
        """Take the next record of a partition: what it says of the feed, and its bytes; return what is wrong."""
        return self.check_place(partition, evidence["feed_seq"], evidence["previous_hash"], value)

    def check_place(self, partition: int, sequence: int, previous_hash: bytes, value: bytes) -> Break | None:
        """Take the next record of a partition: number, hash of the one before it, and its bytes; as `check`."""
        found = self._found(partition, sequence, previous_hash)
        self._chains[partition] = _Chain(sequence, value_hash(value), was_read=True)
        self.records += 1
        return self._noted(found)

    def gone(self, partition: int) -> Break | None:
        """Take a partition that is read from its start and holds nothing; say whether it held something once."""
        return self._noted(Break(partition, BreakKind.EXPIRED, 1, None) if self.cut.get(partition, 0) else None)

    def _found(self, partition: int, sequence: int, previous_hash: bytes) -> Break | None:
        last = self._chains.get(partition)
        if last is None:
            return self._at_beginning(partition, sequence, previous_hash)
        expected = last.sequence + 1
        if sequence > expected:
            return Break(partition, BreakKind.MISSING, expected, sequence - 1)
        if sequence < expected:
            return Break(partition, BreakKind.REPEATED, sequence, sequence)
        return None if previous_hash == last.last_hash else Break(partition, BreakKind.CHANGED, sequence, sequence)

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
