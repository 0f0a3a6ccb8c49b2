"""Servers for one measurement, topics on them, and the stages that fit them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient
from measured import KEY, ON

from creditbus.deploy.bus import bus_schemas
from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.leash import attach
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.worker.bus import Bus, open_bus
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import Declarations, declarations
from creditbus.topics.plan import apply, plan

__all__ = ["Ground", "create", "opened", "servers"]

_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Running servers with the bus's topics and schemas on them.

    Attributes:
        connection: their addresses.
        declared: what their topics were made from.
        pids: their process ids by name.

    """

    connection: Connection
    declared: Declarations
    pids: Mapping[str, int]


@contextmanager
def servers(home: Path | None = None, declared: Declarations | None = None) -> Iterator[Ground]:
    """Start servers and make the bus's topics on them.

    Args:
        home: whose servers are used and left running; None: servers of their own, which leave nothing behind.
        declared: what the topics are made from; the package's own declarations when None.

    """
    wanted = declared or declarations()
    with ExitStack() as stack:
        folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="creditbus-bench-")))
        cluster = Cluster(folder, customary_ports=False)
        if home is None:
            leash = attach(cluster)
            stack.callback(leash.communicate, timeout=_STOP_SECONDS)
            stack.callback(cluster.stop)
        cluster.start()
        connection = cluster.connection()
        apply(connection, plan(connection, wanted, bus_schemas()))
        pids = {status.name: status.pid for status in cluster.status() if status.pid is not None}
        yield Ground(connection, wanted, pids)


def create(connection: Connection, topics: Sequence[str], lanes: int, **configs: str) -> None:
    """Make topics with `lanes` partitions each."""
    with admin(connection) as kafka:
        assert isinstance(kafka, KafkaAdminClient)  # noqa: S101 -- the admin of a connection is this client
        wanted = {"num_partitions": lanes, "replication_factor": 1, "configs": configs}
        kafka.create_topics(dict.fromkeys(topics, wanted), wait_for_metadata=True)


def opened(connection: Connection, declared: Declarations | None = None) -> Bus:
    """Return the stages with the schema ids of these servers."""
    settings = EngineSettings(bootstrap_servers=connection.bootstrap_servers)

    async def open_whole() -> Bus:
        bus = await open_bus(connection, declared or declarations(), settings, KEY, on=ON)
        for stage in bus.stages.values():
            if stage.late_schemas is not None:
                await stage.late_schemas.rest()
        return bus

    return asyncio.run(open_whole())
