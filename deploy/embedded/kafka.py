"""Kafka brokers in KRaft mode, each also a controller."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.errors import ServerError
from creditbus.deploy.embedded.members import members
from creditbus.deploy.embedded.ports import HOST
from creditbus.deploy.embedded.programs import Programs
from creditbus.deploy.embedded.server import Server

__all__ = ["KafkaServer"]

_FORMAT_TIMEOUT_SECONDS = 120

# Ten years. Kafka forgets the offsets of a group seven days after its last member left; a stage that stood still
# longer would begin again at the start of its topics.
_OFFSETS_RETENTION_MINUTES = 10 * 365 * 24 * 60


class KafkaServer(Server):
    """One broker of a cluster.

    Internal topics get few partitions, so that a fresh cluster is ready fast, and as many replicas as there are
    brokers, up to three.

    Args:
        name: of the server.
        home: directory of all servers.
        node_id: of the broker and its controller, from 1.
        cluster_id: of the cluster.
        settings: of server.properties, where they are to differ.
    """

    port_names: ClassVar[Mapping[str, int]] = {"client": 9092, "controller": 9093}
    internal_ports: ClassVar[frozenset[str]] = frozenset({"controller"})
    stop_seconds = 30.0

    def __init__(self, name: str, home: Path, node_id: int, cluster_id: str, settings: Mapping[str, str | int]) -> None:
        super().__init__(name, home)
        self.node_id = node_id
        """Of the broker and its controller, from 1."""
        self._cluster_id = cluster_id
        self._different = settings
        self.peers: Sequence[KafkaServer] = (self,)
        """All brokers of the cluster, this one too; set before the first start."""

    def prepare(self, programs: Programs) -> None:
        """Write server.properties; format the storage when it is new.

        Raises:
            ServerError: the storage could not be formatted.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        self.config.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}" for key, value in {**self._settings(), **self._different}.items()]
        self._properties.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if not (self.data / "meta.properties").exists():
            self._format(programs)

    def command(self, programs: Programs) -> Sequence[str]:
        """A modest heap: the page cache does the work.

        A batch is a buffer of up to a megabyte: to G1, whose regions are as large, each is a region of its own, and
        getting and clearing them took the broker more time than its work.
        """
        return [
            *_java(programs, "768m"),
            "-Xms128m",
            "-XX:+UseParallelGC",
            "kafka.Kafka",
            str(self._properties),
        ]

    def healthy(self) -> bool:
        """The broker answers as a member of a cluster that has a controller, be it fenced or not."""
        return self.node_id in self._members(self.listening.local)

    def started(self) -> bool:
        """The broker knows every peer that runs, and as serving: a topic made now gets all its replicas.

        It is asked by the name that clients are given: brokers call themselves and each other by it.
        """
        serving = {node_id for node_id, fenced in self._members(self.listening.advertised).items() if not fenced}
        return serving.issuperset(peer.node_id for peer in self.peers if peer.process.pid is not None)

    @property
    def address(self) -> str:
        """Host and port for clients."""
        return f"{self.listening.advertised}:{self.ports['client']}"

    def _members(self, host: str) -> Mapping[int, bool]:
        """Brokers that this one knows, and whether each is fenced; none when it does not answer.

        A broker that has registered is fenced until it has caught up: clients do not learn of it before.
        """
        port = self.ports.get("client")
        return {} if port is None else members(port, host)

    @property
    def _properties(self) -> Path:
        return self.config / f"{self.name}.properties"

    def _settings(self) -> Mapping[str, str | int]:
        replicas = min(3, len(self.peers))
        in_sync = max(1, replicas - 1)
        return {
            "process.roles": "broker,controller",
            "node.id": self.node_id,
            "controller.quorum.voters": ",".join(
                f"{peer.node_id}@{HOST}:{peer.ports['controller']}" for peer in self.peers
            ),
            "listeners": f"PLAINTEXT://{self.listening.address}:{self.ports['client']},CONTROLLER://{HOST}:{self.ports['controller']}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self.data),
            "auto.create.topics.enable": "false",
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync,
            "offsets.topic.num.partitions": 8,
            "offsets.topic.replication.factor": replicas,
            "offsets.retention.minutes": _OFFSETS_RETENTION_MINUTES,
            "transaction.state.log.num.partitions": 8,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": in_sync,
            # A producer that died holds up read-committed readers until its transaction is timed out.
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
            # The next transaction of a producer waits this long when markers of its last one are still being written;
            # that takes about a millisecond, and Kafka's own value is 20 (docs/adr/0014-transaction-protocol.md).
            "add.partitions.to.txn.retry.backoff.ms": 1,
            # A broker that was killed and is started again first takes up what it led before, and loads the offsets of
            # the groups. It must be done with that before its old registration expires and it loads them once more:
            # Kafka takes the end of the first loading for that of the second (docs/adr/0013-kafka-version.md).
            "broker.session.timeout.ms": 9000,
            "offsets.topic.segment.bytes": 2 * 1024 * 1024,
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            # A log's first entry in an index is a page fault in a file of this size, and some file systems take time in
            # proportion to it: 1.5 ms for Kafka's own 10 MiB. A new topic of 64 partitions has 128 of them. One MiB is
            # enough for segments of 350 MB.
            "log.index.size.max.bytes": 1024 * 1024,
            "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
        }

    def _format(self, programs: Programs) -> None:
        command = [
            *_java(programs, "128m"),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            self._cluster_id,
            "--config",
            str(self._properties),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_FORMAT_TIMEOUT_SECONDS)
        if done.returncode != 0:
            said = ((done.stderr or done.stdout).strip().splitlines() or [""])[-1]
            raise ServerError(self.name, messages.NOT_FORMATTED(said=said), messages.ITS_STORAGE(data=self.data))


def _java(programs: Programs, heap: str) -> list[str]:
    return [
        str(programs.java),
        f"-Xmx{heap}",
        "-cp",
        f"{programs.kafka}/*",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
        "-Dorg.slf4j.simpleLogger.showThreadName=false",
    ]
