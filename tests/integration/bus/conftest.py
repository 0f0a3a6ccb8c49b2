"""Servers of the suites that run the whole bus, and the bus at work on them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from creditbus.deploy.embedded import Cluster
from tests.harness.cluster import running_cluster, start_afresh
from tests.harness.wire import Observer, Wire
from tests.harness.workers import Worker


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Running servers that no other suite writes to."""
    with running_cluster(tmp_path_factory.mktemp("bus")) as servers:
        yield servers


@contextmanager
def working_bus(cluster: Cluster, folder: Path) -> Iterator[Observer]:
    """Empty topics, a worker with all stages, and somebody who sees everything."""
    bus = cluster.connection()
    start_afresh(bus)
    with closing(Observer(Wire(bus))) as observer, Worker(bus, folder / "worker.log"):
        observer.open()
        yield observer


@pytest.fixture(scope="module")
def live(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observer]:
    """A working bus for the tests of one module."""
    with working_bus(cluster, tmp_path_factory.mktemp("live")) as observer:
        yield observer
