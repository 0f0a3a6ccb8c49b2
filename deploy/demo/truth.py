"""What must become of every generated row, in the words of the ledger."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from creditbus.services.domain.reasons import AnyReason

__all__ = ["Cell", "Cells", "Fate", "FileTruth", "GroundTruthRow", "Truth"]

Cell = str | float | None
Cells = dict[str, Cell]


class Fate(Enum):
    """What becomes of a row once everything that will ever arrive has arrived; the value is the ledger's outcome.

    It does not depend on which department is faster: parked events whose registration arrives and held events whose
    original arrives count where they end.
    """

    NEW = ("applied", "new")
    AMENDED = ("applied", "amended")
    TRANSITION = ("applied", "transition")
    DUPLICATE = ("duplicate", "")
    REJECTED = ("rejected", "")
    HELD = ("held", "")
    PARKED = ("parked", "")


@dataclass(frozen=True, slots=True)
class GroundTruthRow:
    """One row of a file with its fate."""

    cells: Cells
    fate: Fate
    reason: AnyReason | None = None

    def __repr__(self) -> str:
        """Say what becomes of the row, not what is in it."""
        return f"GroundTruthRow(fate={self.fate.name}, reason={self.reason})"


@dataclass(slots=True)
class FileTruth:
    """The counts of one file."""

    department: str
    item: str
    fates: Counter[Fate] = field(default_factory=Counter)
    reasons: Counter[AnyReason] = field(default_factory=Counter)

    @classmethod
    def of(cls, department: str, item: str, rows: Iterable[GroundTruthRow]) -> "FileTruth":
        """Count rows."""
        truth = cls(department, item)
        for row in rows:
            truth.fates[row.fate] += 1
            if row.reason is not None:
                truth.reasons[row.reason] += 1
        return truth

    def counts(self) -> dict[str, Any]:
        """Give the counts under the ledger's names."""
        return _counts([self])

    def changes(self) -> dict[str, int]:
        """Split the applied events into new, amended and transition."""
        return {fate.value[1]: self.fates[fate] for fate in (Fate.NEW, Fate.AMENDED, Fate.TRANSITION)}


@dataclass(frozen=True, slots=True)
class Truth:
    """The counts of all files, by file name."""

    files: dict[str, FileTruth]

    def departments(self) -> dict[str, dict[str, Any]]:
        """Give what `creditbus ledger --json` must say of each department once the bus is at rest."""
        names = sorted({truth.department for truth in self.files.values()})
        return {name: _counts([t for t in self.files.values() if t.department == name]) for name in names}

    def as_json(self) -> dict[str, Any]:
        """Give everything in the layout of truth.json."""
        files = {
            name: {"department": truth.department, "item": truth.item, **truth.counts(), "changes": truth.changes()}
            for name, truth in self.files.items()
        }
        return {"departments": self.departments(), "files": files}


def _counts(truths: list[FileTruth]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    reasons: Counter[AnyReason] = Counter()
    for truth in truths:
        counts["received"] += truth.fates.total()
        for fate, count in truth.fates.items():
            counts[fate.value[0]] += count
        reasons += truth.reasons
    names = ("received", "applied", "duplicate", "stale", "held", "parked")
    rejected = {reason.value: reasons[reason] for reason in sorted(reasons, key=lambda reason: reason.rank)}
    return {name: counts[name] for name in names} | {"rejected": rejected}
