"""How each stage stands: who works for it, and how far behind it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from creditbus.services.query.backlog import StageBacklog, read_backlog
from creditbus.topics.connection import Connection

__all__ = ["LATE_SECONDS", "StageProblem", "StageStatus", "read_stages"]

#: A record that has waited this long waits for something other than its turn; as long as a worker's own patience.
LATE_SECONDS: Final = 60.0
#: This many of the records that wait are read to be counted; of more, offsets are given as a bound.
_COUNTED: Final = 10_000


class StageProblem(StrEnum):
    """Why a stage needs somebody."""

    NO_WORKER = "no_worker"
    LANES_FREE = "lanes_free"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class StageStatus:
    """One stage.

    Attributes:
        stage: its name.
        workers: members of its consumer group.
        lanes: partition numbers that one of them is to read.
        of: partition numbers that there are.
        records: how many wait; where `exact` is false there may be fewer, but no more.
        exact: whether they were counted.
        seconds: how long the oldest of them has waited; 0 where none waits.

    """

    stage: str
    workers: int
    lanes: int
    of: int
    records: int
    exact: bool
    seconds: float

    @property
    def problem(self) -> StageProblem | None:
        """What is wrong; None: nothing."""
        if not self.workers:
            return StageProblem.NO_WORKER
        if self.lanes < self.of:
            return StageProblem.LANES_FREE
        return StageProblem.LATE if self.seconds > LATE_SECONDS else None

    def as_json(self) -> dict[str, object]:
        """Return the facts."""
        return {
            "stage": self.stage,
            "workers": self.workers,
            "lanes": self.lanes,
            "of_lanes": self.of,
            "lag_records": self.records,
            "exact": self.exact,
            "lag_seconds": round(self.seconds, 1),
            "problem": self.problem,
        }


def read_stages(connection: Connection, clock: Callable[[], float] = time.time) -> list[StageStatus]:
    """Ask Kafka, in the order in which records pass; none where the bus has no topics yet.

    Raises:
        UnavailableError, UnsettledError: a broker does not answer.

    """
    backlogs = asyncio.run(read_backlog(connection, counted=_COUNTED))
    now = clock()
    return [_state(backlog, now) for backlog in backlogs if backlog.of_lanes]


def _state(backlog: StageBacklog, now: float) -> StageStatus:
    seconds = 0.0 if backlog.oldest is None else max(now - backlog.oldest / 1000, 0.0)
    return StageStatus(
        backlog.stage, backlog.members, backlog.lanes, backlog.of_lanes, backlog.records, backlog.exact, seconds
    )
