"""What a worker shows of lanes that stand: what gathers before them, and what they wait for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.deploy.embedded import Cluster
from tests.harness.traffic import Traffic
from tests.harness.waiting import until
from tests.harness.wire import STAGES, Observer
from tests.harness.workers import Worker

LAG, WAITING, READY = "creditbus_lane_lag_records", "creditbus_stage_waiting", "creditbus_lanes_ready"
SUBJECTS = 30


@pytest.fixture
def worker(cluster: Cluster, observer: Observer, tmp_path: Path) -> Iterator[Worker]:
    with Worker(cluster.connection(), tmp_path / "worker.log") as running:
        until(lambda: running.metric(READY) == len(STAGES) * observer.partitions, "every lane is ready")
        yield running


def shows_what_waits(worker: Worker, observer: Observer) -> bool:
    """Whether every stage shows at least what it has not read, of which there is some.

    Which stages have some is chance: a batch of intake in which one event asks Redis waits whole.
    """
    observer.poll()
    unread = {stage: observer.unread(stage) for stage in STAGES}
    return any(unread.values()) and all(worker.metric(LAG, stage=stage) >= count for stage, count in unread.items())


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
        until(lambda: shows_what_waits(worker, observer), "the backlog of lanes that wait")
        worker.restart()
        until(lambda: shows_what_waits(worker, observer), "that of a worker just started")
    finally:
        cluster.restart("redis")
    observer.settle()
    expect_no_backlog(worker)


def test_lanes_with_nothing_to_do_show_that_kafka_is_away(cluster: Cluster, observer: Observer, worker: Worker) -> None:
    cluster.kill("kafka")
    try:
        until(
            lambda: worker.metric(WAITING, dependency="kafka") == len(STAGES) * observer.partitions, "every lane waits"
        )
    finally:
        cluster.restart("kafka")
    until(lambda: worker.metric(WAITING, dependency="kafka") == 0, "no lane waits")
    worker.expect("kafka is back", len(STAGES))
    assert not worker.says("wait for kafka", len(STAGES) + 1)
    observer.wire.publish(Traffic(2, SUBJECTS).messages(observer.wire))
    observer.settle()
    expect_no_backlog(worker)
