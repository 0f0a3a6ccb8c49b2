"""The contestants of the profile job: how each is started, and where it keeps what."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.checker import StateKey

from creditbus.topics.connection import Connection

__all__ = ["BUILT", "CONTESTANTS", "PARTITIONS", "Contestant", "Run"]

PARTITIONS = 4

BUILT = Path(__file__).parents[2] / "build" / "peers"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one contestant; every name of its own begins with `name`.

    Attributes:
        connection: servers.
        name: of application and group.
        input: topic.
        schema: file with the schema of a registration event.
        folder: for its state.
        settings: of Kafka Streams in place of the program's own, each as name=value.

    """

    connection: Connection
    name: str
    input: str
    schema: Path
    folder: Path
    settings: Sequence[str]

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
    """One of them.

    Attributes:
        title: for tables.
        command: how a run is started.
        group: name of its consumer group.
        changelogs: topics of its state.
        state_key: reads the keys of these.
        environment: what the process gets besides ours.
        own_changelog: whether it makes the topics of its state itself.

    """

    title: str
    command: Callable[[Run], Sequence[str]]
    group: Callable[[Run], str]
    changelogs: Callable[[Run], Sequence[str]]
    state_key: StateKey = lambda key: key
    environment: Callable[[Run], Mapping[str, str]] = lambda _: {}
    own_changelog: bool = True


def _module(name: str, python: str = sys.executable) -> list[str]:
    return [python, "-m", f"peers.{name}"]


def _standalone(run: Run) -> list[str]:
    servers = run.connection.bootstrap_servers
    return run.options(f"--servers={servers}", f"--schema={run.schema}", f"--state={run.folder}")


def _creditbus(processes: int) -> Contestant:
    def command(run: Run) -> Sequence[str]:
        options = run.options(f"--changelog={run.changelog}", f"--processes={processes}")
        return [*_module("creditbus_job"), *options]

    return Contestant(
        title="creditbus, 1 process" if processes == 1 else f"creditbus, {processes} processes",
        command=command,
        group=lambda run: f"{run.name}-profiles",
        changelogs=lambda run: [run.changelog],
        state_key=_no_index,
        environment=_creditbus_environment,
        own_changelog=False,
    )


def _creditbus_environment(run: Run) -> Mapping[str, str]:
    return {f"CREDITBUS_{key.upper()}": value for key, value in run.connection.endpoints().items()}


def _kafka_streams(threads: int) -> Callable[[Run], Sequence[str]]:
    built = BUILT / "kafka-streams"

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
            str(run.schema),
            run.input,
            run.changes,
            run.feed,
            str(run.folder),
            *run.settings,
        ]

    return command


def _quix(run: Run) -> Sequence[str]:
    return [*_module("quix_job", str(BUILT / "quix" / "bin" / "python")), *_standalone(run)]


def _faust(run: Run) -> Sequence[str]:
    return [*_module("faust_job"), *_standalone(run), f"--partitions={PARTITIONS}"]


def _two_tables(run: Run) -> Sequence[str]:
    return [f"{run.name}-records-changelog", f"{run.name}-subjects-changelog"]


def _own_name(run: Run) -> str:
    return run.name


def _no_index(key: bytes) -> bytes | None:
    """Leave out what the peers do not keep: indexes, policies, what is due, how far is read, the past of records."""
    return None if key.startswith((b"d", b"i|", b"l", b"m", b"p|", b"v|")) else key


def _quix_key(key: bytes) -> bytes:
    """The library puts the subject in front of the state's own key."""
    subject, kind, *record = key.split(b"|", 2)
    return b"|".join((kind, subject, *record))


CONTESTANTS: Mapping[str, Contestant] = {
    "creditbus_1": _creditbus(1),
    "creditbus_2": _creditbus(2),
    "kafka_streams_1": Contestant("Kafka Streams, 1 thread", _kafka_streams(1), _own_name, _two_tables),
    "kafka_streams_2": Contestant("Kafka Streams, 2 threads", _kafka_streams(2), _own_name, _two_tables),
    "quix_streams": Contestant(
        "Quix Streams",
        _quix,
        _own_name,
        lambda run: [f"changelog__{run.name}--{run.input}--default"],
        _quix_key,
    ),
    "faust": Contestant("stock Faust", _faust, _own_name, _two_tables),
}
