"""What was read of a feed at once, and what became of it in a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.services.subscriber.table_model import TableModel

__all__ = ["REPLACEMENT", "Batch", "Change", "Taken", "without_nul"]

#: In place of the character NUL, which some databases cannot keep.
REPLACEMENT: Final = "\ufffd"


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

    def follows(self, positions: Mapping[int, Position]) -> bool:
        """Tell whether it goes on where a copy stands; else another program has moved the copy meanwhile."""
        return all(positions.get(partition, AT_BEGINNING) == move.before for partition, move in self.moves.items())


class Taken(NamedTuple):
    """What a batch changed.

    Attributes:
        written: rows or lines; fewer than records where the newest of a key alone is kept and it changed again.
        removed: rows taken away, whether they were there or not.

    """

    written: int
    removed: int


def without_nul(change: Change) -> Change:
    """Return a record in whose texts another character stands for each NUL."""
    fields = {part: {name: _without(value) for name, value in of.items()} for part, of in change.fields.items()}
    return change._replace(fields=fields)


def _without(value: Any) -> Any:
    return value.replace("\0", REPLACEMENT) if isinstance(value, str) else value
