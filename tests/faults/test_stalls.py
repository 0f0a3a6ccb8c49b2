"""Things that hang instead of ending: nobody is notified, only time shows it."""

from collections.abc import Callable

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from tests.faults.conftest import MakeRun
from tests.harness.broker import ends, frozen, open_transactions
from tests.harness.waiting import until
from tests.harness.workers import Worker

_SLICES = 60


def caught_in_a_transaction(bus: Connection, worker: Worker, publish: Callable[[], None]) -> bool:
    """Stop the worker as soon as it has written something; True when that is not committed yet."""
    before = ends(bus, "credit.")
    publish()
    until(lambda: ends(bus, "credit.") != before, "the worker writes")
    worker.freeze()
    if open_transactions(bus, "credit."):
        return True
    worker.resume()
    return False


def test_a_transaction_that_the_broker_ends_while_its_worker_sleeps(
    bus: Connection, worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    run = make_run(_SLICES)
    for _ in range(_SLICES // 2):
        if caught_in_a_transaction(bus, worker, run.publish):
            break
    else:
        pytest.fail("the worker was never stopped in a transaction")
    until(lambda: not open_transactions(bus, "credit."), "the broker has ended it")
    worker.resume()
    for _ in range(_SLICES):  # what is left of them
        run.publish()
    expect_undisturbed()


def test_a_broker_that_hangs_until_batches_are_given_up(
    cluster: Cluster, worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    run = make_run(3)
    next(run.steps())
    run.publish()
    with frozen(cluster, "kafka"):
        worker.expect("wait for kafka")
    run.publish()
    expect_undisturbed()
    assert worker.runs


def test_redis_that_hangs(
    cluster: Cluster, worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    run = make_run(3)
    next(run.steps())
    with frozen(cluster, "redis"):
        run.publish()
        worker.expect("wait for redis")
    run.publish()
    expect_undisturbed()
    assert worker.runs
