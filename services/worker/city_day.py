"""The city's day by which a worker judges: what its clock says, or a day at which a trial holds it."""

from __future__ import annotations

import logging
import os
import time
from datetime import date
from typing import Final

from creditbus.services.domain.city_time import city_day
from creditbus.services.worker import messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["DAY_VARIABLE", "city_today", "warn_of_a_held_day"]

logger = logging.getLogger(__name__)

#: A trial with records of former years is run on a day of then: what they were published for is over by now.
DAY_VARIABLE: Final = "CREDITBUS_CITY_DAY"


def city_today() -> date:
    """Return the city's day of now, or the one at which CREDITBUS_CITY_DAY holds it.

    Raises:
        ConfigurationError: the variable holds no day.

    """
    held = os.environ.get(DAY_VARIABLE, "").strip()
    if not held:
        return city_day(time.time_ns() // 1_000_000)
    try:
        return date.fromisoformat(held)
    except ValueError as error:
        raise ConfigurationError(DAY_VARIABLE, messages.NOT_A_DAY(value=held), messages.GIVE_A_DAY()) from error


def warn_of_a_held_day() -> None:
    """Say that the day is held: nothing ends and no grant begins while it is."""
    if os.environ.get(DAY_VARIABLE, "").strip():
        logger.warning("the city's day is held at %s by %s, for a trial", city_today(), DAY_VARIABLE)
