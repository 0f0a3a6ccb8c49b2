"""How fast the sources go: every fault gets its share of the events, and none happens without load."""

from __future__ import annotations

import threading
import time

__all__ = ["FILES_SHARE", "Pace"]

FILES_SHARE = 0.4
"""Of the events, what connectors publish from files; the rest comes directly."""

_TRICKLE = 0.2


class Pace:
    """Counts what is published and says how fast to go on.

    Args:
        events: to be published in all.
        faults: that share them.
        seconds: from one fault to the next.

    """

    def __init__(self, events: int, faults: int, seconds: float) -> None:
        self.events = events
        self.direct = 0
        self.from_files = 0
        self._share = events / max(1, faults)
        self._rate = self._share / seconds
        self._limit = self._share
        self._ended = threading.Event()

    @property
    def published(self) -> int:
        """Events published up to now."""
        return self.direct + self.from_files

    def next_share(self) -> None:
        """Let the sources publish the share of one more fault."""
        self._limit += self._share

    def share_is_out(self, so_far: float = 1.0) -> bool:
        """Whether so much of the present share is published."""
        return self.published >= self._limit - self._share * (1 - so_far)

    @property
    def complete(self) -> bool:
        """Whether all events are published."""
        return self.published >= self.events

    @property
    def rate(self) -> float:
        """Events a second that should be published directly now; a trickle when the share is out: never silence."""
        return self._rate * (1 - FILES_SHARE) * (_TRICKLE if self.share_is_out() else 1.0)

    def file_is_due(self, size: int) -> bool:
        """Whether files are behind their share of what is published."""
        return not self.ended and self.from_files + size / 2 <= FILES_SHARE * (self.published + size)

    def end(self) -> None:
        """Stop all sources."""
        self._ended.set()

    @property
    def ended(self) -> bool:
        """Whether sources shall stop."""
        return self._ended.is_set()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        until = time.monotonic() + seconds
        self._ended.wait(max(0.0, until - time.monotonic()))
