"""What a worker shows of lanes that stand: what gathers before them, and what they wait for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.deploy.embedded import Cluster
from tests.harness.traffic import Traffic
from tests.harness.waiting import until
from tests.harness.wire import Observer
from tests.harness.workers import Worker

LAG, WAITING, READY = "creditbus_lane_lag_records", "creditbus_stage_waiting", "creditbus_lanes_ready"
STAGES = 4
SUBJECTS = 30


@pytest.fixture
def worker(cluster: Cluster, observer: Observer, tmp_path: Path) -> Iterator[Worker]:
    with Worker(cluster.connection(), tmp_path / "worker.log") as running:
        until(lambda: running.metric(READY) == STAGES * observer.partitions, "every lane is ready")
        yield running


def unread(observer: Observer) -> int:
    """How many events profiles has not committed as read."""
    observer.poll()
    places = [place for place in observer.records if place.topic == "credit.events"]
    committed = observer.committed("profiles", places)
    return sum(record.offset >= committed[place] for place in places for record in observer.records[place])


def expect_no_backlog(worker: Worker) -> None:
    """Every lane says that it is through, markers or not."""
    until(lambda: worker.metric(LAG) == 0 and worker.metric(READY) > 0, "nothing waits")


def test_what_waits_for_a_lane_is_shown_while_redis_is_away(
    cluster: Cluster, observer: Observer, worker: Worker
) -> None:
    messages = Traffic(1, SUBJECTS).messages(observer.wire)
    half = len(messages) // 2
    observer.wire.publish(messages[:half])
    observer.settle()
    expect_no_backlog(worker)
    cluster.kill("redis")
    try:
        observer.wire.publish(messages[half:])
        until(lambda: worker.metric(WAITING, stage="profiles", dependency="redis") == observer.partitions, "every lane")
        until(lambda: worker.metric(LAG, stage="profiles") >= unread(observer) > 0, "the backlog of lanes that wait")
        worker.restart()
        until(lambda: worker.metric(LAG, stage="profiles") >= unread(observer) > 0, "that of a worker just started")
    finally:
        cluster.restart("redis")
    observer.settle()
    expect_no_backlog(worker)


def test_lanes_with_nothing_to_do_show_that_kafka_is_away(cluster: Cluster, observer: Observer, worker: Worker) -> None:
    cluster.kill("kafka")
    try:
        until(lambda: worker.metric(WAITING, dependency="kafka") == STAGES * observer.partitions, "every lane waits")
    finally:
        cluster.restart("kafka")
    until(lambda: worker.metric(WAITING, dependency="kafka") == 0, "no lane waits")
    worker.expect("kafka is back", STAGES)
    assert not worker.says("wait for kafka", STAGES + 1)
    observer.wire.publish(Traffic(2, SUBJECTS).messages(observer.wire))
    observer.settle()
    expect_no_backlog(worker)
