"""A worker that ends when the demonstration ends, however that ends.

Run as `python -m creditbus.deploy.demo.worker` it keeps a worker until its standard input is closed: a killed
demonstration closes it too, and leaves no process behind.
"""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Self

from creditbus.deploy import messages
from creditbus.deploy.demo.commands import command_line, environment
from creditbus.services.worker.city_day import DAY_VARIABLE
from creditbus.topics.errors import UnavailableError

__all__ = ["Worker"]

_STOP_SECONDS = 20.0


class Worker:
    """Runs all stages in processes of their own while it is entered."""

    def __init__(self, home: Path, day: date | None = None) -> None:
        """Run it on the bus of a home, where its log goes; ``day`` is the one that it holds, None: the clock counts."""
        self._home = home
        self._day = {} if day is None else {DAY_VARIABLE: day.isoformat()}
        self.log = home / "logs" / "worker.log"

    def __enter__(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "creditbus.deploy.demo.worker"],
                env=environment(self._home) | self._day,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for the demonstration; the worker ends in its turn
            )
        return self

    def check(self) -> None:
        """Make sure that the worker runs.

        Raises:
            UnavailableError: it has ended.
        """
        if self._process.poll() is not None:
            raise UnavailableError(
                "creditbus worker",
                messages.ENDED_WITH(returncode=self._process.returncode),
                messages.SEE_LOG(log=self.log),
            )

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(2 * _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = subprocess.Popen(command_line("worker"), stdin=subprocess.DEVNULL)
    Thread(target=_end_with_input, args=(worker,), daemon=True).start()
    return worker.wait()


def _end_with_input(worker: "subprocess.Popen[bytes]") -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    worker.terminate()
    try:
        worker.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()


if __name__ == "__main__":
    sys.exit(_main())
