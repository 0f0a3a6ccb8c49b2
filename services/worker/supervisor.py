"""Keeps worker processes running: one that ends is started again, with growing pauses.

Workers are forked: the supervisor has loaded all that they need, which takes a new interpreter most of a second.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import logging
import os
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.worker.exit_codes import INTERRUPTED, MOVED, STALLED

__all__ = ["supervise"]

logger = logging.getLogger(__name__)

_STOP_SECONDS = 20.0
_STEADY_SECONDS = 10.0
_PAUSE_SECONDS = 0.2
_PAUSE_MAX_SECONDS = 10.0
_USER_ERROR = 2
#: What Faust loads when an app is made, by their names.
_LOADED_LATE: Final = ("faust.app.router", "faust.tables.objects", "faust.tables.sets", "faust.topics", "faust.worker")
_FAILED = 70


#: Runs a command line of creditbus and returns its exit code.
Run = Callable[[Sequence[str]], int]


@dataclass(slots=True)
class _Slot:
    """One worker process and its successors; its name makes it the same static member each time."""

    instance: str
    arguments: list[str]
    pid: int | None = None
    started: float = 0.0
    pause: float = _PAUSE_SECONDS
    due: float = field(default_factory=time.monotonic)
    steady: bool = False
    restarts: Counter[str] = field(default_factory=Counter)

    @property
    def command(self) -> list[str]:
        """What the next process is started with; it shows how those before it ended, which their metrics cannot."""
        return [*self.arguments, *(f"--restarted={cause}={times}" for cause, times in self.restarts.items())]


def supervise(run: Run, arguments: Sequence[str], processes: int, metrics_port: int | None) -> int:
    """Run `creditbus worker --single` in several processes until a signal; return the exit code.

    That is 0 after SIGTERM, which is how a service is asked to stop, and 130 after SIGINT, as of every command.
    The n-th process serves its metrics on the n-th port from `metrics_port` on (0: each on a free one).
    A process that ends by a user's error (exit code 2) at its start ends all: starting it again mends nothing. One that
    has worked before is started again: what is wrong has happened meanwhile, and the others go on.
    """
    stopping = False
    code = 0

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- the signature of a handler
        nonlocal stopping, code
        if not stopping:
            stopping, code = True, INTERRUPTED if number == signal.SIGINT else 0

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _load_what_workers_need()
    gc.freeze()  # what is loaded here stays shared
    name = uuid.uuid4().hex[:8]
    slots = [
        _Slot(f"{name}-{number}", _arguments(arguments, f"{name}-{number}", metrics_port, number))
        for number in range(processes)
    ]
    while not stopping:
        for slot in slots:
            ended = _look_after(slot, run)
            if ended == _USER_ERROR and not slot.steady:
                stopping, code = True, _USER_ERROR
        time.sleep(0.05)
    _stop_all([slot.pid for slot in slots if slot.pid is not None])
    return code


def _load_what_workers_need() -> None:
    """Load code and look up what each worker would before its first lane: a second of processor time at a busy hour."""
    for name in ("creditbus.services.worker.process", *_LOADED_LATE):
        importlib.import_module(name)
    raw_catalogue()
    # Faust asks for the module of whoever makes an app, and the first answer looks at every file that is loaded.
    inspect.getmodule(inspect.currentframe())


def _arguments(more: Sequence[str], instance: str, metrics_port: int | None, number: int) -> list[str]:
    arguments = ["worker", "--single", f"--instance={instance}", f"--supervisor={os.getpid()}"]
    if metrics_port is not None:
        arguments.append(f"--metrics-port={metrics_port + number if metrics_port else 0}")
    return [*arguments, *more]


def _look_after(slot: _Slot, run: Run) -> int | None:
    """Start the slot's process when it is due; return the exit code of one that just ended."""
    now = time.monotonic()
    if slot.pid is None:
        if now >= slot.due:
            slot.pid = _start(slot.command, run)
            slot.started = now
            logger.info("worker %d starts as %s", slot.pid, slot.instance)
        return None
    code = _exit_code(slot.pid)
    if code is None:
        return None
    if code == MOVED or now - slot.started > _STEADY_SECONDS:
        slot.pause, slot.steady = _PAUSE_SECONDS, True
    slot.restarts[_cause(code)] += 1
    if code != _USER_ERROR or slot.steady:
        logger.warning("worker %d ended with %d; starting it again in %.1f s", slot.pid, code, slot.pause)
    slot.pid = None
    slot.due = now + slot.pause
    slot.pause = min(slot.pause * 2, _PAUSE_MAX_SECONDS)
    return code


def _cause(code: int) -> str:
    """Name how a process ended, as the metric of restarts does."""
    if code < 0:
        return "killed"
    return {STALLED: "stalled", MOVED: "moved"}.get(code, "failed")


def _start(arguments: Sequence[str], run: Run) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = _FAILED
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = run(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _exit_code(pid: int) -> int | None:
    """Return the exit code of a process that has ended, its signal made negative; None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _stop_all(pids: Sequence[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    left = list(pids)
    deadline = time.monotonic() + _STOP_SECONDS
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if _exit_code(pid) is None]
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
