"""Copies of feeds in databases, by `creditbus feed sync`, which is killed and started again all the while."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import psutil

from creditbus.topics.connection import Connection

__all__ = ["Copy"]

_FEWEST, _MOST = 1.0, 8.0
"""Seconds of processor time of a run: it may be at its start still, whatever else keeps the host busy, or at work."""
_AT_WORK, _LONGEST = 4.0, 30.0
"""From this much on a run is at work, and it is killed after this many seconds in all: waiting uses little."""
_NOT_WHOLE = 1
_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 0.1
_GIVE_UP_SECONDS = 180.0


class Copy(threading.Thread):
    """Keeps a copy.

    Args:
        bus: that it reads.
        subscriber: whose feed it is.
        url: of the database.
        log: what the command says.
        random: draws how long it runs.

    Attributes:
        kills: how often it was killed.
        left: records that the last run read, which nobody killed.
        failed: what it said of a feed that is not whole, or why it does not end well.

    """

    def __init__(self, bus: Connection, subscriber: str, url: str, log: Path, random: Random) -> None:
        super().__init__(name=f"copy of {subscriber}", daemon=True)
        self.subscriber = subscriber
        self.url = url
        self.kills = 0
        self.left = 0
        self.failed: list[str] = []
        self._log = log
        self._random = random
        self._ended = threading.Event()
        self._environment = os.environ | {f"CREDITBUS_{name.upper()}": one for name, one in bus.endpoints().items()}
        self._environment["CREDITBUS_HOME"] = str(bus.home)

    def run(self) -> None:
        """Follow the feed, be killed, and begin again."""
        while not self._ended.is_set():
            process = self._start()
            work, began = self._random.uniform(_FEWEST, _MOST), time.monotonic()
            while not self._ended.wait(_LOOK_SECONDS):
                done = _seconds_of(process)
                if done >= work or (done >= _AT_WORK and time.monotonic() > began + _LONGEST):
                    break
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.kills += 1
            elif self._is_broken(process.returncode):
                return
            else:
                self._ended.wait(_AGAIN_SECONDS)

    def end(self) -> None:
        """Kill it for the last time."""
        self._ended.set()
        if self.is_alive():
            self.join()

    def complete(self) -> None:
        """Let it come to the end of its feed, as it is now."""
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while True:
            process = self._start("--once", "--json")
            said, _ = process.communicate()
            if process.returncode == 0:
                self.left = json.loads(said)["records"]
                return
            if self._is_broken(process.returncode):
                return
            if time.monotonic() > deadline:
                self.failed.append(f"the copy of {self.subscriber} ends with {process.returncode}")
                return
            time.sleep(_AGAIN_SECONDS)

    def _is_broken(self, code: int) -> bool:
        if code == _NOT_WHOLE:
            said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            self.failed.append(f"the copy of {self.subscriber} stopped: {' '.join(said)}")
        return code == _NOT_WHOLE

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "creditbus.services.cli", "feed", "sync", self.subscriber, "--to", self.url]
        with self._log.open("ab") as log:
            return subprocess.Popen([*command, *options], env=self._environment, stdout=subprocess.PIPE, stderr=log)


def _seconds_of(process: subprocess.Popen[bytes]) -> float:
    """Return the processor time of a process; of one that has ended, more than any."""
    try:
        times = psutil.Process(process.pid).cpu_times() if process.poll() is None else None
    except psutil.NoSuchProcess:
        times = None
    return math.inf if times is None else times.user + times.system
