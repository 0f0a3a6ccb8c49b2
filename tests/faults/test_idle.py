"""Time in which a worker cannot do anything: a limit that would pass in seventeen minutes, shortened."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from tests.faults.conftest import MakeRun
from tests.harness.broker import frozen
from tests.harness.waiting import until
from tests.harness.workers import Worker

_STAGES, _LANES = 4, 4
_POLL_SECONDS = 5.0


@pytest.fixture
def hurried(bus: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker whose membership of its groups ends after five seconds without a poll, where 1,000 are usual."""
    monkeypatch.setenv("BROKER_MAX_POLL_INTERVAL", str(_POLL_SECONDS))
    with Worker(bus, tmp_path / "worker.log") as running:
        until(lambda: running.metric("creditbus_lanes_ready") == _STAGES * _LANES, "all lanes are ready")
        yield running


def beyond_the_limit() -> None:
    """Wait until a limit that started before has passed twice."""
    end = time.monotonic() + 2 * _POLL_SECONDS
    until(lambda: time.monotonic() > end, "the limit has passed")


def test_a_worker_that_waits_for_redis_for_long_stays_a_member(
    cluster: Cluster, hurried: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    run = make_run(2)
    next(run.steps())
    with frozen(cluster, "redis"):
        run.publish()
        hurried.expect("wait for redis")
        beyond_the_limit()
    run.publish()
    expect_undisturbed()
    assert hurried.stop() == 0
    assert not hurried.says("Traceback")
