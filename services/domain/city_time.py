"""The city's calendar day of an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

__all__ = ["city_day"]

_DAY_MS: Final = 86_400_000
#: China has one time zone, UTC+8, and no daylight saving.
_OFFSET_MS: Final = 8 * 3_600_000


def city_day(timestamp_ms: int) -> date:
    """Return the day in the city: a decision of today is not in the future because UTC is still at yesterday."""
    return _day((timestamp_ms + _OFFSET_MS) // _DAY_MS)


@lru_cache(maxsize=16)
def _day(number: int) -> date:
    return datetime.fromtimestamp(number * _DAY_MS / 1000, UTC).date()
