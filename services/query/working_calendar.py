"""The working days by which timeliness is judged: the official years that are shipped, and a city's own."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from creditbus.services.domain.working_days import WorkingCalendar, YearDays
from creditbus.topics.calendar_years import read_calendar_years, shipped_calendar

__all__ = ["working_calendar"]


def working_calendar(folder: Traversable | None = None) -> WorkingCalendar:
    """Return the working days of all years that are known.

    Args:
        folder: a city's files, one for each year; a year that is shipped, too, is taken from here. None: no such files.

    Raises:
        ConfigurationError: names file, line and key of what is wrong in a file.

    """
    years = {**shipped_calendar(), **(read_calendar_years(folder) if folder is not None else {})}
    return WorkingCalendar({year: YearDays(days.holidays, days.working_weekends) for year, days in years.items()})
