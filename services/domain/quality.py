"""Figures of a department's data quality, as cities assess them.

| figure | of | to |
|---|---|---|
| storage (有效入库率) | events that were applied | provided |
| compliance (合规率) | provided, less those that are refused | provided |
| completeness (完整率) | catalogue items with at least one event | items that the department may publish |
| timeliness (及时率) | records received within their item's working days of the decision | records judged |
| lateness (迟报率) | records received later | records judged |
| reporting (上报率) | records on the bus that were decided in a declared period | the count declared for it |

*Provided* is what a department has brought forward: events received, less repetitions (duplicate, stale), less rows
about natural persons that their item does not admit, less refusals that a later correction of the same row replaces,
less refused rows that their department closed as no records, whose number is given separately.
A figure without anything to divide by is None, never 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from creditbus.services.domain.working_days import Uncovered

__all__ = ["Declared", "Figures", "ItemCounts", "Timing", "figures", "timing_of", "total"]


class Timing(StrEnum):
    """Whether a record came in time."""

    TIMELY = "timely"
    LATE = "late"
    #: Amended since: when it first came is not kept, and the amendment came late.
    AMENDED = "amended"
    #: The working days until its due date are not known.
    UNCOVERED = "uncovered"


def timing_of(due: date | Uncovered, received: date, *, amended: bool) -> Timing:
    """Judge one record.

    Args:
        due: last day that is in time, as `WorkingCalendar.due` returns it.
        received: day on which the bus received the content that it holds.
        amended: the content is not the first one: `received` is then later than the day that counts.

    """
    # One that came before the first unknown day was surely in time. It is not judged all the same: of the records
    # decided in these days it would be counted, and a late one would not, and the ratio would look better than it is.
    if isinstance(due, Uncovered):
        return Timing.UNCOVERED
    if received <= due:
        return Timing.TIMELY
    return Timing.AMENDED if amended else Timing.LATE


@dataclass(slots=True)
class Declared:
    """A declared count, and what the bus holds of it."""

    first_day: date
    last_day: date
    count: int
    reported: int = 0


@dataclass(slots=True)
class ItemCounts:
    """What is counted of one item of a department in a period.

    Attributes:
        received: events that intake read.
        repeated: duplicate or stale.
        persons: refused for being about natural persons.
        refused: refused for another reason, those that were replaced included.
        replaced: of `refused`, those whose row was corrected, or refused again, later.
        closed: of `refused`, those whose row their department closed with a reason.
        applied: applied.
        waiting: parked or held.
        timing: records by how they came.
        declared: declared periods within the period.

    """

    received: int = 0
    repeated: int = 0
    persons: int = 0
    refused: int = 0
    replaced: int = 0
    closed: int = 0
    applied: int = 0
    waiting: int = 0
    timing: dict[Timing, int] = field(default_factory=lambda: dict.fromkeys(Timing, 0))
    declared: list[Declared] = field(default_factory=list)

    @property
    def provided(self) -> int:
        """What the department has brought forward."""
        return self.received - self.repeated - self.persons - self.replaced - self.closed

    @property
    def open(self) -> int:
        """Refusals that nothing has replaced or closed."""
        return self.refused - self.replaced - self.closed

    def add(self, other: ItemCounts) -> None:
        """Add the counts of another item."""
        for name in ("received", "repeated", "persons", "refused", "replaced", "closed", "applied", "waiting"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for timing, count in other.timing.items():
            self.timing[timing] += count
        self.declared += other.declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures, from 0 to 1; `reporting` may be more than 1 where too little was declared."""

    storage: float | None
    compliance: float | None
    completeness: float | None
    timeliness: float | None
    lateness: float | None
    reporting: float | None


def figures(counts: ItemCounts, *, provided_items: int | None = None, entitled_items: int = 0) -> Figures:
    """Compute the figures of an item, or of a department where its items are given, too."""
    judged = counts.timing[Timing.TIMELY] + counts.timing[Timing.LATE]
    declared = sum(one.count for one in counts.declared)
    return Figures(
        storage=_ratio(counts.applied, counts.provided),
        compliance=_ratio(counts.provided - counts.open, counts.provided),
        completeness=None if provided_items is None else _ratio(provided_items, entitled_items),
        timeliness=_ratio(counts.timing[Timing.TIMELY], judged),
        lateness=_ratio(counts.timing[Timing.LATE], judged),
        reporting=_ratio(sum(one.reported for one in counts.declared), declared),
    )


def total(items: Iterable[ItemCounts]) -> ItemCounts:
    """Sum the counts of items."""
    summed = ItemCounts()
    for counts in items:
        summed.add(counts)
    return summed


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole > 0 else None
