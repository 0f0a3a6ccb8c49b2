"""A feed held against its manifests: every record is seen once, partition after partition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from creditbus.services.domain.evidence.feed_record import FeedPlace, feed_leaf, feed_place, value_hash
from creditbus.services.domain.evidence.findings import FeedFault, Finding, diagnosed
from creditbus.services.domain.evidence.manifest import Manifest, Span
from creditbus.services.domain.evidence.merkle import TreeHead
from creditbus.services.domain.evidence.runs import Runs

__all__ = ["Audit", "PartitionAudit"]


@dataclass(slots=True)
class Audit:
    """Checks a feed; partitions are taken one after the other, in ascending order.

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
    _trees: dict[int, TreeHead] = field(default_factory=dict)

    def partition(self, number: int, *, cut: bool) -> PartitionAudit:
        """Begin a partition; `cut` tells whether retention has deleted its beginning."""
        spans = [
            (span, self._trees.setdefault(manifest.number, TreeHead()))
            for manifest in self.manifests
            for span in manifest.spans
            if span.partition == number and span.records
        ]
        return PartitionAudit(self.topic, number, spans, cut=cut)

    def close(self, partition: PartitionAudit) -> None:
        """Take what a partition showed, after its last record."""
        self.records += partition.records
        self.findings += partition.findings()

    def finish(self) -> None:
        """Hold the roots of all intervals against the manifests, after the last partition."""
        for manifest in self.manifests:
            concerned = [one for one in self.findings if _concerns(one, manifest)]
            if concerned:
                continue  # what is wrong there is named already, or the records are there no more
            self.checked.append(manifest.number)
            if self._trees.setdefault(manifest.number, TreeHead()).root() != manifest.root:
                found = Finding(FeedFault.OTHER_RECORDS, manifest.number, manifest.number, manifest=manifest.number)
                self.findings.append(found)


class PartitionAudit:
    """Takes the records of one partition, in their order."""

    __slots__ = ("_cut", "_index", "_known", "_number", "_runs", "_seen", "_spans", "_taken", "_topic", "records")

    def __init__(self, topic: str, number: int, spans: Sequence[tuple[Span, TreeHead]], *, cut: bool) -> None:
        self.records = 0
        self._topic = topic
        self._number = number
        self._spans = spans
        self._cut = cut
        self._index = 0
        self._taken = 0
        self._runs = Runs()
        self._known = {span.last: span.last_hash for span, _ in spans}
        self._known |= {span.first - 1: span.previous_hash for span, _ in spans}
        self._seen: dict[int, bytes] = {}

    def take(self, key: bytes | None, value: bytes) -> None:
        """Take the next record."""
        self.records += 1
        digest = value_hash(value)
        place = feed_place(value)
        self._runs.take(place, digest)
        if place is None:
            return
        number = place.sequence
        if number in self._known and self._seen.get(number) != self._known[number]:
            self._seen[number] = digest  # of several that say this number, the right one
        tree = self._tree_for(place)
        if tree is not None:
            tree.append(feed_leaf(self._topic, self._number, number, key, digest))

    def _tree_for(self, place: FeedPlace) -> TreeHead | None:
        """Return the tree of the interval in which a record is the next one; None: it is the next one in none.

        A record out of its place is in no tree: it is named by itself, and must not make other intervals differ.
        """
        for index in range(self._index, len(self._spans)):
            span, tree = self._spans[index]
            begins = place.sequence == span.first and place.previous_hash == span.previous_hash
            if begins and self._index != index:
                self._index, self._taken = index, 0
            if index == self._index and place.sequence == span.first + self._taken <= span.last:
                self._taken += 1
                return tree
            if place.sequence <= span.last:
                break
        return None

    def findings(self) -> list[Finding]:
        """Return what is wrong with the partition, after its last record."""
        runs = self._runs.found
        found = diagnosed(self._number, runs, self._known, cut=self._cut)
        named = {number for one in found for number in range(one.first, one.last + 1) if one.first == one.last}
        found += [
            Finding(FeedFault.ALTERED, number, number, self._number)
            for number, digest in self._seen.items()
            if digest != self._known[number] and not named & {number, number + 1}
        ]
        end = max((run.last for run in runs), default=0)
        signed = max((span.last for span, _ in self._spans), default=0)
        if signed > end and not any(one.last >= signed for one in found):
            fault = FeedFault.EXPIRED if self._cut and not runs else FeedFault.GAP
            found.append(Finding(fault, 1 if fault is FeedFault.EXPIRED else end + 1, signed, self._number))
        return found


def _concerns(finding: Finding, manifest: Manifest) -> bool:
    """Tell whether a finding says something of the records of an interval."""
    return any(
        span.partition == finding.partition
        and span.records > 0
        and finding.first <= span.last
        and finding.last >= span.first
        for span in manifest.spans
    )
