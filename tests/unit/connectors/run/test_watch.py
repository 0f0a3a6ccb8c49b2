"""A watched source: published when it changes; what may pass by itself is reported once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creditbus.connectors.errors import PublishError, RegistrationError
from creditbus.connectors.run.summary import RunSummary
from creditbus.connectors.run.watch import Cycle, StoppingReporter, watch
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.topics.connection import Connection

Write = Callable[..., Path]

_BUS = Connection("nowhere:1", "http://127.0.0.1", "", Path("home"))
_SUMMARY = RunSummary("lists", "run", 1, 1, 0, 0, 0, 1.0, complete=True)


def _cycles(file: Path, looks: list[Callable[[], object]], run: Callable[[], RunSummary]) -> list[Cycle]:
    steps: Iterator[Callable[[], object]] = iter(looks)

    def wait() -> bool:
        step = next(steps, None)
        if step is not None:
            step()
        return step is not None

    def publish(connector: Connector, connection: Connection) -> RunSummary:
        del connector, connection
        return run()

    return list(watch(load_connector(file), _BUS, wait, run=publish))


def test_an_unchanged_source_is_left_alone(write_connector: Write) -> None:
    file = write_connector("a,b\n1,2\n")
    looks: list[Callable[[], object]] = [lambda: None, lambda: write_connector("a,b\n1,3\n"), lambda: None]
    assert [cycle.summary for cycle in _cycles(file, looks, lambda: _SUMMARY)] == [_SUMMARY, _SUMMARY]


def test_a_broker_that_is_away_is_told_once_and_tried_at_every_look(write_connector: Write) -> None:
    answers: Iterator[RunSummary | Exception] = iter(
        [PublishError("Kafka", "away"), PublishError("Kafka", "away"), _SUMMARY]
    )

    def run() -> RunSummary:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cycles = _cycles(write_connector("a,b\n1,2\n"), [lambda: None, lambda: None], run)
    assert [cycle.error or "ran" for cycle in cycles] == ["Kafka: away", "ran"]


def test_a_bus_that_has_come_back_at_other_addresses_is_followed(write_connector: Write, tmp_path: Path) -> None:
    file = write_connector("a,b\n1,2\n")

    def at(port: int) -> None:
        addresses = {"bootstrap_servers": f"nowhere:{port}", "registry_url": "http://127.0.0.1"}
        (tmp_path / "endpoints.json").write_text(json.dumps(addresses), encoding="utf-8")

    at(1)
    bus = Connection.from_environment({"CREDITBUS_HOME": str(tmp_path)}, store=False)
    used: list[str] = []

    def publish(_: Connector, connection: Connection) -> RunSummary:
        used.append(connection.bootstrap_servers)
        if len(used) == 1:
            raise PublishError("Kafka", "away")
        return _SUMMARY

    waits: Iterator[Callable[[], object]] = iter([lambda: at(2), lambda: None])

    def wait() -> bool:
        step = next(waits, None)
        if step is not None:
            step()
        return step is not None

    cycles = list(watch(load_connector(file), bus, wait, run=publish))
    assert used == ["nowhere:1", "nowhere:2"]
    assert [cycle.error or cycle.summary or cycle.moved for cycle in cycles] == [
        "Kafka: away", Connection("nowhere:2", "http://127.0.0.1", "", tmp_path), _SUMMARY,
    ]  # fmt: skip


def test_what_does_not_pass_by_itself_ends_the_watch(write_connector: Write) -> None:
    def run() -> RunSummary:
        raise RegistrationError("topic", "does not exist")

    with pytest.raises(RegistrationError):
        _cycles(write_connector("a,b\n1,2\n"), [lambda: None], run)


def test_a_run_that_is_asked_to_stop_does_so_behind_a_transaction_and_ends_the_watch(write_connector: Write) -> None:
    asked: list[bool] = []

    def run() -> RunSummary:
        reporter = StoppingReporter(lambda: bool(asked))
        reporter.advance(1)
        asked.append(True)
        reporter.advance(1)
        raise AssertionError("it goes on")

    assert _cycles(write_connector("a,b\n1,2\n"), [lambda: None], run) == []
    assert asked == [True]
