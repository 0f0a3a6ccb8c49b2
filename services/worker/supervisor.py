"""Keeps worker processes running: one that ends is started again, with growing pauses."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

__all__ = ["supervise"]

logger = logging.getLogger(__name__)

_STOP_SECONDS = 20.0
_STEADY_SECONDS = 30.0
_PAUSE_SECONDS = 0.2
_PAUSE_MAX_SECONDS = 10.0
_USER_ERROR = 2


@dataclass(slots=True)
class _Slot:
    """One worker process and its successors; its name makes it the same static member each time."""

    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = _PAUSE_SECONDS
    due: float = field(default_factory=time.monotonic)


def supervise(arguments: Sequence[str], processes: int, metrics_port: int | None) -> int:
    """Run `creditbus worker --single` in so many processes until a signal; return the exit code.

    The n-th process serves its metrics on the n-th port from `metrics_port` on (0: each on a free one).
    A process that ends by a user's error (exit code 2) ends all: starting it again mends nothing.
    """
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- the signature of a handler
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    run = uuid.uuid4().hex[:8]
    slots = [_Slot(_command(arguments, f"{run}-{number}", metrics_port, number)) for number in range(processes)]
    code = 0
    while not stopping:
        for slot in slots:
            ended = _look_after(slot)
            if ended == _USER_ERROR:
                stopping, code = True, _USER_ERROR
        time.sleep(0.05)
    _stop_all([slot.process for slot in slots if slot.process is not None])
    return code


def _command(arguments: Sequence[str], instance: str, metrics_port: int | None, number: int) -> list[str]:
    command = [sys.executable, "-m", "creditbus.services.cli", "worker", "--single", f"--instance={instance}"]
    command.append(f"--supervisor={os.getpid()}")
    if metrics_port is not None:
        command.append(f"--metrics-port={metrics_port + number if metrics_port else 0}")
    return [*command, *arguments]


def _look_after(slot: _Slot) -> int | None:
    """Start the slot's process when it is due; return the exit code of one that just ended."""
    now = time.monotonic()
    if slot.process is None:
        if now >= slot.due:
            slot.process = subprocess.Popen(slot.command)  # noqa: S603 -- our own interpreter and module
            slot.started = now
        return None
    code = slot.process.poll()
    if code is None:
        return None
    if now - slot.started > _STEADY_SECONDS:
        slot.pause = _PAUSE_SECONDS
    if code != _USER_ERROR:
        logger.warning("worker %d ended with %d; starting it again in %.1f s", slot.process.pid, code, slot.pause)
    slot.process = None
    slot.due = now + slot.pause
    slot.pause = min(slot.pause * 2, _PAUSE_MAX_SECONDS)
    return code


def _stop_all(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
