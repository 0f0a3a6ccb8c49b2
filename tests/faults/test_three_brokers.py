"""Three brokers, of which any one may be lost: leaders and coordinators move, nothing else."""

import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from tests.faults.conftest import SEED
from tests.harness.checker import check
from tests.harness.cluster import running_cluster
from tests.harness.disturbance import Run
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer, Wire
from tests.harness.workers import Worker

SUBJECTS = 300


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three running brokers with the topics of the bus."""
    with running_cluster(tmp_path_factory.mktemp("three"), brokers=3) as servers:
        apply_bus(servers.connection())
        yield servers


def test_brokers_are_lost_in_turn_under_load(three: Cluster, tmp_path_factory: pytest.TempPathFactory) -> None:
    bus = three.connection()
    wire = Wire(bus)
    log = tmp_path_factory.mktemp("workers") / "worker.log"
    with closing(Observer(wire)) as observer, Worker(bus, log) as worker:
        observer.open()
        run = Run(observer, Traffic(SEED, SUBJECTS).messages(wire), 5)
        run.publish()
        for name in random.Random(SEED).sample(("kafka-1", "kafka-2", "kafka-3"), 2):
            # half of a slice is under way when leaders and coordinators move
            run.timed(lambda name=name: three.kill(name), f"the loss of {name}")  # type: ignore[misc]
            three.restart(name)
            run.publish()
        observer.settle()
        truth = check(observer)
        assert len(truth.told) > SUBJECTS
        assert worker.runs
