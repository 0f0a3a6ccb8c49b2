"""Servers of the suite that breaks them, and what an undisturbed run makes of its traffic."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from tests.harness.checker import check
from tests.harness.cluster import running_cluster, start_afresh
from tests.harness.disturbance import Run, outcome
from tests.harness.passages import WAYS, passages_of
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer, Wire
from tests.harness.workers import Worker

SEED, SUBJECTS = 20260101, 450

MakeRun = Callable[[int], Run]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Running servers. A test that ends one leaves it running again."""
    with running_cluster(tmp_path_factory.mktemp("faults")) as servers:
        yield servers


@pytest.fixture(scope="session")
def undisturbed(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What comes of the traffic when nothing happens."""
    bus = cluster.connection()
    start_afresh(bus)
    wire = Wire(bus)
    log = tmp_path_factory.mktemp("undisturbed") / "worker.log"
    with closing(Observer(wire)) as observer, Worker(bus, log):
        observer.open()
        wire.publish(Traffic(SEED, SUBJECTS).messages(wire))
        observer.settle()
        gone_and_come = passages_of(observer)
        assert min(gone_and_come[way] for way in WAYS) > 0, f"{gone_and_come} proves nothing of views"
        return outcome(observer, check(observer))


@pytest.fixture
def bus(cluster: Cluster, undisturbed: Any) -> Connection:  # noqa: ARG001 -- it runs first, on the same servers
    """The bus with empty topics."""
    connection = cluster.connection()
    start_afresh(connection)
    return connection


@pytest.fixture
def observer(bus: Connection) -> Iterator[Observer]:
    """Sees everything that is committed from the start of the test on."""
    with closing(Observer(Wire(bus))) as seen:
        seen.open()
        yield seen


@pytest.fixture
def make_run(observer: Observer) -> MakeRun:
    """Make a run of the undisturbed run's traffic, in the given number of slices."""
    return lambda slices: Run(observer, Traffic(SEED, SUBJECTS).messages(observer.wire), slices)


@pytest.fixture
def expect_undisturbed(observer: Observer, undisturbed: Any) -> Callable[[], None]:
    """Wait for the end of all work; then everything must be as if nothing had happened."""

    def expect() -> None:
        observer.settle()
        records, feeds = outcome(observer, check(observer))
        assert records == undisturbed[0]
        assert feeds == undisturbed[1]

    return expect


@pytest.fixture
def worker(bus: Connection, tmp_path: Path) -> Iterator[Worker]:
    """A running worker with all stages."""
    with Worker(bus, tmp_path / "worker.log") as running:
        yield running
