"""Workers that die, freeze and come back: nothing lost, nothing doubled, everything as in an undisturbed run."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from creditbus.topics.connection import Connection
from tests.faults.conftest import SEED, MakeRun
from tests.harness.waiting import until
from tests.harness.wire import Observer
from tests.harness.workers import Worker


def test_killed_again_and_again(
    worker: Worker,
    make_run: MakeRun,
    expect_undisturbed: Callable[[], None],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    run = make_run(8)
    chance = random.Random(SEED)
    for _ in range(4):
        before, some = run.changes(), chance.randrange(1, 60)
        run.publish()
        until(lambda before=before, some=some: run.changes() >= before + some, f"{some} changes")  # type: ignore[misc]
        run.timed(worker.restart, "a kill")
    expect_undisturbed()
    record_testsuite_property("seconds_from_kill_to_output", [round(seconds, 2) for seconds in run.seconds])


def test_a_frozen_worker_is_replaced_and_harmless_when_it_wakes(
    bus: Connection, worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None], tmp_path: Path
) -> None:
    run = make_run(4)
    steps = run.steps()
    next(steps)
    with Worker(bus, tmp_path / "second.log", instance="slot-2") as second:
        second.expect(r"profiles/[\d-]+: acquired", 1)
        run.publish()
        worker.freeze()
        run.publish()
        until(lambda: second.says(r"profiles/0-15: acquired"), "it holds every lane")
        worker.resume()
        run.publish()
        expect_undisturbed()
        # the one that slept finds its lanes taken, or the group gone on without it; either way it takes part again
        until(lambda: worker.runs, "it goes on")


def test_workers_come_and_go_under_load(
    bus: Connection, worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None], tmp_path: Path
) -> None:
    run = make_run(4)
    for number in range(2):
        run.publish()
        with Worker(bus, tmp_path / f"guest-{number}.log", instance=f"guest-{number}") as guest:
            guest.expect(r"profiles/[\d-]+: acquired")
            run.publish()
    expect_undisturbed()
    assert worker.runs


def test_started_before_kafka_it_waits_and_then_works(
    bus: Connection, observer: Observer, make_run: MakeRun, expect_undisturbed: Callable[[], None], tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    cluster = request.getfixturevalue("cluster")
    assert not observer.of("ingest.")
    cluster.kill("kafka")
    with Worker(bus, tmp_path / "early.log") as early:
        try:
            early.expect("wait for kafka")
            until(lambda: early.metric("creditbus_stage_waiting", stage="intake", dependency="kafka"), "the metric")
        finally:
            cluster.restart("kafka")
        run = make_run(1)
        run.publish()
        expect_undisturbed()
        assert early.metric("creditbus_stage_waiting") == 0
