"""The city's calendar day of an instant, and instants as the city's clocks show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

__all__ = ["CITY_ZONE", "city_day", "city_moment", "day_number", "has_day", "midnight_ms", "numbered_day"]

_DAY_MS: Final = 86_400_000
#: China has one time zone, UTC+8, and no daylight saving.
_OFFSET_MS: Final = 8 * 3_600_000
CITY_ZONE: Final = timezone(timedelta(milliseconds=_OFFSET_MS))
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
#: The first instant of the calendar (years 1 to 9999) by UTC, and the first one after it by the city's time.
_CALENDAR_FROM_MS: Final = (date.min.toordinal() - _FIRST_DAY) * _DAY_MS
_CALENDAR_TO_MS: Final = (date.max.toordinal() + 1 - _FIRST_DAY) * _DAY_MS - _OFFSET_MS


def has_day(timestamp_ms: int) -> bool:
    """Tell whether an instant lies on a day of the calendar, by UTC as well as in the city."""
    return _CALENDAR_FROM_MS <= timestamp_ms < _CALENDAR_TO_MS


def city_day(timestamp_ms: int) -> date:
    """Return the day in the city: a decision of today is not in the future because UTC is still at yesterday.

    Raises:
        ValueError: the instant lies on no day (`has_day`).

    """
    return _day((timestamp_ms + _OFFSET_MS) // _DAY_MS)


def city_moment(timestamp_ms: int, timespec: str = "milliseconds") -> str:
    """Return an instant as ISO 8601 in the city's time, to the millisecond or to another `timespec` of `isoformat`.

    Raises:
        OverflowError: the instant lies on no day (`has_day`).

    """
    return (
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=timestamp_ms))
        .astimezone(CITY_ZONE)
        .isoformat(timespec=timespec)
    )


def day_number(day: date) -> int:
    """Return a day in days since 1970-01-01."""
    return day.toordinal() - _FIRST_DAY


def numbered_day(number: int) -> date:
    """Return the day that `day_number` numbered."""
    return date.fromordinal(_FIRST_DAY + number)


def midnight_ms(number: int) -> int:
    """Return the moment at which a numbered day begins in the city, in ms since 1970-01-01 UTC."""
    return number * _DAY_MS - _OFFSET_MS


@lru_cache(maxsize=16)
def _day(number: int) -> date:
    return datetime.fromtimestamp(number * _DAY_MS / 1000, UTC).date()
