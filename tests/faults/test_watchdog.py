"""A stage that stands still for a reason that nobody knows: its worker ends and another takes its place."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creditbus.topics.connection import Connection
from tests.faults.conftest import MakeRun
from tests.harness.waiting import until
from tests.harness.workers import Worker

_STALL_SECONDS = 6
_LANES = 16
#: Once for real: consumers that never tell their groups that they are at work.
_BROKEN = """
import sys
from creditbus.services.cli.main import main
from creditbus.services.engine.consume.fetcher import StageFetcher
StageFetcher.polled = lambda self: None
sys.exit(main(sys.argv[1:]))
"""
_HANGING = """
import sys, time
from creditbus.services.cli.main import main
from creditbus.services.engine.run.pipeline import Pipeline
Pipeline._take = lambda self: time.sleep(3600)
sys.exit(main(sys.argv[1:]))
"""


class Supervised(Worker):
    """A worker under its supervisor, in which something is broken."""

    def __init__(self, bus: Connection, log: Path, program: str) -> None:
        super().__init__(bus, log)
        options = [f"--stall-seconds={_STALL_SECONDS}", f"--metrics-port={self.port}"]
        self._command = [sys.executable, "-c", program, "worker", *options]


@pytest.fixture
def broken(bus: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setenv("BROKER_MAX_POLL_INTERVAL", "5")
    with Supervised(bus, tmp_path / "worker.log", _BROKEN) as running:
        yield running


def test_a_worker_whose_membership_ends_is_replaced_and_nothing_is_lost(
    broken: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    run = make_run(3)
    next(run.steps())
    broken.expect(r"CRITICAL .*has stood still for 6 s and nothing that it needs is away: it is no member of its")
    broken.expect(r"ended with 71; starting it again")
    run.publish()
    until(lambda: broken.metric("creditbus_worker_restarts_total", cause="stalled") >= 1, "the metric tells of it")
    run.publish()
    expect_undisturbed()
    assert not broken.says("Traceback")


def test_a_worker_whose_loop_hangs_is_replaced(bus: Connection, tmp_path: Path, make_run: MakeRun) -> None:
    run = make_run(2)
    worker = Supervised(bus, tmp_path / "worker.log", _HANGING)
    with worker:
        until(lambda: worker.metric("creditbus_lanes_ready") == _LANES, "all lanes are ready")
        run.publish()
        worker.expect(r"the event loop has not turned for 6 s; ending this worker")
        worker.expect(r"in <lambda>")
        worker.expect(r"ended with 71; starting it again")
