"""Reads topics/working_days.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import yaml

from creditbus.services.domain.working_days import WorkingCalendar, YearDays

__all__ = ["working_calendar"]


@cache
def working_calendar() -> WorkingCalendar:
    """Return the working days of all years that are known."""
    raw = yaml.safe_load(files("creditbus.topics").joinpath("working_days.yaml").read_text(encoding="utf-8"))
    return WorkingCalendar(
        {
            year: YearDays(frozenset(_days(year, days["holidays"])), frozenset(_days(year, days["make_up"])))
            for year, days in raw["years"].items()
        }
    )


def _days(year: int, ranges: Iterable[str]) -> Iterator[date]:
    for entry in ranges:
        first, _, last = entry.partition("..")
        day, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
        while day <= end:
            yield day
            day += timedelta(days=1)
