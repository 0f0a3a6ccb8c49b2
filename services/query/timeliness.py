"""Whether records came in time, and for which years that cannot be said."""

from __future__ import annotations

from collections.abc import Iterable

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.quality import Timing, timing_of
from creditbus.services.domain.working_days import Uncovered, WorkingCalendar
from creditbus.services.query.held_records import HeldRecord

__all__ = ["TimelinessJudge"]


class TimelinessJudge:
    """Judges records by the working days that their item allows.

    Attributes:
        uncovered: years whose working days are not known, with the number of records not judged for want of them.

    """

    def __init__(self, catalogue: Iterable[Item], calendar: WorkingCalendar) -> None:
        self._items = {item.id: item for item in catalogue}
        self._calendar = calendar
        self.uncovered: dict[int, int] = {}

    def __call__(self, one: HeldRecord) -> Timing | None:
        """Return how a record came; None where its item has no such rule, or it has no day of decision."""
        days = self._items[one.item].due_working_days
        if days is None or one.decided is None:
            return None
        due = self._calendar.due(one.decided, days)
        if isinstance(due, Uncovered):
            self.uncovered[due.year] = self.uncovered.get(due.year, 0) + 1
        return timing_of(due, one.received, amended=one.amended)
