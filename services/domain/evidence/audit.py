"""A feed held against its manifests: every record is seen once; partitions may be taken side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from creditbus.services.domain.evidence.feed_record import Leaves, feed_place, place_bytes, value_hash
from creditbus.services.domain.evidence.findings import FeedFault, Finding, diagnosed
from creditbus.services.domain.evidence.manifest import Manifest, Span
from creditbus.services.domain.evidence.merkle import TreeHead
from creditbus.services.domain.evidence.runs import Runs
from creditbus.services.domain.framing import FRAME_BYTES

__all__ = ["Audit", "KeptRecord", "PartitionAudit"]


@dataclass(slots=True)
class Audit:
    """Checks a feed, partition by partition.

    Attributes:
        topic: the feed's.
        manifests: those that are believed, in order.
        records: records seen.
        findings: what is wrong, once all partitions are closed and `finish` was called.
        checked: numbers of the manifests whose records were all there to be held against them.

    """

    topic: str
    manifests: Sequence[Manifest]
    records: int = 0
    findings: list[Finding] = field(default_factory=list)
    checked: list[int] = field(default_factory=list)
    _trees: dict[int, list[TreeHead]] = field(default_factory=dict)
    """By manifest: its stretches in the tree, one for each partition that was begun."""

    def partition(self, number: int, *, cut: bool) -> PartitionAudit:
        """Begin a partition; `cut` tells whether retention has deleted its beginning."""
        spans = []
        for manifest in self.manifests:
            begins = 0
            for span in manifest.spans:
                if span.partition == number and span.records:
                    stretch = TreeHead(begins)
                    self._trees.setdefault(manifest.number, []).append(stretch)
                    spans.append((span, stretch))
                begins += span.records
        return PartitionAudit(self.topic, number, spans, cut=cut)

    def close(self, partition: PartitionAudit) -> None:
        """Take what a partition showed, after its last record; in ascending order."""
        self.records += partition.records
        self.findings += partition.findings()

    def finish(self) -> None:
        """Hold the roots of all intervals against the manifests, after the last partition was closed."""
        for manifest in self.manifests:
            concerned = [one for one in self.findings if _concerns(one, manifest)]
            if concerned:
                continue  # what is wrong there is named already, or the records are there no more
            self.checked.append(manifest.number)
            if _root(self._trees.get(manifest.number, ())) != manifest.root:
                found = Finding(FeedFault.OTHER_RECORDS, manifest.number, manifest.number, manifest=manifest.number)
                self.findings.append(found)


class KeptRecord(Protocol):
    """A record of a feed as Kafka keeps it."""

    @property
    def key(self) -> bytes | None:
        """Its key."""

    @property
    def value(self) -> bytes | None:
        """Its value."""


class _Stretch:
    """The records of one partition in one interval, and the interval's tree."""

    __slots__ = ("first", "last", "previous_hash", "tree")

    def __init__(self, span: Span, tree: TreeHead) -> None:
        self.first = span.first
        self.last = span.last
        self.previous_hash = span.previous_hash
        self.tree = tree


class PartitionAudit:
    """Takes the records of one partition, in their order.

    Almost every record follows from the one before it. What such a record begins with is known before it comes and is
    compared at once; what begins otherwise is read.
    """

    __slots__ = (
        "_cut",
        "_expected",
        "_index",
        "_known",
        "_leaves",
        "_number",
        "_runs",
        "_seen",
        "_stretches",
        "_taken",
        "records",
    )

    def __init__(self, topic: str, number: int, spans: Sequence[tuple[Span, TreeHead]], *, cut: bool) -> None:
        self.records = 0
        self._number = number
        self._leaves = Leaves(topic, number)
        self._stretches = [_Stretch(span, tree) for span, tree in spans]
        self._cut = cut
        self._index = 0
        self._taken = 0
        self._runs = Runs()
        self._expected: bytes | None = None
        """What the next record has after its frame if it follows; None: nothing came yet."""
        self._known = {span.last: span.last_hash for span, _ in spans}
        self._known |= {span.first - 1: span.previous_hash for span, _ in spans}
        self._seen: dict[int, bytes] = {}

    def take_all(self, records: Iterable[KeptRecord]) -> None:
        """Take the next records."""
        for record in records:
            self.take(record.key, record.value or b"")

    def take(self, key: bytes | None, value: bytes) -> None:
        """Take the next record."""
        self.records += 1
        digest = value_hash(value)
        runs = self._runs
        if self._expected is not None and value.startswith(self._expected, FRAME_BYTES):
            previous_hash = runs.last_hash
            number = runs.go_on(digest)
        else:
            place = feed_place(value)
            runs.take(place, digest)
            if place is None:
                self._expected = place_bytes(runs.last + 1, digest)
                return
            number, previous_hash = place.sequence, place.previous_hash
        self._expected = place_bytes(number + 1, digest)
        if number in self._known and self._seen.get(number) != self._known[number]:
            self._seen[number] = digest  # of several that say this number, the right one
        tree = self._tree_for(number, previous_hash)
        if tree is not None:
            tree.append(self._leaves.leaf(number, key, digest))

    def _tree_for(self, number: int, previous_hash: bytes) -> TreeHead | None:
        """Return the tree of the interval in which a record is the next one; None: it is the next one in none.

        A record out of its place is in no tree: it is named by itself, and must not make other intervals differ.
        """
        for index in range(self._index, len(self._stretches)):
            stretch = self._stretches[index]
            begins = number == stretch.first and previous_hash == stretch.previous_hash
            if begins and self._index != index:
                self._index, self._taken = index, 0
            if index == self._index and number == stretch.first + self._taken <= stretch.last:
                self._taken += 1
                return stretch.tree
            if number <= stretch.last:
                break
        return None

    def findings(self) -> list[Finding]:
        """Return what is wrong with the partition, after its last record."""
        runs = self._runs.found
        found = diagnosed(self._number, runs, self._known, cut=self._cut)
        named = {one.first for one in found if one.first == one.last}
        found += [
            Finding(FeedFault.ALTERED, number, number, self._number)
            for number, digest in self._seen.items()
            if digest != self._known[number] and not named & {number, number + 1}
        ]
        end = max((run.last for run in runs), default=0)
        signed = max((stretch.last for stretch in self._stretches), default=0)
        if signed > end and not any(one.last >= signed for one in found):
            fault = FeedFault.EXPIRED if self._cut and not runs else FeedFault.GAP
            found.append(Finding(fault, 1 if fault is FeedFault.EXPIRED else end + 1, signed, self._number))
        return found


def _root(stretches: Iterable[TreeHead]) -> bytes | None:
    """Return the root of a tree that was made in stretches; None where they do not follow each other."""
    tree = TreeHead()
    for stretch in sorted(stretches, key=_begin):
        if stretch.begins != tree.size:
            return None
        tree.extend(stretch)
    return tree.root()


def _begin(stretch: TreeHead) -> int:
    return stretch.begins


def _concerns(finding: Finding, manifest: Manifest) -> bool:
    """Tell whether a finding says something of the records of an interval."""
    return any(
        span.partition == finding.partition
        and span.records > 0
        and finding.first <= span.last
        and finding.last >= span.first
        for span in manifest.spans
    )
