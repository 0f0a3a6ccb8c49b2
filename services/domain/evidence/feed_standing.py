"""How a feed stands, and every reason to look at it: what was lost, and what expires next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from creditbus.services.domain.evidence.standing import PartitionStanding, ReaderStanding
from creditbus.services.domain.evidence.watermark import is_ahead

__all__ = ["NOTICE_MS", "FeedProblem", "FeedStanding", "Trouble"]

#: What expires is named this long before, so that somebody can still do something about it: a week, with its
#: working days.
NOTICE_MS: Final = 7 * 86_400_000


class FeedProblem(StrEnum):
    """Why somebody should look at a feed."""

    MANIFEST_DOUBTED = "manifest-doubted"
    """The last manifest cannot be read, or no key that is trusted here signed it."""
    MANIFEST_AHEAD = "manifest-ahead"
    """The last manifest, or a watermark in it, names a moment that is still to come: a clock is or was wrong."""
    SIGNED_MISSING = "signed-missing"
    """The last manifest holds records with higher numbers than the feed has now."""
    EXPIRED_UNSIGNED = "expired-unsigned"
    """Records expired after the last manifest and are in none."""
    EXPIRED_UNREAD = "expired-unread"
    """Records expired before a reader had read them."""
    EXPIRES_UNREAD = "expires-unread"
    """A record that a reader has not read may expire within a week."""
    EXPIRES_UNSIGNED = "expires-unsigned"
    """A record that is in no manifest may expire within a week."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason to look at a feed.

    Attributes:
        problem: what it is.
        partition: where; None: the whole feed.
        count: how many records it concerns, at most; 0 where they are not counted.
        group: the reader concerned; empty: none.
        expires_ms: from when something may be deleted; None where nothing is about to be.

    """

    problem: FeedProblem
    partition: int | None = None
    count: int = 0
    group: str = ""
    expires_ms: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the facts."""
        return {
            "problem": self.problem.value,
            "partition": self.partition,
            "records": self.count,
            "group": self.group or None,
            "expires_ms": self.expires_ms,
        }


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """A feed at one moment.

    Attributes:
        feed: its topic.
        subscriber: whose it is.
        at_ms: the moment, in milliseconds since 1970 UTC.
        retention_ms: how long a record is kept; None: for ever.
        partitions: in ascending order.
        readers: consumer groups that have noted a position in it, by name.
        manifest: number of the last manifest; 0: there is none.
        manifest_ms: when that was made; 0: there is none.
        manifest_doubted: there is a last manifest, and it is not to be believed; then nothing counts as signed.
        watermarks: of the last manifest: by department, up to when all that it published is in the manifests so far.

    """

    feed: str
    subscriber: str
    at_ms: int
    retention_ms: int | None
    partitions: tuple[PartitionStanding, ...]
    readers: tuple[ReaderStanding, ...]
    manifest: int
    manifest_ms: int
    manifest_doubted: bool = False
    watermarks: Mapping[str, int] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """Records that it holds."""
        return sum(one.last - one.oldest + 1 for one in self.partitions)

    @property
    def unsigned(self) -> int:
        """Records that are kept and in no manifest."""
        return sum(one.unsigned for one in self.partitions)

    def troubles(self) -> list[Trouble]:
        """Return every reason to look at it; none where all is well.

        Where no manifest was ever made, that is the operators' choice: nothing is said of what is not signed.
        """
        doubted = [Trouble(FeedProblem.MANIFEST_DOUBTED)] if self.manifest_doubted else []
        signed = self._of_manifests() if self.manifest else ()
        return [*doubted, *signed, *self._of_readers()]

    def _of_manifests(self) -> Iterator[Trouble]:
        if any(is_ahead(one, self.at_ms) for one in (self.manifest_ms, *self.watermarks.values())):
            yield Trouble(FeedProblem.MANIFEST_AHEAD)
        for one in self.partitions:
            # of a partition whose records have all expired nothing says any more how far it went
            if one.signed > one.last and one.last:
                yield Trouble(FeedProblem.SIGNED_MISSING, one.number, one.signed - one.last)
            if one.expired_unsigned:
                yield Trouble(FeedProblem.EXPIRED_UNSIGNED, one.number, one.expired_unsigned)
            if self._soon(one.unsigned_expires_ms):
                at = one.unsigned_expires_ms
                yield Trouble(FeedProblem.EXPIRES_UNSIGNED, one.number, one.unsigned, expires_ms=at)

    def _of_readers(self) -> Iterator[Trouble]:
        for reader in self.readers:
            for one in reader.readings:
                if one.expired:
                    yield Trouble(FeedProblem.EXPIRED_UNREAD, one.partition, one.expired, reader.group)
                if self._soon(one.expires_ms):
                    at = one.expires_ms
                    yield Trouble(FeedProblem.EXPIRES_UNREAD, one.partition, one.unread, reader.group, at)

    def _soon(self, expires_ms: int | None) -> bool:
        return expires_ms is not None and expires_ms - self.at_ms < NOTICE_MS

    def as_json(self) -> dict[str, Any]:
        """Return the facts."""
        made = {"number": self.manifest, "made_ms": self.manifest_ms, "watermarks": dict(self.watermarks)}
        return {
            "feed": self.feed,
            "subscriber": self.subscriber,
            "at_ms": self.at_ms,
            "retention_ms": self.retention_ms,
            "records": self.kept,
            "manifest": made if self.manifest else None,
            "unsigned": self.unsigned,
            "partitions": [one.as_json() for one in self.partitions],
            "readers": [one.as_json() for one in self.readers],
            "problems": [one.as_json() for one in self.troubles()],
        }
