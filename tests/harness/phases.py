"""When a soak is idle and when it is loaded."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["IDLE", "LOAD", "LONGEST_TIMER_SECONDS", "Phase", "phases"]

IDLE, LOAD = "idle", "load"

LONGEST_TIMER_SECONDS = 1000.0
"""The longest interval that a worker or a client of it may be quiet for by default: Faust's `broker_max_poll_interval`.

aiokafka closes connections that were idle for 540 s, the broker those that were for 600 s.
"""

_IDLE_SECONDS = 1200.0
_CYCLE_SECONDS = 2400.0
_IDLE_SHARE = 4 / 7
_LEAST_CYCLES = 2


class Phase(NamedTuple):
    """One stretch of a soak: its kind, and how long it is in seconds."""

    kind: str
    seconds: float


def phases(seconds: float) -> list[Phase]:
    """Return idle and loaded stretches in turn, idle first, at least two of each, that make up this many seconds.

    An idle stretch takes 20 minutes, less only where there is no room for two of them: in 70 minutes there is.
    """
    cycles = max(_LEAST_CYCLES, round(seconds / _CYCLE_SECONDS))
    idle = min(_IDLE_SECONDS, seconds / cycles * _IDLE_SHARE)
    return [phase for _ in range(cycles) for phase in (Phase(IDLE, idle), Phase(LOAD, seconds / cycles - idle))]
