"""How much waits for each lane of a stage, by a timer, and whether Kafka answers at all.

It is asked next to the lanes' work, so that a lane that stands shows what gathers before it, and an idle one that Kafka
is away. What is counted is offsets between the group's and the end of what can be read; markers and aborted records
among them count. Those that only markers follow are idle: a lane commits a marker's offset with its next records, so
what it has seen of them is passed over here.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.offsets import OffsetRange
from creditbus.services.engine.metric_updates import observe_lag

__all__ = ["SILENT_SECONDS", "STALE_SECONDS", "Ask", "LagMonitor"]

logger = logging.getLogger(__name__)

#: From the first question without an answer to the word that Kafka is away. With the time of the questions it is about
#: 16 s from its death: a broker of several is missed for 9 s, and its leaders and coordinators need a moment more.
SILENT_SECONDS = 10.0

#: An answer that is older says nothing of now.
STALE_SECONDS = 20.0

Ask = Callable[[AbstractSet[Partition]], Awaitable[Mapping[Partition, OffsetRange]]]


class _Lanes(Protocol):
    """What the lanes are given and asked (services/engine/run/assignment.py)."""

    @property
    def partitions(self) -> AbstractSet[Partition]:
        """Those assigned now, whether their lanes are held or wait."""

    def after_markers(self, partition: Partition, offset: int) -> int:
        """Return the offset after what follows `offset` and holds no records, as far as the lane knows."""

    def mark_unreachable(self, dependency: str) -> None:
        """Show the lanes as waiting for a dependency."""

    def mark_reachable(self) -> None:
        """Take `mark_unreachable` back."""


class LagMonitor:
    """Measures one stage.

    Args:
        stage: its name.
        lanes: those that the worker has of it.
        ask: asks Kafka, in a bounded time; any error means that it did not answer.
        clock: seconds that only grow.

    """

    def __init__(self, stage: str, lanes: _Lanes, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._stage = stage
        self._lanes = lanes
        self._ask = ask
        self._clock = clock
        self._failing_since: float | None = None
        self._silent = False
        self._behind = 0
        self._measured_at = clock()

    @property
    def behind(self) -> int | None:
        """How many records wait for all lanes, by the last answer; None when that is long ago."""
        return self._behind if self._clock() - self._measured_at < STALE_SECONDS else None

    async def measure(self) -> None:
        """Ask once and show the answer; without one what was shown stays. Never raises an error of Kafka's."""
        partitions = self._lanes.partitions
        if not partitions:
            self._failing_since = None
            self._behind, self._measured_at = 0, self._clock()
            return
        try:
            reach = await self._ask(partitions)
        except Exception as error:  # noqa: BLE001 -- whatever it is, there is no answer, and the lanes go on without
            self._unanswered(error)
        else:
            self._answered()
            self._show(reach)

    def _unanswered(self, error: Exception) -> None:
        # counted from the failure, not from the last answer: a worker that was frozen has not heard Kafka for long, too
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
        elif not self._silent and now - self._failing_since >= SILENT_SECONDS:
            self._silent = True
            logger.warning("%s: wait for kafka: it does not say how far its topics go: %r", self._stage, error)
            self._lanes.mark_unreachable("kafka")

    def _answered(self) -> None:
        self._failing_since = None
        if self._silent:
            self._silent = False
            logger.info("%s: kafka is back", self._stage)
            self._lanes.mark_reachable()

    def _show(self, reach: Mapping[Partition, OffsetRange]) -> None:
        # a lane given up meanwhile has no sample any more, and must not get one
        assigned = self._lanes.partitions
        behind: Counter[int] = Counter()
        for partition, (position, end) in reach.items():
            if partition in assigned:
                behind[partition.partition] += max(end - self._lanes.after_markers(partition, position), 0)
        self._behind, self._measured_at = behind.total(), self._clock()
        for lane, records in behind.items():
            observe_lag(self._stage, lane, records)
