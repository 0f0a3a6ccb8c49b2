"""Looks at the workers and servers from outside, again and again, and notes what should not be."""

from __future__ import annotations

import re
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
from faults.fleet import Crew

from tests.harness.checker import WRONG, Problem
from tests.harness.log_tail import LogTail

__all__ = ["STAGES", "Look", "Watch"]

STAGES = ("intake", "resolver", "profiles", "fanout")

_LOOK_SECONDS = 5.0
_NOT_READY_SECONDS = 30.0
_SAMPLE = re.compile(r'^(creditbus_\w+)\{[^}]*stage="(\w+)"[^}]*\} ([-+.\deE]+)$', re.MULTILINE)
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(slots=True)
class Look:
    """One moment.

    Attributes:
        at: seconds, monotonic.
        ready: lanes that accept records, by stage, all workers together.
        lag: records that can be read and are not committed as read, by stage.
        memory_mb: by name of the process.
        cpu_seconds: used up to now, by name of the process.

    """

    at: float
    ready: Mapping[str, float]
    lag: Mapping[str, float]
    memory_mb: Mapping[str, float]
    cpu_seconds: Mapping[str, float]


@dataclass(slots=True)
class _Metrics:
    ready: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    lag: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    losses: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


class Watch(threading.Thread):
    """Looks every five seconds until it is ended.

    Args:
        crew: the workers.
        ports: of their metrics.
        servers: process ids by name.
        lanes: of each stage.
        log: of the workers.
        say: hears of every problem at once.

    """

    def __init__(
        self,
        crew: Crew,
        ports: Sequence[int],
        servers: Mapping[str, int],
        lanes: int,
        log: LogTail,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(name="watch", daemon=True)
        self.looks: list[Look] = []
        self.problems: list[Problem] = []
        self.restarts = 0
        self.losses: Mapping[str, float] = {}
        """Batches given up by stage, of the processes that run."""
        self._crew = crew
        self._ports = ports
        self._servers = {name: psutil.Process(pid) for name, pid in servers.items()}
        self._lanes = lanes
        self._log = log
        self._say = say
        self._ended = threading.Event()
        self._workers: list[psutil.Process] = []
        self._ready_at = time.monotonic()
        self._told: set[str] = set()

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
        self.join()

    @property
    def ready(self) -> bool:
        """Whether every lane of every stage was ready at the last look."""
        return bool(self.looks) and self._all_ready(self.looks[-1].ready)

    def run(self) -> None:
        """Look until the end."""
        self._workers = self._crew.workers()
        while True:
            self._look()
            if self._ended.wait(_LOOK_SECONDS):
                return

    def _look(self) -> None:
        self._log.look()
        workers = self._crew.workers()
        gone = {worker.pid for worker in self._workers} - {worker.pid for worker in workers}
        for pid in gone:
            self.restarts += 1
            self._problem(f"worker {pid} ended by itself")
        self._workers = workers
        found = self._metrics()
        now = time.monotonic()
        named = {f"worker {number}": worker for number, worker in enumerate(workers, 1)} | self._servers
        memory, cpu = _processes(named)
        self.looks.append(Look(now, dict(found.ready), dict(found.lag), memory, cpu))
        self.losses = dict(found.losses)
        self._check_ready(found.ready, now)

    def _check_ready(self, ready: Mapping[str, float], now: float) -> None:
        if self._all_ready(ready):
            if self._told:
                self._say(f"  all lanes are ready again after {now - self._ready_at:.0f} s")
            self._ready_at, self._told = now, set()
            return
        if now - self._ready_at < _NOT_READY_SECONDS:
            return
        for stage in STAGES:
            if ready.get(stage, 0) != self._lanes and stage not in self._told:
                self._told.add(stage)
                self._problem(f"{stage}: {ready.get(stage, 0):.0f} of {self._lanes} lanes are ready, for 30 s")

    def _all_ready(self, ready: Mapping[str, float]) -> bool:
        return all(ready.get(stage, 0) == self._lanes for stage in STAGES)

    def _problem(self, text: str) -> None:
        self._say(f"  WRONG: {text}")
        self.problems.append(Problem(WRONG, 1, text))

    def _metrics(self) -> _Metrics:
        found = _Metrics()
        for port in self._ports:
            with suppress(OSError), _OPENER.open(f"http://127.0.0.1:{port}/metrics", timeout=4.0) as answer:
                for name, stage, value in _SAMPLE.findall(answer.read().decode()):
                    match name:
                        case "creditbus_lanes_ready":
                            found.ready[stage] += float(value)
                        case "creditbus_lane_lag_records":
                            found.lag[stage] += float(value)
                        case "creditbus_lane_losses_total":
                            found.losses[stage] += float(value)
        return found


def _processes(named: Mapping[str, psutil.Process]) -> tuple[dict[str, float], dict[str, float]]:
    memory, cpu = {}, {}
    for name, process in named.items():
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            memory[name] = process.memory_info().rss / (1 << 20)
            cpu[name] = times.user + times.system
    return memory, cpu
