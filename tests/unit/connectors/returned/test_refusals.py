"""Rows of a staging table that the bus refused, marked there: those that were sent so and still stand so, no others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import fastavro
import pytest
from kafka import TopicPartition

from creditbus.avro_schemas import reject_schema
from creditbus.connectors.publish.encoder import ProducerRecord
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.returned import refusals
from creditbus.connectors.returned.resent import OpenRefusals
from creditbus.connectors.run import active_run, runner
from creditbus.connectors.run.runner import mark_decided, run_connector
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.framing import frame
from creditbus.topics.connection import Connection
from creditbus.topics.registry import UnknownSchemaError

_COLUMNS = (
    "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期"
)
_ROW = (
    "列入,经营异常名录,黑,法人及非法人组织,示例公司,91990106FC0090109B,示例局,11990100AU0000010W,"
    "示列〔2026〕7号,示例法,2026-03-03"
)
_REJECT, _OLDER, _OTHER = 7, 8, 9


class _Bus:
    """What of a bus a run meets: its topic's messages, the reject topic with a group's offset, the last progress."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sent: list[ProducerRecord] = []
        self.progress: Progress | None = None
        self.rejects: list[bytes | None] = []
        self.read = 0
        self.done: list[str] = []
        self.fails = False

    def refuse(self, message: ProducerRecord, run: str, reason: str = "DATE_FUTURE", **changes: Any) -> None:
        """Put a reject of row 7 on the topic."""
        fields = {
            "stage": "intake",
            "item": "red-black-list",
            "department": "credit-office",
            "run": run,
            "file": "lists",
            "sheet": "",
            "row": 7,
            "findings": [{"reason": reason, "field": "LRRQ", "proposed": None}],
            "cautions": [],
            "received_at": 0,
            "topic": "ingest.credit-office",
            "partition": 0,
            "offset": 0,
            "original": message.value,
            **changes,
        }
        self.rejects.append(frame(_REJECT) + _encoded(reject_schema(), fields))


def _encoded(schema: Any, fields: dict[str, Any]) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(dict(schema), named_schemas={}), fields)
    return out.getvalue()


class _Registry:
    def find(self, *_: object) -> int:
        return 1

    def schema(self, number: int) -> Any:
        if number == _REJECT:
            return reject_schema()
        if number == _OLDER:
            schema = dict(reject_schema())
            return schema | {"fields": [{"name": "note", "type": "string"}, *schema["fields"]]}
        if number == _OTHER:
            return {"type": "record", "name": "Other", "fields": [{"name": "text", "type": "string"}]}
        raise UnknownSchemaError(f"schema {number}", "is not there")


class _Publisher:
    def __init__(self, bus: _Bus) -> None:
        self._bus = bus

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.done.append("released")

    def fence(self) -> Progress | None:
        self._bus.done.append("fenced")
        return self._bus.progress

    def publish(self, messages: list[ProducerRecord], progress: Progress, _: Iterable[Any] = ()) -> None:
        self._bus.sent += messages
        self._bus.progress = progress
        if self._bus.fails:
            raise RuntimeError("power cut")


class _Consumer:
    def __init__(self, bus: _Bus) -> None:
        self._bus = bus
        self._at = bus.read
        bus.done.append("asked")

    def partitions_for_topic(self, _: str) -> set[int]:
        return {0}

    def assign(self, _: object) -> None: ...

    def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, len(self._bus.rejects))

    def position(self, _: object) -> int:
        return self._at

    def poll(self, **_: object) -> dict[int, list[Any]]:
        found = [SimpleNamespace(value=value) for value in self._bus.rejects[self._at :]]
        self._at = len(self._bus.rejects)
        return {0: found}

    def commit(self) -> None:
        self._bus.read = self._at

    def close(self) -> None: ...


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Bus:
    bus = _Bus(Connection("localhost:1", "http://localhost:1", "", tmp_path))

    monkeypatch.setattr(runner, "Publisher", lambda *_: _Publisher(bus))
    monkeypatch.setattr(runner, "SchemaRegistry", lambda _: _Registry())
    monkeypatch.setattr(refusals, "SchemaRegistry", lambda _: _Registry())
    monkeypatch.setattr(active_run, "open_refusals", lambda *_: OpenRefusals([]))
    monkeypatch.setattr(refusals, "_consumer", lambda *_: _Consumer(bus))
    return bus


