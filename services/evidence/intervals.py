"""Work that is due once in each interval, whoever does it and however often it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

__all__ = ["Interval", "intervals"]

_RETRY_SECONDS: Final = 60.0


class Interval:
    """One interval.

    Attributes:
        begins: its first moment, in seconds since 1970 UTC.
        soon_again: whether its work may succeed within a minute, without anybody's help; whoever works sets it.

    """

    __slots__ = ("begins", "soon_again")

    def __init__(self, begins: float) -> None:
        self.begins = begins
        self.soon_again = False


def intervals(seconds: float, *, clock: Callable[[], float], wait: Callable[[float], bool]) -> Iterator[Interval]:
    """Give the present interval, and each one after it when it begins, until `wait` says that it is enough.

    Intervals begin at multiples of their length since 1970 UTC: hours on the hour. Work that goes on into the next
    interval is followed at once by that one's; where it is to be done again soon, the same one comes within a minute.

    Args:
        seconds: length of an interval.
        clock: the present moment, in seconds since 1970 UTC.
        wait: waits for this many seconds; returns whether to stop.

    """
    while True:
        now = clock()
        interval = Interval(now - now % seconds)
        yield interval
        # a clock that was put back meanwhile would have the next one wait for as long as it was ahead
        left = min(max(interval.begins + seconds - clock(), 0.0), seconds)
        if wait(min(left, _RETRY_SECONDS) if interval.soon_again else left):
            return
