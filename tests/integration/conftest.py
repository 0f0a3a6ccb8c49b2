"""Real Kafka, registry and Redis for every integration test: one cluster a session, on ports of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from tests.harness.cluster import running_cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Running servers. A test that kills or stops one of them leaves it running again at its end."""
    with running_cluster(tmp_path_factory.mktemp("creditbus")) as servers:
        yield servers


@pytest.fixture(scope="session")
def bus(cluster: Cluster) -> Connection:
    """Addresses of the running servers, with all topics and schemas applied."""
    connection = cluster.connection()
    apply_bus(connection)
    return connection


@pytest.fixture
def environment(bus: Connection, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of the running bus, set as CREDITBUS_HOME for commands run in this process or below it."""
    for name in ("BOOTSTRAP_SERVERS", "REGISTRY_URL", "REDIS_URL"):
        monkeypatch.delenv(f"CREDITBUS_{name}", raising=False)
    monkeypatch.setenv("CREDITBUS_HOME", str(bus.home))
    return bus.home
