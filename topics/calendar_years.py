"""Reads the official calendar: a folder with one file for each year, `2018.yaml`.

A file names the days on which its year does not follow the week, as the State Council's General Office announces them
each autumn (关于…年部分节假日安排的通知): holidays, and the Saturdays and Sundays that are worked in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from creditbus.topics import messages
from creditbus.topics.document import DayRange, Section, read
from creditbus.topics.errors import ConfigurationError

__all__ = ["CalendarYear", "read_calendar_years", "read_year", "shipped_calendar", "year_of"]

_NAME: Final = re.compile(r"([12]\d{3})\.yaml")
_SATURDAY: Final = 5

#: Holidays with a date of their own, whatever a year's notice says (全国年节及纪念日放假办法, 第二条).
_FIXED: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The days of one year that do not follow the week.

    Attributes:
        notices: the official documents that name them.
        holidays: days off, also where they fall on a weekend.
        working_weekends: Saturdays and Sundays that are worked.
    """

    notices: tuple[str, ...]
    holidays: frozenset[date]
    working_weekends: frozenset[date]


def shipped_calendar() -> Mapping[int, CalendarYear]:
    """The years that come with the product."""
    return read_calendar_years(files("creditbus.topics") / "working_days")


def read_calendar_years(folder: Traversable) -> Mapping[int, CalendarYear]:
    """Read every year of a folder; none where there is no such folder, since a city need not have years of its own.

    Raises:
        ConfigurationError: names file, line and key of the first thing that is wrong: a file that is not named by a
            year, a day of another year, a day that stands twice, a working weekend that is not a weekend, a holiday of
            every year that is missing.
    """
    if not folder.is_dir():
        return {}
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    # A year under a name that nobody reads would be missing without a word.
    years = [(year_of(file), file) for file in found if file.name.endswith((".yaml", ".yml"))]
    return {year: read_year(year, read(file)) for year, file in years}


def year_of(file: Traversable) -> int:
    """Return the year that a file is named by; errors as of `read_calendar_years`."""
    named = _NAME.fullmatch(file.name)
    if named is None:
        raise ConfigurationError(str(file), messages.NOT_NAMED_BY_YEAR(), messages.NAME_BY_YEAR())
    return int(named[1])


def read_year(year: int, section: Section) -> CalendarYear:
    """Read what the file of a year holds; errors as of `read_calendar_years`."""
    notices = section.texts("notices")
    seen: dict[date, str] = {}
    holidays = frozenset(_days(year, section, "holidays", seen))
    weekends = frozenset(_days(year, section, "working_weekends", seen))
    section.finish()
    for month, day in _FIXED:
        if (fixed := date(year, month, day)) not in holidays:
            raise section.wrong("holidays", messages.LACKS_HOLIDAY(day=fixed), messages.COMPLETE_THE_YEAR())
    return CalendarYear(notices, holidays, weekends)


def _days(year: int, section: Section, key: str, seen: dict[date, str]) -> Iterator[date]:
    for place, days in enumerate(section.day_ranges(key)):
        for day in days.days():
            _check(year, section, key, place, day, days, seen)
            seen[day] = key
            yield day


def _check(
    year: int, section: Section, key: str, place: int, day: date, days: DayRange, seen: Mapping[date, str]
) -> None:
    if day.year != year:
        fix = messages.DAY_INTO_ITS_FILE(year=day.year)
        raise section.wrong_element(key, place, messages.OF_ANOTHER_YEAR(day=day, year=year), fix)
    if day in seen:
        problem = messages.DAY_STANDS_TWICE(day=day, key=seen[day])
        raise section.wrong_element(key, place, problem, messages.LEAVE_ONE_OUT())
    if key == "working_weekends" and day.weekday() < _SATURDAY:
        problem = messages.NOT_A_WEEKEND(day=day)
        raise section.wrong_element(key, place, problem, messages.ONLY_WEEKENDS(first=days.first, last=days.last))
