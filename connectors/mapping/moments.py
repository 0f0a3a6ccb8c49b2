"""Moments: a date with a time of day, or milliseconds since 1970; and the day in the city on which one lies."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from creditbus.connectors.mapping import messages
from creditbus.connectors.mapping.cells import Transform
from creditbus.services.domain import normalise
from creditbus.services.domain.city_time import city_day, has_day

__all__ = ["day_reader", "epoch_reader", "moment_reader"]

_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}(?P<mark>[-/.])[0-9]{1,2}(?P=mark)[0-9]{1,2})"
    r"(?:(?:T|\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"\s*(?P<zone>Z|UTC|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
_EPOCH = re.compile(r"-?[0-9]{11,13}")
"""From 1970-04-26 to 2286, or as far before 1970: ten digits would be seconds."""


def moment_reader(time_zone: str) -> Callable[[str], int | None]:
    """Make a function from a written moment to milliseconds since 1970 UTC; ``None`` for what is not a moment.

    A date is the midnight at which it begins.

    Args:
        time_zone: Of moments that name none.

    Raises:
        ValueError: no such time zone.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, OSError) as error:
        raise ValueError(messages.NO_TIME_ZONE(name=time_zone)) from error

    def read(text: str) -> int | None:
        match = _MOMENT.fullmatch(_COMPACT.sub(r"\1-\2-\3 \4:\5:\6", text, count=1) if text.isdigit() else text)
        day = None if match is None else normalise.parse_date(normalise.lexical_date(match["day"]))
        if match is None or day is None:
            return None
        try:
            clock = time(int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0))
            moment = datetime.combine(day, clock, _zone(match["zone"]) or zone)
            # in whole numbers: a fraction would round the last of the milliseconds
            found = int(moment.timestamp()) * 1000 + int(((match["part"] or "") + "000")[:3])
        except (ValueError, OverflowError):
            return None
        # by another zone a moment of the calendar's first or last day may lie outside of it
        return found if has_day(found) else None

    return read


def epoch_reader() -> Callable[[str], int | None]:
    """Make a function from a count of milliseconds since 1970 UTC to that number; ``None`` for anything else."""
    return lambda text: int(text) if _EPOCH.fullmatch(text) else None


def day_reader(moment: Callable[[str], int | None], *, open_end: bool) -> Transform:
    """Make a function from a moment to its ISO day in the city; what is not a moment passes, for validation to name.

    Args:
        moment: Reads the moment.
        open_end: Whether 长期 is a date.
    """

    def read(text: str) -> str:
        found = normalise.lexical_date(text, open_end=open_end)
        if normalise.parse_date(found):
            return found  # a day needs no zone
        milliseconds = moment(text)
        return found if milliseconds is None else city_day(milliseconds).isoformat()

    return read


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    digits = text[1:].replace(":", "")
    if not digits.isdigit():
        return UTC
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-span if text[0] == "-" else span)
