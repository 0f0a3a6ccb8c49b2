"""The working days by which timeliness is judged: the official years that are shipped, and a city's own."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from creditbus.services.domain.working_days import WorkingCalendar, YearDays
from creditbus.topics.calendar_years import read_calendar_years, shipped_calendar
from creditbus.topics.city import current_city

__all__ = ["working_calendar"]


def working_calendar(folder: Traversable | None = None) -> WorkingCalendar:
    """Return the working days of all years that are known.

    Args:
        folder: a city's files, one for each year; a year that is shipped, too, is taken from here. None: those of the
            current city.

    Raises:
        ConfigurationError: names file, line and key of what is wrong in a file.

    """
    own = current_city().root / "working_days" if folder is None else folder
    years = {**shipped_calendar(), **(read_calendar_years(own) if own.is_dir() else {})}
    return WorkingCalendar({year: YearDays(days.holidays, days.working_weekends) for year, days in years.items()})
