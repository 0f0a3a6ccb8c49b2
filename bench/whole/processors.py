"""Processor time of servers, workers, load generator and reader, and of everything that has no part in it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress

import psutil

__all__ = ["OTHERS", "Processors", "busy_seconds"]

#: Name of all that is not looked at by name: a measurement next to much of it says little.
OTHERS = "others"


class Processors:
    """Counts from its making on.

    Args:
        pids: process ids by name; this process is added to them.

    """

    def __init__(self, pids: Mapping[str, int]) -> None:
        named = {**pids, "bench": os.getpid()}
        self._processes = {name: psutil.Process(pid) for name, pid in named.items()}
        self._last = dict.fromkeys(named, 0.0)
        self._began = self._look()
        self._at = time.monotonic()

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds of each process since then; of one that ended, as of the call before."""
        now = self._look()
        used = {name: now[name] - began for name, began in self._began.items()}
        busy = used.pop(OTHERS)
        return {**used, OTHERS: busy - sum(used.values())}

    def cores(self) -> dict[str, float]:
        """Return the same as shares of one processor."""
        lasted = time.monotonic() - self._at
        return {name: round(seconds / lasted, 2) for name, seconds in self.seconds().items()}

    def _look(self) -> dict[str, float]:
        for name, process in self._processes.items():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._last[name] = times.user + times.system
        return {**self._last, OTHERS: busy_seconds()}


def busy_seconds() -> float:
    """Return the seconds that all processors together were not idle, those that a host took away too."""
    times = psutil.cpu_times()
    # the kernel counts guests as users already
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)
