"""Watches what subscribers can read, and how long after a fault the first of it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from tests.harness.wire import Observer, Record

__all__ = ["Mark", "Outlet"]

_TAKE_SECONDS = 0.02


@dataclass(slots=True)
class Mark:
    """A fault, and what came after it.

    Output counts as new when it was made after the fault, as its own time stamp says; so what the victim had written
    and only its successor's fence made readable does not count. Seconds are counted from just before the fault.
    """

    lanes: Collection[int]
    """Lanes that the fault touches."""
    source: bytes = b""
    """When a connector is the victim: the name of its file."""
    began: float = field(default_factory=time.monotonic)
    made_after_ms: float = 0.0
    repaired: float = 0.0
    """Seconds until what broke was running again; 0: at once, or never gone."""
    repaired_ms: float = 0.0
    first: float | None = None
    """Seconds to the first new record in a feed, of the lanes; of a connector, to its first new event."""
    every: dict[int, float] = field(default_factory=dict)
    """Seconds to the first new change of each lane after the repair."""
    silence: float = 0.0
    """Longest time without a change of a lane."""

    def struck(self) -> None:
        """Say that the fault has just happened."""
        self.made_after_ms = self.repaired_ms = time.time() * 1000

    def mended(self) -> None:
        """Say that what broke runs again."""
        self.repaired = time.monotonic() - self.began
        self.repaired_ms = time.time() * 1000
        self.every.clear()


class Outlet(threading.Thread):
    """Takes everything that is committed, all the time."""

    def __init__(self, observer: Observer, lanes: int) -> None:
        super().__init__(name="outlet", daemon=True)
        self.lanes = range(lanes)
        self.problem: Exception | None = None
        self.changes = 0
        self._observer = observer
        self._mark: Mark | None = None
        self._ended = threading.Event()
        self._last = dict.fromkeys(self.lanes, 0.0)
        observer.told = self._told

    def run(self) -> None:
        """Take until the end."""
        try:
            while not self._ended.is_set():
                self._observer.take(_TAKE_SECONDS)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the campaign must hear of it
            self.problem = error

    def end(self) -> None:
        """Stop taking."""
        self._ended.set()
        self.join()
        self._observer.told = None

    def watch(self, mark: Mark) -> Mark:
        """Note from now on what comes after this fault."""
        self._mark = mark
        return mark

    def settled(self, mark: Mark) -> bool:
        """Whether output came after the fault and every lane went on after the repair."""
        return mark.first is not None and all(lane in mark.every for lane in self.lanes)

    def _told(self, record: Record, made_ms: int) -> None:
        now, mark = time.monotonic(), self._mark
        topic, lane = record.place
        if topic == "credit.changes":
            self.changes += 1
            if mark is not None and self._last[lane]:
                mark.silence = max(mark.silence, now - max(self._last[lane], mark.began))
            self._last[lane] = now
        if mark is None or not mark.made_after_ms or made_ms <= mark.made_after_ms:
            return
        if topic == "credit.changes" and made_ms > mark.repaired_ms:
            mark.every.setdefault(lane, now - mark.began)
        if mark.first is None and (
            (mark.source in (record.value or b"") and topic.startswith("ingest."))
            if mark.source
            else (topic.startswith("feed.") and lane in mark.lanes)
        ):
            mark.first = now - mark.began
