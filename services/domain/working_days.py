"""Working days of China: the week, less holidays, plus the days worked to make up for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

__all__ = ["UncoveredYearError", "WorkingCalendar", "YearDays"]

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class UncoveredYearError(ValueError):
    """The calendar does not hold a year.

    Attributes:
        year: the year.
        covered: first and last year that it holds.
    """

    def __init__(self, year: int, covered: tuple[int, int]) -> None:
        """Keep the year, for a line that names it."""
        super().__init__(f"no working days are known for {year}; the calendar holds {covered[0]} to {covered[1]}")
        self.year = year
        self.covered = covered


@dataclass(frozen=True, slots=True)
class YearDays:
    """What differs from the week in one year."""

    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Knows the years that it was given, and refuses others: a holiday cannot be guessed."""

    years: Mapping[int, YearDays]

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked.

        Raises:
            UncoveredYearError: the calendar does not hold its year.

        """
        days = self.years.get(day.year)
        if days is None:
            raise UncoveredYearError(day.year, (min(self.years, default=0), max(self.years, default=0)))
        return day in days.work or (day.weekday() < _SATURDAY and day not in days.off)

    def due(self, decided: date, working_days: int) -> date:
        """Return the last day that is in time: the n-th working day after the decision; its own day does not count.

        Raises:
            UncoveredYearError: the calendar does not hold a year on the way.

        """
        day, left = decided, working_days
        while left:
            day += _DAY
            left -= self.is_working(day)
        return day
