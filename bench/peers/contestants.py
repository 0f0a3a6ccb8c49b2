"""The peers of the profile job: how each is started, and where it keeps what."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.checker import State, creditbus_state, peer_state, quix_state

from creditbus.topics.connection import Connection

__all__ = ["CONTESTANTS", "PARTITIONS", "Contestant", "Run"]

PARTITIONS = 4

_BENCH = Path(__file__).parent.parent
_ROOT = _BENCH.parent
_BUILT = _ROOT / "build" / "peers"
SCHEMA = _ROOT / "avro_schemas" / "header.avsc"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one peer; every name of its own begins with `name`."""

    connection: Connection
    name: str
    input: str
    folder: Path

    @property
    def changes(self) -> str:
        """Topic of the changes."""
        return f"{self.name}.changes"

    @property
    def feed(self) -> str:
        """Topic of the copies."""
        return f"{self.name}.feed"

    @property
    def changelog(self) -> str:
        """Topic of the states, for a peer that makes none itself."""
        return f"{self.name}.records"

    def options(self, *more: str) -> list[str]:
        """Options that the Python peers share."""
        return [
            f"--application={self.name}",
            f"--input={self.input}",
            f"--changes={self.changes}",
            f"--feed={self.feed}",
            *more,
        ]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One peer.

    Attributes:
        title: for tables.
        guarantee: what holds when a process dies.
        command: how a run is started.
        group: name of its consumer group.
        changelogs: topics of its state.
        decode: reads a record of these.
        environment: what the process gets besides ours.

    """

    title: str
    guarantee: str
    command: Callable[[Run], Sequence[str]]
    group: Callable[[Run], str]
    changelogs: Callable[[Run], Sequence[str]]
    decode: Callable[[bytes, bytes], State | None]
    environment: Callable[[Run], Mapping[str, str]] = lambda _: {}


def _module(name: str, python: str = sys.executable) -> list[str]:
    return [python, "-m", f"peers.{name}"]


def _standalone(run: Run) -> list[str]:
    servers = run.connection.bootstrap_servers
    return run.options(f"--servers={servers}", f"--schema={SCHEMA}", f"--state={run.folder}")


def _creditbus(run: Run) -> Sequence[str]:
    return [*_module("creditbus_job"), *run.options(f"--changelog={run.changelog}")]


def _creditbus_environment(run: Run) -> Mapping[str, str]:
    return {f"CREDITBUS_{key.upper()}": value for key, value in run.connection.endpoints().items()}


def _kafka_streams(threads: int) -> Callable[[Run], Sequence[str]]:
    built = _BUILT / "kafka-streams"

    def command(run: Run) -> Sequence[str]:
        classes = os.pathsep.join((str(built / "profile-job.jar"), f"{built / 'libraries'}/*"))
        return [
            shutil.which("java") or "java",
            "-Xms1g",
            "-Xmx1g",
            "-XX:+UseParallelGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            classes,
            "creditbus.bench.ProfileJob",
            run.connection.bootstrap_servers,
            run.name,
            str(threads),
            str(SCHEMA),
            run.input,
            run.changes,
            run.feed,
            str(run.folder),
        ]

    return command


def _quix(run: Run) -> Sequence[str]:
    return [*_module("quix_job", str(_BUILT / "quix" / "bin" / "python")), *_standalone(run)]


def _faust(run: Run) -> Sequence[str]:
    return [*_module("faust_job"), *_standalone(run), f"--partitions={PARTITIONS}"]


def _two_tables(run: Run) -> Sequence[str]:
    return [f"{run.name}-records-changelog", f"{run.name}-subjects-changelog"]


def _own_name(run: Run) -> str:
    return run.name


CONTESTANTS: Mapping[str, Contestant] = {
    "creditbus": Contestant(
        "creditbus, 1 process",
        "exactly once",
        _creditbus,
        lambda run: f"{run.name}-profiles",
        lambda run: [run.changelog],
        creditbus_state,
        _creditbus_environment,
    ),
    "kafka_streams_1": Contestant(
        "Kafka Streams, 1 thread", "exactly once", _kafka_streams(1), _own_name, _two_tables, peer_state
    ),
    "kafka_streams_2": Contestant(
        "Kafka Streams, 2 threads", "exactly once", _kafka_streams(2), _own_name, _two_tables, peer_state
    ),
    "quix_streams": Contestant(
        "Quix Streams",
        "exactly once",
        _quix,
        _own_name,
        lambda run: [f"changelog__{run.name}--{run.input}--default"],
        quix_state,
    ),
    "faust": Contestant("stock Faust", "exactly once", _faust, _own_name, _two_tables, peer_state),
}
