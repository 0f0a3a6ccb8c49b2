"""Processor time of servers, workers, load generator and reader."""

from __future__ import annotations

from collections.abc import Mapping

import psutil

__all__ = ["Processors"]


class Processors:
    """Counts from its making on.

    Args:
        pids: process ids by name.

    """

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._began = self._now()

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds of each process since then."""
        now = self._now()
        return {name: now[name] - began for name, began in self._began.items()}

    def _now(self) -> dict[str, float]:
        times = {name: process.cpu_times() for name, process in self._processes.items()}
        return {name: time.user + time.system for name, time in times.items()}
