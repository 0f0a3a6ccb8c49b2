"""Puts batches together for a copy to which a step costs much, however few records it is for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from creditbus.services.subscriber.batch import Batch

__all__ = ["Gathering"]

_MOST_RECORDS: Final = 50_000
"""Decoded records in memory: some 200 MB of them."""


class Gathering:
    """What was read and is not written yet.

    Args:
        pause_seconds: says for how long a batch waits for others at the moment; 0: it does not wait.
        clock: seconds, from any beginning.
        most: records that wait at most.

    """

    def __init__(
        self,
        pause_seconds: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        most: int = _MOST_RECORDS,
    ) -> None:
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._most = most
        self._waiting = Batch([], {})
        self._since = 0.0

    @property
    def records(self) -> int:
        """How many wait."""
        return len(self._waiting.changes)

    def add(self, batch: Batch) -> Batch | None:
        """Take what was read next; return what is to be written now."""
        waiting, now = self._waiting, self._clock()
        if not waiting.moves:
            self._since = now
        waiting.changes.extend(batch.changes)
        for partition, move in batch.moves.items():
            begun = waiting.moves.get(partition, move)
            waiting.moves[partition] = move._replace(before=begun.before)
        due = self.records >= self._most or now - self._since >= self._pause_seconds()
        return self.rest() if due else None

    def rest(self) -> Batch | None:
        """Return all that waits, and begin again; None: nothing does."""
        waiting, self._waiting = self._waiting, Batch([], {})
        return waiting if waiting.moves else None
