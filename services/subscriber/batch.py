"""What was read of a feed at once, and what became of it in a copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from creditbus.services.subscriber.position import Move
from creditbus.services.subscriber.table_model import TableModel

__all__ = ["Batch", "Change", "Taken"]


class Change(NamedTuple):
    """One record of a feed.

    Attributes:
        model: table that its schema asks for.
        partition: in which it stands.
        offset: where it stands there.
        fields: its parts, decoded.

    """

    model: TableModel
    partition: int
    offset: int
    fields: dict[str, Any]

    def __repr__(self) -> str:
        """Say where it stands: what it holds may speak of a person."""
        return f"<Change {self.partition}/{self.offset}>"


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Records that a copy takes as one.

    Attributes:
        changes: in the order of their partitions.
        moves: of the partitions in which the feed went on, with or without records.

    """

    changes: list[Change]
    moves: dict[int, Move]


class Taken(NamedTuple):
    """What a batch changed.

    Attributes:
        written: rows or lines; fewer than records where the newest of a key alone is kept and it changed again.
        removed: rows taken away, whether they were there or not.

    """

    written: int
    removed: int
