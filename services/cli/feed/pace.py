"""How far a command that reads a feed has come: a line every five seconds while it catches up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages

if TYPE_CHECKING:
    from creditbus.services.subscriber.syncing import Progress

__all__ = ["Pace"]

_EVERY_SECONDS: Final = 5.0


class Pace:
    """Says records, records a second and time left.

    Args:
        topic: of the feed.
        place: where the records go, without a password.
        clock: seconds, from any beginning.

    """

    def __init__(self, topic: str, place: str, clock: Callable[[], float]) -> None:
        self._place = {"topic": topic, "place": place}
        self._clock = clock
        self._began = self._said = clock()

    def report(self, progress: Progress) -> None:
        """Take what has been done so far."""
        now = self._clock()
        if now - self._said < _EVERY_SECONDS:
            return
        self._said = now
        rate = progress.records / (now - self._began)
        # markers of transactions count as remaining, so that it takes less than this
        left = _span(progress.remaining / rate) if rate else "?"
        said = spoken(messages.SYNCING, count=progress.records, rate=round(rate), left=left, **self._place)
        ERRORS.print(said, markup=False)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
