"""Worker processes under test: `creditbus worker --single`, to be killed, frozen and started again."""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from creditbus.topics.connection import Connection
from tests.harness.waiting import until

__all__ = ["Worker", "free_port"]

_SAMPLE = re.compile(r"^(\w+)(\{[^}]*\})? ([-+.\deE]+)$")
_LOWEST_PORT = 10_000
_USUAL_OUTGOING = 32_768
_TRIES = 100
_SHOWN_LINES = 60
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Worker:
    """One worker slot; its name makes each successor of the process the same static member.

    `with` starts it and ends it, cleanly where it still runs.
    """

    def __init__(
        self,
        bus: Connection,
        log: Path,
        *arguments: str,
        instance: str = "slot-1",
        program: str = "creditbus.services.cli",
    ) -> None:
        self.log = log
        self.port = free_port()
        self._environment = os.environ | {f"CREDITBUS_{name.upper()}": url for name, url in bus.endpoints().items()}
        self._environment["CREDITBUS_HOME"] = str(bus.home)
        self._command = [sys.executable, "-m", program, "worker", "--single"]
        self._command += [f"--instance={instance}", f"--metrics-port={self.port}", *arguments]
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._show_log()
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        if kind is not None:
            self.kill()
        else:
            assert self.stop() == 0

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def stop(self, seconds: float = 30.0) -> int:
        """End it as a service manager does; return its exit code."""
        self._running.send_signal(signal.SIGTERM)
        return self._running.wait(seconds)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._running.kill()
        self._running.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    def freeze(self) -> None:
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def says(self, pattern: str, times: int = 1) -> bool:
        """Whether this many lines of its log match."""
        return len(re.findall(pattern, self.log.read_text(encoding="utf-8", errors="replace"))) >= times

    def expect(self, pattern: str, times: int = 1, seconds: float = 90.0) -> None:
        until(lambda: self.says(pattern, times), f"{times} × {pattern!r} in {self.log}", seconds)

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels; 0 while the worker does not answer."""
        try:
            with _OPENER.open(f"http://127.0.0.1:{self.port}/metrics", timeout=2.0) as answer:
                text = answer.read().decode()
        except OSError:
            return 0.0
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        found = (match for match in map(_SAMPLE.match, text.splitlines()) if match and match[1] == name)
        return sum(float(match[3]) for match in found if all(label in (match[2] or "") for label in wanted))

    def _show_log(self) -> None:
        """Print how its log ends, and its exit code where it has ended, for whoever reads of the failed test."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        code = None if self.process is None else self.process.poll()
        print(f"{self.log.name}, exit code {code}:", *lines[-_SHOWN_LINES:], sep="\n")  # noqa: T201 -- pytest shows it with the failure

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process


def free_port() -> int:
    """Return a port that nobody listens on now, and that the system gives to no connection before it is bound.

    A port of the range for outgoing connections was taken now and then, on a loaded machine, by one of the thousands of
    connections that other tests made while the worker was still being loaded: it then ended before it said a word.
    """
    for _ in range(_TRIES):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", _LOWEST_PORT + secrets.randbelow(max(_outgoing() - _LOWEST_PORT, 1))))
            return int(probe.getsockname()[1])
    raise AssertionError("no port is free")


def _outgoing() -> int:
    """Return the first port that the system gives to outgoing connections; where it does not say, the usual one."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return _USUAL_OUTGOING
