"""Topics that are not as a stage left them: emptied by retention, created again, without a record."""

from collections.abc import Callable
from pathlib import Path

from creditbus.topics.connection import Connection
from tests.faults.conftest import MakeRun
from tests.harness.broker import delete_group, delete_records, ends, recreate
from tests.harness.traffic import party, penalty
from tests.harness.waiting import until
from tests.harness.wire import Message, Observer, Place, partition_of
from tests.harness.workers import Worker


def test_partitions_without_records_hold_nothing_up(
    worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    run = make_run(1)
    first = [message for message in run.messages if partition_of(message.key, 4) == 2]
    run.observer.wire.publish(first)
    until(lambda: run.changes() > 0, "changes from one partition alone")
    worker.restart()
    run.observer.settle()
    run.messages = [message for message in run.messages if partition_of(message.key, 4) != 2]
    run.publish()
    expect_undisturbed()


def test_groups_that_lost_what_they_read_have_nothing_read_twice(
    bus: Connection, worker: Worker, make_run: MakeRun, expect_undisturbed: Callable[[], None]
) -> None:
    """A broker may forget the offsets of a group (docs/adr/0024); each lane knows by itself how far it was."""
    run = make_run(2)
    run.publish()
    run.observer.settle()
    worker.kill()
    for stage in ("intake", "resolver", "profiles", "fanout"):
        delete_group(bus, f"creditbus-{stage}")
    worker.start()
    for stage in ("intake", "resolver", "profiles", "fanout"):
        worker.expect(rf"{stage}/\d: the group has lost how far (credit|ingest)\.[\w-]+ was read: it says nothing")
    run.publish()
    expect_undisturbed()


def test_records_that_expired_unread_are_named_and_the_rest_goes_on(
    bus: Connection, observer: Observer, tmp_path: Path
) -> None:
    one = party(77_000_001)
    item = "administrative-penalty"
    messages = [
        Message(
            "ingest.administrative-enforcement", b"one key", observer.wire.encode(item, penalty(one, number, "0.5"))
        )
        for number in range(60)
    ]
    place = Place("ingest.administrative-enforcement", partition_of(b"one key", 4))
    with Worker(bus, tmp_path / "worker.log") as worker:
        observer.wire.publish(messages[:20])
        until(lambda: observer.totals()["received"] == 20, "the first are received")
        until(lambda: observer.committed("intake", [place])[place] >= 20, "and committed as read")
        worker.kill()
        observer.wire.publish(messages[20:50])
        delete_records(bus, {place: ends(bus, place.topic)[place] - 10})
        worker.start()
        worker.expect(rf"intake/{place.partition}: {place.topic} lost at most 20 records to retention")
        observer.wire.publish(messages[50:])
        until(lambda: observer.totals()["parked"] == 40, "what was still there waits for its subject's registration")
        assert observer.totals()["received"] == 40


def test_a_topic_that_is_created_again_and_grows_longer_is_read_from_its_start(
    bus: Connection, observer: Observer, tmp_path: Path
) -> None:
    """How far the lane had read the one before says nothing of it."""
    garbage = [Message("ingest.court", b"key", b"\xffnot in the wire format") for _ in range(15)]
    with Worker(bus, tmp_path / "worker.log") as worker:
        observer.wire.publish(garbage[:9])
        until(lambda: observer.totals()["rejected"] == 9, "the first are refused")
        worker.kill()
        recreate(bus, "ingest.court")
        observer.wire.publish(garbage)
        worker.start()
        until(lambda: observer.totals()["rejected"] == 24, "all of the new topic, too")


def test_a_topic_that_is_created_again_under_a_running_worker_is_read_from_its_start(
    bus: Connection, observer: Observer, worker: Worker
) -> None:
    garbage = [Message("ingest.court", b"key", b"\xffnot in the wire format") for _ in range(9)]
    observer.wire.publish(garbage)
    until(lambda: observer.totals()["rejected"] == 9, "the first are refused")
    recreate(bus, "ingest.court")
    observer.wire.publish(garbage[:4])
    until(lambda: observer.totals()["rejected"] == 13, "those of the new topic, too")
    assert worker.runs
