"""Working days of China: the week, less holidays, plus the weekends that are worked in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

__all__ = ["Uncovered", "WorkingCalendar", "YearDays"]

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5

#: From here to the end of a year the notice for the next year may change what is worked: its New Year holiday may begin
#: in December, and a weekend before it be worked, as from 2018-12-29 on by the notice for 2019
#: (国办发明电〔2018〕15号).
_SETTLED_BY_NEXT_YEAR: Final = (12, 29)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A question cannot be answered, because a holiday cannot be guessed.

    Attributes:
        year: the calendar of this year is needed, and is not there.
    """

    year: int


@dataclass(frozen=True, slots=True)
class YearDays:
    """What differs from the week in one year."""

    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Knows the years that it was given, and says of others that it does not know them."""

    years: Mapping[int, YearDays]

    def due(self, decided: date, working_days: int) -> date | Uncovered:
        """Return the last day that is in time: the n-th working day after the decision; its own day does not count.

        Where a day on the way belongs to a year that the calendar does not hold, no day is returned, not even when the
        days before it are known: the due date is then some later day.
        """
        day, left = decided, working_days
        while left:
            day += _DAY
            lacking = self._lacking(day)
            if lacking is not None:
                return Uncovered(lacking)
            left -= self._is_worked(day)
        return day

    def _lacking(self, day: date) -> int | None:
        """The year without which it is not known whether this day is worked; None when it is known."""
        if day.year not in self.years:
            return day.year
        if (day.month, day.day) >= _SETTLED_BY_NEXT_YEAR and day.year + 1 not in self.years:
            return day.year + 1
        return None

    def _is_worked(self, day: date) -> bool:
        days = self.years[day.year]
        return day in days.work or (day.weekday() < _SATURDAY and day not in days.off)
