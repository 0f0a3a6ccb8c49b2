"""One server process: started apart from its parent, found again by its pid file, ended for certain."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from creditbus.deploy.embedded.files import replace_text

__all__ = ["ServerProcess"]

_KILL_SECONDS = 10.0
_START_TOLERANCE_SECONDS = 2.0
_LARGEST_LOG_BYTES = 20 * 1024 * 1024

_children: list[subprocess.Popen[bytes]] = []
"""Processes started here. They may outlive their `ServerProcess`, and only this Python process can collect them."""


class ServerProcess:
    """The process of one server, whether this Python process started it or an earlier one did.

    The pid file names the program and the time of its start too: a pid that the system has meanwhile given to another
    process is never taken for the server. The file of a process that ended says nothing and may stay.
    """

    def __init__(self, pid_file: Path, log: Path) -> None:
        self.log = log
        self._pid_file = pid_file

    def start(self, command: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None) -> None:
        """Start `command` in a session of its own, so that a Ctrl-C at the terminal does not reach it.

        `environment`: its variables; those of this process when None.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".1.log"))
        with self.log.open("ab") as output:
            child = subprocess.Popen(
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _children.append(child)
        self._record(child.pid)

    @property
    def pid(self) -> int | None:
        """The process id while the process runs, else None."""
        process = self._find()
        return process.pid if process else None

    def terminate(self) -> None:
        """Ask the process to end; returns at once."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as a power cut would, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        self.wait(_KILL_SECONDS)

    def wait(self, seconds: float) -> bool:
        """Wait until the process is gone; False when it still runs after `seconds`."""
        process = self._find()
        if process is not None:
            try:
                process.wait(seconds)
            except psutil.TimeoutExpired:
                return False
        # The pid file stays: another process may have started the server again by now, and then it is no longer ours.
        _reap()
        return True

    def _signal(self, number: signal.Signals) -> None:
        process = self._find()
        if process is not None:
            with suppress(ProcessLookupError):
                # The whole group: the process leads a session of its own.
                os.killpg(process.pid, number)

    def _record(self, pid: int) -> None:
        with suppress(psutil.NoSuchProcess):
            facts = {"pid": pid, "started": psutil.Process(pid).create_time()}
            replace_text(self._pid_file, json.dumps(facts))

    def _find(self) -> psutil.Process | None:
        _reap()
        try:
            facts = json.loads(self._pid_file.read_text(encoding="utf-8"))
            process = psutil.Process(facts["pid"])
            same = abs(process.create_time() - facts["started"]) < _START_TOLERANCE_SECONDS
            return process if same and (_is_child(process.pid) or process.status() != psutil.STATUS_ZOMBIE) else None
        except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
            return None


def _is_child(pid: int) -> bool:
    """Whether a process started here runs: its first thread may be a zombie while others still hold its ports."""
    return any(child.pid == pid for child in _children)


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]
