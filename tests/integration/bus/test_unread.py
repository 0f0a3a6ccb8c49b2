"""The ledger knows what was published and not read: it waits for a stage that stands still, or was cut unread."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs leave it out
from kafka import KafkaProducer

from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.setup.configuration import load_connector
from creditbus.services.cli import main as cli
from creditbus.services.query.reach import read_reaches
from tests.harness.broker import delete_group, delete_records, ends, recreate
from tests.harness.traffic import party
from tests.harness.waiting import until
from tests.harness.wire import Message, Observer
from tests.harness.workers import Worker

READY = "creditbus_lanes_ready"
LOST = "creditbus_expired_unread_offsets_total"
TOPIC = "ingest.market-supervision"
HEADER = "企业名称,统一社会信用代码,法定代表人,登记状态,登记机关,核准日期,注册地址"

Ask = Callable[[int], Any]
Publish = Callable[[int, int], str]


@pytest.fixture
def ask(observer: Observer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run `creditbus ledger --json`, and expect its exit code."""
    for name, value in observer.wire.bus.endpoints().items():
        monkeypatch.setenv(f"CREDITBUS_{name.upper()}", value)

    def ask(code: int) -> Any:
        capsys.readouterr()
        answered = cli.main(["ledger", "--json"])
        told = capsys.readouterr()
        assert answered == code, told.out + told.err
        return json.loads(told.out)

    return ask


@pytest.fixture
def publish(observer: Observer, tmp_path: Path) -> Publish:
    """Publish the registrations of some parties by a connector; return the run."""

    def publish(first: int, count: int) -> str:
        parties = [party(88_000_000 + number) for number in range(first, first + count)]
        rows = [f"{one.name},{one.code},甲,存续,虚构局,2020-05-06,示例市武昌区示例大道1号" for one in parties]
        (tmp_path / f"{first}.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        configuration = {
            "id": f"register-{first}",
            "department": "market-supervision",
            "item": "enterprise-registration",
            "kind": "csv",
            "settings": {"path": f"{first}.csv"},
            "mapping": "registration",
        }
        file = tmp_path / f"{first}.yaml"
        file.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")
        summary = run_connector(load_connector(file), observer.wire.bus)
        assert summary.published == count
        return summary.run_id

    return publish


def ready(worker: Worker, stages: int = 4) -> None:
    until(lambda: worker.metric(READY) == stages * 4, "every lane is ready")


def waits(told: Any) -> dict[str, tuple[int, bool]]:
    return {stage["stage"]: (stage["records"], stage["exact"]) for stage in told["stages"] if stage["records"]}


def booked(observer: Observer) -> tuple[int, int]:
    totals = observer.totals()
    return totals["expired_unread"], totals["topic_recreated"]


def cut(observer: Observer, topic: str) -> None:
    """Delete all records of a topic, as retention does."""
    delete_records(observer.wire.bus, ends(observer.wire.bus, topic))


