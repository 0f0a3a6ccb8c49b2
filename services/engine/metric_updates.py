"""Shows each committed batch in the metrics, once for all stages."""

from __future__ import annotations

import time
from collections import defaultdict

from creditbus.services.domain.city_time import midnight_ms
from creditbus.services.domain.ledger import Bookings
from creditbus.services.domain.profile.endings import Endings
from creditbus.services.engine import metrics
from creditbus.topics.names import PROFILES

__all__ = ["PhaseClock", "forget_endings", "forget_lag", "observe_batch", "observe_endings", "observe_lag"]


class PhaseClock:
    """Seconds of one batch by phase."""

    __slots__ = ("_last", "seconds")

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def skip(self) -> None:
        """Count the time since the last lap for nobody."""
        self._last = time.monotonic()

    def lap(self, phase: str) -> None:
        """Add the time since the last lap to a phase."""
        now = time.monotonic()
        self.seconds[phase] += now - self._last
        self._last = now


def observe_batch(
    stage: str,
    records: int,
    oldest_ms: int,
    output: int,
    bookings: Bookings,
    clock: PhaseClock,
) -> None:
    """Show one batch; it is committed.

    Args:
        stage: whose.
        records: how many it read.
        oldest_ms: timestamp of the oldest of them, milliseconds since 1970.
        output: how many it wrote.
        bookings: its outcomes.
        clock: where its time went.

    """
    for phase, seconds in clock.seconds.items():
        metrics.BATCH_SECONDS.labels(stage, phase).observe(seconds)
    metrics.BATCHES.labels(stage).inc()
    metrics.RECORDS_IN.labels(stage).inc(records)
    metrics.RECORDS_OUT.labels(stage).inc(output)
    metrics.BATCH_RECORDS.labels(stage).observe(records)
    metrics.EVENT_AGE_SECONDS.labels(stage).observe(max(time.time() - oldest_ms / 1000, 0.0))
    for entry, count in bookings.deltas():
        if count > 0:
            labels = (stage, entry.department, entry.item, entry.outcome, entry.reason)
            metrics.OUTCOMES.labels(*labels).inc(count)


def observe_endings(endings: Endings) -> None:
    """Show which publications ended in a batch, how late, and how far its lanes are; it is committed."""
    now = time.time()
    for (item, by, due), count in endings.counts.items():
        metrics.ENDED.labels(item, by.value).inc(count)
        if due is not None:
            lateness = metrics.ENDING_LATENESS_SECONDS.labels(item)
            late = max(now - midnight_ms(due) / 1000, 0.0)
            for _ in range(count):
                lateness.observe(late)
    for lane, due in endings.due.items():
        metrics.ENDINGS_DUE.labels(lane).set(midnight_ms(due) / 1000)


def observe_lag(stage: str, lane: int, records: int) -> None:
    """Show how many records wait for a lane."""
    metrics.LANE_LAG.labels(stage, lane).set(records)


def forget_lag(stage: str, lane: int) -> None:
    """Show nothing of a lane: it is another worker's now, or nobody's."""
    metrics.LANE_LAG.remove(stage, lane)


def forget_endings(stage: str, lane: int) -> None:
    """Show nothing of what is due of a lane: it is another worker's now, or nobody's."""
    if stage == PROFILES.name:
        metrics.ENDINGS_DUE.remove(lane)
