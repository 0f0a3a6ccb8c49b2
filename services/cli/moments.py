"""Moments as people write them in options and read them in what commands say: in the city's time, as the same text."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from creditbus.services.cli.messages import common as messages
from creditbus.services.domain.city_time import CITY_ZONE, city_moment, has_day
from creditbus.topics.errors import ConfigurationError

__all__ = ["exact_moment_text", "moment_of", "moment_text"]

_LIKE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def moment_text(at_ms: int | None) -> str:
    """Return a moment as a person reads it: the city's time with its offset, wherever the command runs.

    `moment_of` takes what this writes. `-` where there is no moment, and milliseconds where no calendar has it.
    """
    if at_ms is None:
        return "-"
    if not has_day(at_ms):
        return f"{at_ms} ms"
    return city_moment(at_ms, "seconds").replace("T", " ")


def exact_moment_text(moment: str) -> str:
    """Return a moment of JSON (`city_moment`) as a person reads it, to the millisecond.

    What was known "since" a moment is not known yet at the second that it lies in.
    """
    return moment.replace("T", " ")


def moment_of(text: str, option: str) -> int:
    """Return a moment in milliseconds since 1970; one without an offset is in the city's time.

    Args:
        text: what was given, such as `2026-03-05 10:00` or `2026-03-05T02:00:00Z`.
        option: for the error.

    Raises:
        ConfigurationError: it is not written so, or there is no such moment.
    """
    try:
        found = datetime.fromisoformat(text.strip()) if _LIKE.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None:
        raise ConfigurationError(option, messages.NOT_A_MOMENT(text=text), messages.MOMENT_LIKE())
    return int((found if found.tzinfo else found.replace(tzinfo=CITY_ZONE)).timestamp() * 1000)
