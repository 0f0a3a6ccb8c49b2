"""Processor time of servers, workers, load generator and reader."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import psutil

__all__ = ["Processors"]


class Processors:
    """Counts from its making on.

    Args:
        pids: process ids by name.

    """

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._last = dict.fromkeys(pids, 0.0)
        self._began = dict(self._look())

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds of each process since then; of one that ended, as of the call before."""
        now = self._look()
        return {name: now[name] - began for name, began in self._began.items()}

    def _look(self) -> dict[str, float]:
        for name, process in self._processes.items():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._last[name] = times.user + times.system
        return self._last
