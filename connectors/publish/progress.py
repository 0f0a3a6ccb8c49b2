"""How far a connector has come: the value of its record on the positions topic."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from creditbus.connectors.contract import Position

__all__ = ["Progress", "Totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    """What one run has done so far."""

    rows: int = 0
    """Rows read, defects included; blank rows and notes do not count."""
    published: int = 0
    """Messages sent: events, withheld rows and unreadable rows."""
    withheld: int = 0
    """Rows about natural persons that their item does not admit: sent without anything of the person."""
    unreadable: int = 0
    cleared: int = 0
    """Cells out of which a citizen's number was taken."""

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.rows + other.rows,
            self.published + other.published,
            self.withheld + other.withheld,
            self.unreadable + other.unreadable,
            self.cleared + other.cleared,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """Written in the same transaction as the events it speaks of, so that the two never disagree."""

    connector: str
    run: str
    version: str
    """Content of the source that the position belongs to; empty for a source that never ends."""
    position: Position | None = None
    complete: bool = False
    totals: Totals = field(default_factory=Totals)
    columns: tuple[str, ...] = ()
    """Columns that the mapping used in the last complete run; a run that is not complete keeps those of before."""
    reading: int = 0
    """Of a source that tells its present state: place in the order of its readings, before the run's first row."""

    @property
    def last_place(self) -> int:
        """Greatest place in the order of the readings that the run gave away."""
        return self.reading + self.totals.published

    def advanced(self, position: Position | None, totals: Totals, *, complete: bool = False) -> Self:
        """Return the progress after a chunk."""
        return replace(self, position=position, totals=self.totals + totals, complete=complete)

    def encode(self) -> bytes:
        """Return the JSON of the positions topic."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Read the JSON of the positions topic.

        Raises:
            ValueError: it was written by something else.
        """
        raw: Mapping[str, Any] = json.loads(value)
        try:
            columns = tuple(raw.get("columns", ()))
            return cls(**{**raw, "totals": Totals(**raw["totals"]), "columns": columns})
        except (TypeError, KeyError) as error:
            raise ValueError("no position of a connector") from error
