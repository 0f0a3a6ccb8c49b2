"""How far a copy has come in one partition of its feed."""

from __future__ import annotations

from typing import Final, NamedTuple

from creditbus.services.domain.evidence.continuity import NO_HASH

__all__ = ["AT_BEGINNING", "Move", "Position"]


class Position(NamedTuple):
    """What a copy keeps of one partition, in the transaction that writes the records up to there.

    Attributes:
        next_offset: offset at which to go on.
        feed_seq: number of the last record; 0: none yet.
        last_hash: SHA-256 of the last record's value, which the next one repeats; zeros where there is none yet.

    """

    next_offset: int
    feed_seq: int
    last_hash: bytes


class Move(NamedTuple):
    """One step of a partition: from where the copy must stand to where it stands afterwards."""

    before: Position
    after: Position


#: Of a copy that has read nothing.
AT_BEGINNING: Final = Position(0, 0, NO_HASH)
