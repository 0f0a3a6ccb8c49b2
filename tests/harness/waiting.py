"""Waiting for something that is to become true: a poll with an end, never a guess of how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["until"]

_POLL_SECONDS = 0.05
_T = TypeVar("_T")


def until(probe: Callable[[], _T], what: str, seconds: float = 90.0) -> _T:
    """Return the first true answer of `probe`; fail, naming `what`, when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still not: {what}")
        time.sleep(_POLL_SECONDS)
    return answer
