"""Servers of the suites that run the whole bus, and the bus at work on them."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.services.cli import main as cli
from tests.harness.cluster import running_cluster, start_afresh
from tests.harness.wire import Observer, Wire
from tests.harness.workers import Worker

Say = Callable[..., Any]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Running servers that no other suite writes to."""
    with running_cluster(tmp_path_factory.mktemp("bus")) as servers:
        yield servers


@contextmanager
def watched_bus(cluster: Cluster) -> Iterator[Observer]:
    """Empty topics, no worker, and somebody who sees everything."""
    bus = cluster.connection()
    start_afresh(bus)
    with closing(Observer(Wire(bus))) as observer:
        observer.open()
        yield observer


@contextmanager
def working_bus(cluster: Cluster, folder: Path) -> Iterator[Observer]:
    """Empty topics, a worker with all stages, and somebody who sees everything."""
    with watched_bus(cluster) as observer, Worker(observer.wire.bus, folder / "worker.log"):
        yield observer


@pytest.fixture
def observer(cluster: Cluster) -> Iterator[Observer]:
    """Sees everything on empty topics; workers are the test's own."""
    with watched_bus(cluster) as seen:
        yield seen


@pytest.fixture(scope="module")
def live(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observer]:
    """A working bus for the tests of one module."""
    with working_bus(cluster, tmp_path_factory.mktemp("live")) as observer:
        yield observer


@pytest.fixture
def say(live: Observer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command in the department's folder and return what it prints as JSON; `code` is the exit code expected."""
    bus = live.wire.bus
    for name, value in bus.endpoints().items():
        monkeypatch.setenv(f"CREDITBUS_{name.upper()}", value)
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def say(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert cli.main([*words, "--json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return say
