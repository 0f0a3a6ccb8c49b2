"""How fast the sources go: every fault gets its share of the events, and none happens without load."""

from __future__ import annotations

import threading

__all__ = ["FILES_SHARE", "Pace"]

FILES_SHARE = 0.4
"""Of the events, what connectors publish from files; the rest comes directly."""

_TRICKLE = 0.5


class Pace:
    """Counts what is published and says how fast to go on.

    Args:
        events: to be published in all; a file is published whole, so it may be some more.
        faults: that share them.
        seconds: from one fault to the next.

    """

    def __init__(self, events: int, faults: int, seconds: float) -> None:
        self.direct = 0
        self.from_files = 0
        self._direct_events = events * (1 - FILES_SHARE)
        self._file_events = events * FILES_SHARE
        self._faults = max(1, faults)
        self._share = self._direct_events / self._faults
        self._rate = self._share / seconds
        self._shares = 1
        self._ended = threading.Event()

    @property
    def published(self) -> int:
        """Events published up to now."""
        return self.direct + self.from_files

    def next_share(self) -> None:
        """Let the sources publish the share of one more fault."""
        self._shares += 1

    def share_is_out(self, so_far: float = 1.0) -> bool:
        """Whether this much of the present share is published."""
        return self.direct >= self._share * (self._shares - 1 + so_far)

    @property
    def complete(self) -> bool:
        """Whether all events are published."""
        return self.direct >= self._direct_events and self.from_files >= self._file_events

    @property
    def rate(self) -> float:
        """Events a second that should be published directly now; fewer when the share is out, but never none."""
        return self._rate * (_TRICKLE if self.share_is_out() else 1.0)

    @property
    def file_is_due(self) -> bool:
        """Whether files lag behind their share."""
        return self.from_files < self._file_events * min(1.0, self._shares / self._faults)

    def end(self) -> None:
        """Stop all sources."""
        self._ended.set()

    @property
    def ended(self) -> bool:
        """Whether sources shall stop."""
        return self._ended.is_set()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        self._ended.wait(seconds)
