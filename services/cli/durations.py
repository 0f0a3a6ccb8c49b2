"""Lengths of time as people write them in options."""

from __future__ import annotations

import re
from typing import Final

from creditbus.services.cli.messages import common as messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["seconds_of"]

_LIKE: Final = re.compile(r"([0-9]+)([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str, option: str, least: int) -> int:
    """Return how many seconds `90s`, `30m`, `1h` or `1d` are.

    Args:
        text: what was given.
        option: for the error.
        least: seconds that it has to be at least.

    Raises:
        ConfigurationError: it is not written so, or is less.
    """
    found = _LIKE.fullmatch(text)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if seconds < least:
        raise ConfigurationError(option, messages.NOT_A_DURATION(text=text), messages.DURATION_LIKE(least=least))
    return seconds