def test_unread_records_are_told_and_those_that_expire_are_booked_once_through_kills(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    with Worker(observer.wire.bus, tmp_path / "worker.log") as worker:
        publish(0, 12)
        observer.settle()
        assert ask(0)["departments"]["market-supervision"]["published"] == 12
        worker.kill()
        run = publish(100, 28)

        told = ask(1)
        assert waits(told) == {"intake": (28, True)}
        department = told["departments"]["market-supervision"]
        assert (department["published"], department["received"], department["balanced"]) == (40, 12, False)
        assert told["runs_not_received"] == [
            {"department": "market-supervision", "run": run, "published": 28, "received": 0}
        ]

        # nobody has booked it yet, and it is reported all the same
        cut(observer, TOPIC)
        assert ask(1)["expired_unread"][0] | {"offsets": 0} == {
            "topic": TOPIC,
            "offsets": 0,
            "recreated_partitions": 0,
            "records": 28,
            "exact": True,
            "accepted": None,
        }
        for _ in range(2):
            worker.start()
            until(lambda: booked(observer)[0] > 0 or worker.metric(READY) > 0, "it is on its way")
            worker.kill()
        worker.start()
        ready(worker)
        once = booked(observer)[0]
        assert 28 <= once <= 28 + 8  # a mark of a transaction in each partition, and of the one before
        told = ask(1)
        assert (told["expired_unread"][0]["records"], told["expired_unread"][0]["exact"]) == (28, True)
        assert (told["expired_unread"][0]["offsets"], waits(told)) == (once, {})
        worker.restart()
        ready(worker)
        assert booked(observer)[0] == once
        assert (
            cli.main(["ledger", "--accept-loss", TOPIC]) == cli.main(["ledger", "--accept-loss", "credit.events"]) == 2
        )
        assert cli.main(["ledger", "--accept-loss", TOPIC, "--reason", "the file was sent again"]) == 0
        assert ask(0)["expired_unread"][0]["accepted"] == "the file was sent again"
        assert worker.says(rf"intake/\d: {TOPIC} lost at most \d+ records to retention")
        assert told["departments"]["market-supervision"]["published"] == 40


def test_a_stage_that_stands_is_named_with_what_waits_for_it(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    bus = observer.wire.bus
    publish(0, 10)
    assert waits(ask(1)) == {"intake": (10, True)}
    with Worker(bus, tmp_path / "worker.log", "--stage", "intake", "--stage", "resolver", instance="one"):
        until(lambda: observer.totals()["received"] == 10, "intake has read")
        until(lambda: waits(ask(1)) == {"profiles": (10, True)}, "profiles is named")
    with Worker(bus, tmp_path / "worker.log", "--stage", "profiles", instance="two"):
        until(lambda: observer.totals()["applied"] == 10, "profiles has read")
        # every event has its outcome, and no subscriber has it
        until(lambda: set(waits(ask(1))) == {"fanout"}, "fanout is named")
    cut(observer, "credit.changes")
    with Worker(bus, tmp_path / "worker.log") as worker:
        ready(worker)
        (loss,) = ask(1)["expired_unread"]
        assert (loss["topic"], loss["exact"]) == ("credit.changes", False)
        assert loss["records"] >= 10
        assert worker.metric(LOST, stage="fanout") == loss["records"]


def test_what_is_cut_under_a_stage_that_runs_is_booked_before_the_next_record(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    with Worker(observer.wire.bus, tmp_path / "worker.log") as worker:
        publish(0, 5)
        observer.settle()
        worker.freeze()
        publish(100, 7)
        cut(observer, TOPIC)
        worker.resume()
        until(lambda: booked(observer)[0] >= 7, "it is booked")
        ready(worker)
        (loss,) = ask(1)["expired_unread"]
        assert (loss["records"], loss["exact"]) == (7, True)


def test_marks_of_transactions_that_are_cut_are_no_loss(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    with Worker(observer.wire.bus, tmp_path / "worker.log") as worker:
        publish(0, 10)
        observer.settle()
        topics = (TOPIC, "credit.events", "credit.changes")
        reached = {place: end for topic in topics for place, end in ends(observer.wire.bus, topic).items() if end}
        stages = {TOPIC: "intake", "credit.events": "profiles", "credit.changes": "fanout"}
        until(
            lambda: all(
                observer.committed(stages[place.topic], [place])[place] == end for place, end in reached.items()
            ),
            "the positions behind the marks are committed, though no record follows",
        )
        worker.kill()
        for topic in topics:
            cut(observer, topic)
        worker.start()
        ready(worker)
        assert booked(observer) == (0, 0)
        ask(0)


def test_a_bus_that_was_off_for_so_long_that_kafka_forgot_its_groups_still_balances(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    with Worker(observer.wire.bus, tmp_path / "worker.log") as worker:
        publish(0, 10)
        observer.settle()
        worker.kill()
    for stage in ("intake", "resolver", "profiles", "fanout"):
        delete_group(observer.wire.bus, f"creditbus-{stage}")
    told = ask(0)
    assert told["departments"]["market-supervision"]["published"] == 10
    assert [stage["workers"] for stage in told["stages"]] == [0] * 4
    publish(100, 2)
    assert waits(ask(1)) == {"intake": (2, True)}


def test_a_topic_that_was_created_again_is_no_silence(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    with Worker(observer.wire.bus, tmp_path / "worker.log") as worker:
        publish(0, 10)
        observer.settle()
        worker.kill()
        publish(100, 3)
        recreate(observer.wire.bus, TOPIC)
        publish(200, 2)
        worker.start()
        until(lambda: observer.totals()["received"] == 12, "the new topic is read")
        ready(worker)
        until(lambda: not waits(ask(1)), "nothing waits")
        (loss,) = ask(1)["expired_unread"]
        assert (loss["records"], loss["exact"], loss["recreated_partitions"]) == (3, True, 4)
        worker.restart()
        ready(worker)
        assert booked(observer)[1] == 4


def test_what_is_published_for_a_department_that_no_worker_knows_waits(
    observer: Observer, ask: Ask, tmp_path: Path
) -> None:
    bus = observer.wire.bus
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    admin.create_topics([NewTopic("ingest.nobody", 4, 1)])["ingest.nobody"].result()
    try:
        with Worker(bus, tmp_path / "worker.log") as worker:
            ready(worker)
            observer.wire.publish([Message("ingest.nobody", b"key", b"value")] * 3)
            told = ask(1)
            assert waits(told) == {"intake": (3, True)}
            assert told["stages"][0]["topics"][0]["read_by_a_worker"] is False
            assert told["departments"]["nobody"]["published"] == 3
    finally:
        admin.delete_topics(["ingest.nobody"], operation_timeout=30)["ingest.nobody"].result()


def test_what_a_transaction_under_way_hides_keeps_it_from_being_called_balanced(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path
) -> None:
    bus = observer.wire.bus
    with Worker(bus, tmp_path / "worker.log"):
        publish(0, 3)
        observer.settle()
        until(lambda: ask(0)["balanced"], "balanced")
        dying = KafkaProducer(bootstrap_servers=bus.bootstrap_servers, transactional_id="dying")
        dying.init_transactions()
        dying.begin_transaction()
        for number in range(4):
            dying.send(TOPIC, b"never committed", b"key", partition=number)
        dying.flush()
        publish(100, 5)
        told = ask(1)
        assert waits(told)["intake"][1] is False
        assert waits(told)["intake"][0] >= 5 + 4
        dying.abort_transaction()
        dying.close()
        observer.settle()
        until(lambda: not waits(ask(0)), "all of it is read, and what was aborted is nothing")


def test_who_waits_for_outcomes_is_told_that_no_worker_runs_and_what_waits_where(
    observer: Observer, ask: Ask, publish: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    until(
        lambda: not any(stage.members for stage in read_reaches(observer.wire.bus)),
        "no worker of another test is a member any more",
    )
    publish(0, 6)
    assert waits(ask(1)) == {"intake": (6, True)}
    (tmp_path / "0.csv").rename(tmp_path / "other.csv")
    run = ("connector", "run", "register-0", "--folder", str(tmp_path), "--wait", "--wait-seconds")
    (tmp_path / "register-0.yaml").write_text((tmp_path / "0.yaml").read_text("utf-8").replace("0.csv", "other.csv"))
    capsys.readouterr()
    assert cli.main([*run, "0.5"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("no worker runs intake, resolver, profiles, fanout: rows wait until one does\n")
    assert f"intake: 6 records of {TOPIC} unread" in told.err
    assert "no worker runs intake" in told.out
    with Worker(observer.wire.bus, tmp_path / "worker.log") as worker:
        ready(worker)
        assert cli.main([*run, "60", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["outcomes"]
        assert (found["settled"], found["applied"], found["stages"]) == (True, 6, [])
