"""Worker processes of a campaign, each under its supervisor, as in a city: what dies is started again by itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from creditbus.topics.connection import Connection
from tests.harness.dated_cli import DAY_FILE
from tests.harness.waiting import until
from tests.harness.wire import QUIETLY

__all__ = ["Crew"]

_STOP_SECONDS = 40.0
_OUTPUT_STAGE = "fanout"
_STARTED = r"worker {pid} starts as (\S+)"


class Crew:
    """`creditbus worker --processes N`, with further arguments: a supervisor and its worker processes.

    Args:
        bus: that they work on.
        log: what they say.
        day: a file with the city's day.
        processes: how many.
        arguments: further ones of the command.

    """

    def __init__(self, bus: Connection, log: Path, day: Path, processes: int, *arguments: str) -> None:
        self.log = log
        self.day = day
        self._bus = bus
        self._processes = processes
        self._arguments = arguments
        self._environment = os.environ | {f"CREDITBUS_{name.upper()}": url for name, url in bus.endpoints().items()}
        self._environment["CREDITBUS_HOME"] = str(bus.home)
        self._environment[DAY_FILE] = str(day)
        self._supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the supervisor."""
        command = [sys.executable, "-m", "tests.harness.dated_cli", "worker", f"--processes={self._processes}"]
        command += self._arguments
        with self.log.open("ab") as log:
            self._supervisor = subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> int:
        """End all of it, as a service manager does; return the exit code, 0 when nothing ran."""
        supervisor = self._supervisor
        if supervisor is None:
            return 0
        for worker in self.workers():
            worker.send_signal(signal.SIGCONT)
        supervisor.send_signal(signal.SIGTERM)
        try:
            supervisor.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()
        self._supervisor = None
        return supervisor.returncode

    def workers(self) -> list[psutil.Process]:
        """The worker processes that run now."""
        if self._supervisor is None:
            return []
        try:
            found = psutil.Process(self._supervisor.pid).children()
            return [child for child in found if child.status() != psutil.STATUS_ZOMBIE]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """SIGKILL every worker process; the supervisor starts others."""
        for worker in self.workers():
            worker.kill()

    def lanes_of(self, worker: psutil.Process) -> Collection[int]:
        """The lanes of which a worker writes the feeds now."""
        started = re.findall(_STARTED.format(pid=worker.pid), self.log.read_text(encoding="utf-8", errors="replace"))
        return lanes_of(self._bus, started[-1]) if started else ()

    def ready(self, seconds: float = 90.0) -> list[psutil.Process]:
        """Wait until every worker process holds lanes; return them."""

        def holding() -> list[psutil.Process]:
            try:
                workers = self.workers()
                whole = len(workers) == self._processes
                return workers if whole and all(self.lanes_of(worker) for worker in workers) else []
            except (psutil.NoSuchProcess, ValueError, KafkaException):
                return []

        return until(holding, f"every worker of {self.log.name} holds lanes", seconds)


def lanes_of(bus: Connection, instance: str) -> Collection[int]:
    """The lanes that the group gives to a member."""
    group = f"creditbus-{_OUTPUT_STAGE}"
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers, **QUIETLY})
    described = admin.describe_consumer_groups([group], request_timeout=10)[group].result()
    return [
        place.partition
        for member in described.members
        if member.group_instance_id == f"{instance}-{_OUTPUT_STAGE}" and member.assignment
        for place in member.assignment.topic_partitions
    ]
