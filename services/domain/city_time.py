"""The city's calendar day of an instant, and instants as the city's clocks show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

__all__ = ["CITY_ZONE", "city_day", "city_moment"]

_DAY_MS: Final = 86_400_000
#: China has one time zone, UTC+8, and no daylight saving.
_OFFSET_MS: Final = 8 * 3_600_000
CITY_ZONE: Final = timezone(timedelta(milliseconds=_OFFSET_MS))


def city_day(timestamp_ms: int) -> date:
    """Return the day in the city: a decision of today is not in the future because UTC is still at yesterday."""
    return _day((timestamp_ms + _OFFSET_MS) // _DAY_MS)


def city_moment(timestamp_ms: int) -> str:
    """Return an instant as ISO 8601 in the city's time, to the millisecond."""
    return (
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=timestamp_ms))
        .astimezone(CITY_ZONE)
        .isoformat(timespec="milliseconds")
    )


@lru_cache(maxsize=16)
def _day(number: int) -> date:
    return datetime.fromtimestamp(number * _DAY_MS / 1000, UTC).date()
