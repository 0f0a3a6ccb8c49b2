"""Starts measured worker processes and follows what they say of themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ground import Ground

from creditbus.topics.names import STAGES

__all__ = ["Look", "Worker", "WorkerPlan", "cpu_between", "end", "pids", "read", "wait", "workers", "wrote"]

_BENCH = Path(__file__).parent.parent
_STOP_SECONDS = 20.0
_WAIT_SECONDS = 0.02
_PATIENCE_SECONDS = 90.0

#: One line of a worker: see worker.py.
Look = dict[str, Any]


class WorkerPlan(NamedTuple):
    """How a worker is started.

    Attributes:
        stages: that it runs.
        settings: of the engine, where they are not the defaults.
        declared: folder of generated declarations.
        application: prefix of group ids, transactional ids and store keys.
        changelog: of the one stage that runs, in place of its own.
        follow: whether it works by what is published on the bus, as it changes.

    """

    stages: Sequence[str] = tuple(STAGES)
    settings: Sequence[str] = ()
    declared: Path | None = None
    application: str = "creditbus"
    changelog: str = ""
    follow: bool = False


class Worker:
    """One process and its looks, the newest last."""

    def __init__(self, ground: Ground, plan: WorkerPlan) -> None:
        addresses = {f"CREDITBUS_{key.upper()}": value for key, value in ground.connection.endpoints().items()}
        environment = os.environ | addresses
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_BENCH), os.environ.get("PYTHONPATH", ""))))
        command = [sys.executable, "-m", "whole.worker", f"--application={plan.application}"]
        command += [f"--stage={stage}" for stage in plan.stages]
        command += [f"--setting={setting}" for setting in plan.settings]
        command += [f"--declared={plan.declared}"] if plan.declared else []
        command += [f"--changelog={plan.changelog}"] if plan.changelog else []
        command += ["--follow"] if plan.follow else []
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        self.looks: list[Look] = []
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 -- asked for above
        for line in self.process.stdout:
            self.looks.append(json.loads(line))

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and wait for the end; the last look has the totals after SIGTERM."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._thread.join()

    @property
    def totals(self) -> dict[str, float]:
        """Sums of its metrics; after its end."""
        found: dict[str, float] = self.looks[-1]["totals"]
        return found


@contextmanager
def workers(ground: Ground, count: int = 1, plan: WorkerPlan | None = None) -> Iterator[list[Worker]]:
    """Run `count` worker processes; they are ended at the end."""
    running = [Worker(ground, plan or WorkerPlan()) for _ in range(count)]
    try:
        yield running
    finally:
        for worker in running:
            worker.end()


def end(running: Sequence[Worker]) -> None:
    """End them now: their totals can be read then."""
    for worker in running:
        worker.end()


def pids(running: Sequence[Worker]) -> dict[str, int]:
    """Return their process ids by a name."""
    return {f"worker {number}": worker.process.pid for number, worker in enumerate(running, 1)}


def read(running: Sequence[Worker], stage: str) -> int:
    """Return the records that a stage has committed as read, all processes together."""
    return _counted(running, "read", stage)


def wrote(running: Sequence[Worker], stage: str) -> int:
    """Return the records that a stage has committed as written, all processes together."""
    return _counted(running, "written", stage)


def _counted(running: Sequence[Worker], what: str, stage: str) -> int:
    return int(sum(worker.looks[-1][what].get(stage, 0) for worker in running if worker.looks))


def wait(
    running: Sequence[Worker],
    ready: Callable[[], float],
    until: float,
    *,
    patience: float = _PATIENCE_SECONDS,
    every: float = _WAIT_SECONDS,
) -> None:
    """Return when `ready`, which is asked every `every` seconds, has come to `until`.

    Raises:
        RuntimeError: a worker ended.
        TimeoutError: nothing moved for more seconds than there is patience.

    """
    moved, last = time.monotonic(), -1.0
    while (now := ready()) < until:
        for worker in running:
            if worker.process.poll() is not None:
                message = f"a worker ended with {worker.process.returncode}"
                raise RuntimeError(message)
        if now != last:
            moved, last = time.monotonic(), now
        elif time.monotonic() - moved > patience:
            message = f"stopped at {now:,.0f} of {until:,.0f}"
            raise TimeoutError(message)
        time.sleep(every)


def cpu_between(worker: Worker, first: float, last: float) -> float:
    """Return the processor seconds of a worker between two moments, as its looks nearest to them tell."""
    before = min(worker.looks, key=lambda look: abs(look["at"] - first))
    after = min(worker.looks, key=lambda look: abs(look["at"] - last))
    return float(after["cpu"] - before["cpu"])