@pytest.fixture
def table(tmp_path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(tmp_path / "front.db", isolation_level=None)
    base.execute(f"CREATE TABLE lists (id integer PRIMARY KEY, {_COLUMNS}, status DEFAULT 'new', why)")
    marks = ",".join("?" * 11)
    base.execute(f"INSERT INTO lists (id, {_COLUMNS}) VALUES (7, {marks})", _ROW.split(","))
    return base


@pytest.fixture
def connector(tmp_path: Path) -> Connector:
    settings = {"url": "sqlite:///front.db", "table": "lists", "key": ["id"], "mode": "staging", "status": "status"}
    settings |= {"refused": "refused", "reason": "why"}
    configuration = {"id": "front", "department": "credit-office", "item": "red-black-list", "kind": "sql"}
    file = tmp_path / "front.yaml"
    text = json.dumps(configuration | {"mapping": "red-black-lists", "settings": settings})
    file.write_text(text, encoding="utf-8")
    return load_connector(file)


def _stands(table: sqlite3.Connection) -> Any:
    return table.execute("SELECT status, why FROM lists WHERE id = 7").fetchone()


def test_a_row_that_is_accepted_when_it_is_sent_again_is_not_marked_by_its_first_refusal(
    bus: _Bus, connector: Connector, table: sqlite3.Connection
) -> None:
    first = run_connector(connector, bus.connection)
    bus.refuse(bus.sent[0], first.run_id)
    table.execute("UPDATE lists SET status = 'new'")
    second = run_connector(connector, bus.connection)
    assert (second.rows, second.marked, bus.read) == (1, 0, 1)
    assert _stands(table) == ("sent", None)
    assert run_connector(connector, bus.connection).marked == 0


def test_a_row_whose_process_died_before_it_was_settled_is_marked(
    bus: _Bus, connector: Connector, table: sqlite3.Connection
) -> None:
    bus.fails = True
    with pytest.raises(RuntimeError):
        run_connector(connector, bus.connection)
    bus.fails = False
    assert bus.progress is not None
    bus.refuse(bus.sent[0], bus.progress.run)
    assert run_connector(connector, bus.connection).marked == 1
    assert _stands(table)[0] == "refused"


def test_behind_a_wait_rows_are_settled_and_marked_under_the_fence(
    bus: _Bus, connector: Connector, table: sqlite3.Connection
) -> None:
    bus.fails = True  # another process, between its commit and its marking
    with pytest.raises(RuntimeError):
        run_connector(connector, bus.connection)
    assert bus.progress is not None
    bus.refuse(bus.sent[0], bus.progress.run)
    bus.done.clear()
    assert mark_decided(connector, bus.connection) == 1
    assert bus.done == ["fenced", "asked", "released"]
    assert _stands(table)[0] == "refused"


def test_a_reason_of_a_newer_bus_is_told_by_its_code(
    bus: _Bus, connector: Connector, table: sqlite3.Connection
) -> None:
    run = run_connector(connector, bus.connection).run_id
    bus.refuse(bus.sent[0], run, "OF_TOMORROW")
    assert mark_decided(connector, bus.connection) == 1
    assert _stands(table) == ("refused", "列入日期（LRRQ） [OF_TOMORROW]")


def test_a_reject_of_another_version_is_read_as_it_was_written_and_what_is_none_is_passed_over(
    bus: _Bus, connector: Connector, table: sqlite3.Connection
) -> None:
    run = run_connector(connector, bus.connection).run_id
    other = _encoded(_Registry().schema(_OTHER), {"text": "x"})
    bus.rejects += [
        None,
        b"",
        b"{}",
        b"no frame at all",
        frame(_OTHER) + other,
        frame(99) + b"x",
        frame(_REJECT) + b"x",
    ]
    bus.refuse(bus.sent[0], run)
    sound = bus.rejects.pop()
    assert sound is not None
    bus.rejects.append(frame(_OLDER) + b"\x08note" + sound[5:])
    assert mark_decided(connector, bus.connection) == 1
    assert bus.read == len(bus.rejects)
    assert _stands(table)[0] == "refused"
