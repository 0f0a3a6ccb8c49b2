"""How long a worker takes from its start to its last lane, and to take over from one that was killed."""

from __future__ import annotations

import signal
import time

from ground import Ground
from whole.workers import Worker, WorkerPlan, wait, workers

from creditbus.topics.names import STAGES

__all__ = ["takeover"]


def takeover(ground: Ground, plan: WorkerPlan, lanes: int) -> dict[str, float]:
    """Start a worker alone, then a second one; kill the first when both have their share; return the seconds.

    The session time-out is part of the takeover: nobody tells the group that a killed worker is gone.
    """
    wanted = lanes * len(STAGES)
    with workers(ground, 1, plan) as first:
        wait(first, lambda: _ready(first[0]), wanted)
        started = time.monotonic() - first[0].started
        with workers(ground, 1, plan) as second:
            wait(second, lambda: _ready(second[0]), wanted / 2)
            wait(first, lambda: -_ready(first[0]) - _ready(second[0]), -wanted)
            killed = time.monotonic()
            first[0].end(signal.SIGKILL)
            wait(second, lambda: _ready(second[0]), wanted)
            taken = time.monotonic() - killed
            memory = second[0].looks[-1]["peak_mb"]
    return {"start_seconds": started, "takeover_seconds": taken, "idle_rss_mb": memory}


def _ready(worker: Worker) -> float:
    return float(sum(worker.looks[-1]["ready"].values())) if worker.looks else 0.0
