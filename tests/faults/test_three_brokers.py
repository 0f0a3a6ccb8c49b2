"""Three brokers, of which any one may be lost: leaders and coordinators move, nothing else."""

import random
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from creditbus.connectors.publish.latest import read_latest
from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.topics.names import POSITIONS
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


def test_a_connector_loses_its_coordinator_before_every_transaction(three: Cluster) -> None:
    servers = three.connection().bootstrap_servers
    keys = [f"transaction-{number}".encode() for number in range(4)]
    with Publisher(servers, "loses-its-coordinator", "ingest.tax-bureau") as publisher:
        publisher.fence()
        for key in keys:
            coordinator = publisher._producer._transaction_manager._transaction_coordinator
            broker = coordinator.replace("coordinator", "kafka")
            three.kill(broker)
            committing = threading.Thread(target=publisher.commit, args=([], [Beside(POSITIONS, key, b"{}")]))
            committing.daemon = True  # one that forgets its request waits without end
            committing.start()
            committing.join(90)
            three.restart(broker)
            assert not committing.is_alive()
    assert read_latest(servers, POSITIONS).keys() >= set(keys)
