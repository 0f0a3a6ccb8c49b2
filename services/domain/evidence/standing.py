"""How far a partition of a feed goes, what is kept and signed of it, and how far a reader has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["PartitionStanding", "ReaderStanding", "Reading"]


@dataclass(frozen=True, slots=True)
class PartitionStanding:
    """A partition of a feed.

    Attributes:
        number: its number.
        last: number of the newest record; 0 where there was never one, or none is left that says it.
        last_hash: of that record; empty where there is none.
        oldest: number of the oldest record that is kept; `last` + 1 where none is.
        oldest_expires_ms: from when retention may delete the oldest, in milliseconds since 1970 UTC; None: never.
        signed: number of the last record in a manifest; 0: none.
        unsigned: records that are kept and in no manifest.
        unsigned_expires_ms: from when the first of them may be deleted; None: there is none, or never.

    """

    number: int
    last: int
    last_hash: bytes
    oldest: int
    oldest_expires_ms: int | None
    signed: int
    unsigned: int
    unsigned_expires_ms: int | None

    @property
    def expired_unsigned(self) -> int:
        """Records after the last manifest that expired before there was another one."""
        return max(self.oldest - 1 - self.signed, 0) if self.signed else 0

    def as_json(self) -> dict[str, Any]:
        """Return the facts."""
        return {
            "partition": self.number,
            "last": self.last,
            "last_hash": self.last_hash.hex(),
            "oldest": self.oldest,
            "oldest_expires_ms": self.oldest_expires_ms,
            "signed": self.signed,
            "unsigned": self.unsigned,
            "unsigned_expires_ms": self.unsigned_expires_ms,
            "expired_unsigned": self.expired_unsigned,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a consumer group has read a partition.

    Attributes:
        partition: its number.
        next: number of the first record that is kept and that it has not read; one more than the last: it has all.
        unread: records from there on.
        expired: records that expired before it had read them, at most.
        expires_ms: from when the first unread record may be deleted; None: there is none, or never.

    """

    partition: int
    next: int
    unread: int
    expired: int
    expires_ms: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the facts."""
        return {
            "partition": self.partition,
            "next": self.next,
            "unread": self.unread,
            "expired_unread_at_most": self.expired,
            "expires_ms": self.expires_ms,
        }


@dataclass(frozen=True, slots=True)
class ReaderStanding:
    """A consumer group that reads a feed, under whatever name its owner gave it.

    Attributes:
        group: its name.
        members: how many of it are at work now.
        readings: by partition.

    """

    group: str
    members: int
    readings: tuple[Reading, ...]

    @property
    def unread(self) -> int:
        """Records that it has not read."""
        return sum(one.unread for one in self.readings)

    @property
    def expired(self) -> int:
        """Records that expired before it had read them, at most."""
        return sum(one.expired for one in self.readings)

    @property
    def expires_ms(self) -> int | None:
        """When the first of what it has not read may be deleted."""
        return min((one.expires_ms for one in self.readings if one.expires_ms is not None), default=None)

    def as_json(self) -> dict[str, Any]:
        """Return the facts."""
        return {
            "group": self.group,
            "members": self.members,
            "unread": self.unread,
            "partitions": [one.as_json() for one in self.readings],
        }
