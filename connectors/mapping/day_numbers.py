"""Days that a spreadsheet counts: 45123 in a cell of the format General is 2023-07-16.

ECMA-376 part 1, 18.17.4.1: the 1900 system counts from 1899-12-30 (of days after February 1900), the 1904 system from
1904-01-01; a fraction is the time of day.
"""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Literal

__all__ = ["DaySystem", "day_number_reader"]

DaySystem = Literal[1900, 1904]

_BEGINNINGS = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # noqa: DTZ001 -- a sheet knows no zone
_NUMBER = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
"""Five digits reach from 1927 to 2173. Four could be a year, six a year and a month, eight a day of the calendar."""
_LIKE_MONTHS = range(19_000, 21_000)
"""19951 could be January 1995."""
_SECONDS = 86_400


def day_number_reader(system: DaySystem) -> Callable[[str], str]:
    """Make a function from a day number to an ISO date, with the time of day where the number has one.

    A text that is not such a number, or may mean a year or a month as well, passes for validation to name.
    """
    beginning = _BEGINNINGS[system]

    def read(text: str) -> str:
        if not _NUMBER.fullmatch(text) or int(text[:5]) in _LIKE_MONTHS:
            return text
        moment = beginning + timedelta(seconds=round(Decimal(text) * _SECONDS))
        return moment.date().isoformat() if moment.time() == time.min else moment.isoformat(" ", "seconds")

    return read
