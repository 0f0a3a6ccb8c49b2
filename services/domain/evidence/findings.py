"""What is wrong with a partition of a feed, named by the numbers of the records concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from creditbus.services.domain.evidence.manifest import NO_HASH
from creditbus.services.domain.evidence.runs import Run

__all__ = ["FeedFault", "Finding", "Known", "diagnosed"]


class FeedFault(StrEnum):
    """What may be wrong with a feed or its manifests."""

    GAP = "gap"
    """Records are missing."""
    ALTERED = "altered"
    """A record is not the one that was written under its number."""
    SWAPPED = "swapped"
    """Two records stand in each other's place."""
    REORDERED = "reordered"
    """All records are there, and not in their order."""
    REPEATED = "repeated"
    """Records stand there twice."""
    OTHER_RECORDS = "other-records"
    """Numbers and hashes of an interval agree among themselves, and are not what was signed: a key was changed, or the
    records were written again from some place on."""
    EXPIRED = "expired"
    """Retention deleted the beginning; nobody changed anything."""
    UNSIGNED = "unsigned"
    """No manifest was made of these records before they expired."""
    MANIFEST_UNREADABLE = "manifest-unreadable"
    MANIFEST_FORGED = "manifest-forged"
    """It is not what the key signed under whose name it stands."""
    MANIFEST_OTHER_SIGNER = "manifest-other-signer"
    """No key that is trusted here signed it."""
    MANIFEST_MISSING = "manifest-missing"
    MANIFEST_REPEATED = "manifest-repeated"

    @property
    def harmless(self) -> bool:
        """Whether it may stand in a feed that nobody tampered with."""
        return self in {FeedFault.EXPIRED, FeedFault.UNSIGNED}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        fault: what.
        first: number of the first record concerned; of two that changed places, the lower. For manifests, the
            manifest's number, 0 where it has none.
        last: number of the last record concerned.
        partition: where; None for a manifest, and where it is not known.
        manifest: number of the manifest that shows it; None: the records do so by themselves.
        signer: who signed, where it is another one.

    """

    fault: FeedFault
    first: int
    last: int
    partition: int | None = None
    manifest: int | None = None
    signer: str = ""


#: Hashes of single records by number, from manifests that are trusted.
Known = Mapping[int, bytes]

_BEGINNING: Final = Run(0, 0, b"", NO_HASH)


def diagnosed(partition: int, runs: Sequence[Run], known: Known, *, cut: bool) -> list[Finding]:
    """Say what is wrong with a partition.

    Where several explanations fit, it is the one with the fewest records changed.

    Args:
        partition: its number.
        runs: of all records that are there, in the order in which they stand.
        known: what is known from elsewhere of single records.
        cut: whether retention has deleted the beginning.

    """
    return _Diagnosis(partition, runs, known, cut=cut).findings()


class _Diagnosis:
    def __init__(self, partition: int, runs: Sequence[Run], known: Known, *, cut: bool) -> None:
        self._partition = partition
        self._runs = list(runs)
        self._known = known
        self._cut = cut
        self._found: list[Finding] = []

    def findings(self) -> list[Finding]:
        self._find_altered_numbers()
        self._find_repeated()
        self._find_moved()
        self._find_broken_links()
        return sorted(self._found, key=lambda one: (one.first, one.last))

    def _note(self, fault: FeedFault, first: int, last: int) -> None:
        self._found.append(Finding(fault, first, last, self._partition))

    def _find_altered_numbers(self) -> None:
        """Find records that say another number than that of their place; go on as if they said it."""
        for place, run in enumerate(self._runs):
            before = self._runs[place - 1] if place else None if self._cut else _BEGINNING
            after = self._runs[place + 1] if place + 1 < len(self._runs) else None
            expected = before.last + 1 if before else after.first - 1 if after else 0
            ends_here = expected in self._known and expected + 1 > max(self._known)
            fits = after.first == expected + 1 if after else ends_here or not run.first
            if run.single and run.first != expected and expected and (fits or not run.first) and not self._intact(run):
                self._note(FeedFault.ALTERED, expected, expected)
                previous = before.last_hash if before else run.previous_hash
                following = after.previous_hash if after and fits else run.last_hash
                self._runs[place] = Run(expected, expected, previous, following)

    def _intact(self, run: Run) -> bool:
        """Tell whether anything else bears a record out."""
        if not run.first:
            return False
        neighbours = self._runs if self._cut else [_BEGINNING, *self._runs]
        known = self._known.get(run.last) == run.last_hash or self._known.get(run.first - 1) == run.previous_hash
        return known or any(other.leads_to(run) or run.leads_to(other) for other in neighbours)

    def _find_repeated(self) -> None:
        covered = 0
        kept: list[Run] = []
        for run in sorted(self._runs, key=lambda one: one.first):
            if run.first <= covered:
                self._note(FeedFault.REPEATED, run.first, min(run.last, covered))
            if run.last > covered:
                if run.first <= covered:
                    run.first, run.previous_hash = covered + 1, kept[-1].last_hash
                kept.append(run)
                covered = run.last
        self._runs = [run for run in self._runs if any(run is one for one in kept)]

    def _find_moved(self) -> None:
        """Find records that stand elsewhere; go on as if all stood in order."""
        ordered = sorted(self._runs, key=lambda one: one.first)
        moved = [place for place, run in enumerate(ordered) if self._runs[place] is not run]
        if moved:
            one, other = ordered[moved[0]], ordered[moved[-1]]
            swapped = len(moved) == 2 and one.single and other.single  # noqa: PLR2004 -- these two alone
            last = max(ordered[place].last for place in moved)
            self._note(FeedFault.SWAPPED if swapped else FeedFault.REORDERED, one.first, last)
        self._runs = ordered

    def _find_broken_links(self) -> None:
        before = _BEGINNING
        for place, run in enumerate(self._runs):
            if before is _BEGINNING and self._cut:
                if run.first > 1:
                    self._note(FeedFault.EXPIRED, 1, run.first - 1)
            elif run.first > before.last + 1:
                self._note(FeedFault.GAP, before.last + 1, run.first - 1)
            elif run.previous_hash != before.last_hash:
                after = self._runs[place + 1] if place + 1 < len(self._runs) else None
                self._find_altered(before, run, after)
            before = run

    def _find_altered(self, before: Run, run: Run, after: Run | None) -> None:
        """Find which of two records between which a link is broken was altered."""
        if any(one.fault is FeedFault.ALTERED and one.first in {before.last, run.first} for one in self._found):
            return
        follows = after is not None and after.first == run.last + 1
        broken_on_both_sides = run.single and follows and after is not None and after.previous_hash != run.last_hash
        before_is_known = before is _BEGINNING or self._known.get(before.last) == before.last_hash
        run_is_wrong = run.single and self._known.get(run.last, run.last_hash) != run.last_hash
        altered = run.first if broken_on_both_sides or before_is_known or run_is_wrong else before.last
        self._note(FeedFault.ALTERED, altered, altered)
