"""A topic of another cluster onto a real bus: every record once, and deletes as proposed withdrawals."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fastavro
import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from creditbus.connectors.conformance import CASES, KIND_CASES
from creditbus.connectors.contract import Defect, Kind, Row, Source
from creditbus.connectors.errors import SourceError
from creditbus.connectors.kafka.kind import KIND
from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.withdraw.proposals import proposals
from creditbus.connectors.withdraw.withdrawals import withdraw
from creditbus.services.domain.framing import frame
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry
from tests.harness.published import headers_of, killed_runs, rows_of

_TOPIC = "ingest.tax-bureau"
_PARTITIONS = 3
_ROWS = 9000
_CODES = {1: "91990106FC0090109B", 2: "91990106FC0007002W"}
"""Codes that intake admits; rows with others are refused, and no record is left of them to withdraw."""


@dataclass
class Topic:
    """A topic of its own, and a producer for it."""

    name: str
    bus: Connection
    producer: Any
    folder: Path

    def send(self, *records: tuple[Any, Any], partition: int | None = None) -> None:
        for key, value in records:
            self.producer.send(self.name, _bytes(value), _bytes(key), partition=partition)
        self.producer.flush()

    def settings(self, **changes: Any) -> dict[str, Any]:
        return {"bootstrap_servers": self.bus.bootstrap_servers, "topic": self.name, **changes}

    def open(self, **changes: Any) -> Any:
        return KIND.open(KIND.settings.model_validate(self.settings(**changes), context={"folder": self.folder}))

    def connector(self, **changes: Any) -> Path:
        configuration = {
            "id": self.name,
            "department": "tax-bureau",
            "item": "tax-credit-grade",
            "kind": "kafka",
            "settings": self.settings(**changes),
            "mapping": "tax-grades",
        }
        file = self.folder / f"{self.name}.yaml"
        file.write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
        return file


def _bytes(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return json.dumps(value, ensure_ascii=False).encode()


@pytest.fixture
def topic(bus: Connection, tmp_path: Path) -> Iterator[Topic]:
    name = f"grades-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bus.bootstrap_servers)
    admin.create_topics([NewTopic(name, _PARTITIONS, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=bus.bootstrap_servers, linger_ms=5)
    yield Topic(name, bus, producer, tmp_path)
    producer.close()


def _grade(number: int, grade: str = "B") -> dict[str, object]:
    return {
        "纳税人识别号": _CODES.get(number, f"{number:018d}"),
        "纳税人名称": f"示例企业{number}",
        "评价年度": "2018",
        "信用等级": grade,
        "评价单位": "示例税务局",
        "评定时间": "2019-04-01",
        "有效期始": "2019-04-01",
        "有效期止": "2020-04-01",
    }


def _change(operation: str, number: int, grade: str = "B") -> dict[str, object]:
    row = _grade(number, grade)
    return {"before": None, "after": None if operation == "d" else row, "op": operation, "ts_ms": 1}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_source_keeps_the_contract(case: Callable[[Source], None], topic: Topic) -> None:
    for number in range(12):
        value = b'{"a": 1' if number % 5 == 4 else {"a": number, "b": {"c": "示例"}}
        topic.send((str(number), value), partition=number % 2)
    topic.send(("1", None), partition=1)
    case(topic.open(state="state"))


@pytest.mark.parametrize("case", KIND_CASES, ids=lambda case: case.__name__)
def test_kind_keeps_the_contract(case: Callable[[Kind], None]) -> None:
    case(KIND)


def test_killed_again_and_again_every_record_is_there_once(bus: Connection, topic: Topic) -> None:
    topic.send(*((str(number), _grade(number)) for number in range(1, _ROWS + 1)))
    file = topic.connector()
    killed_runs(bus, file, 3, seed=6)
    run_connector(file, bus)
    assert run_connector(file, bus).rows == 0
    seen = Counter(
        (header["origin"]["sheet"], header["origin"]["row"]) for header in headers_of(bus, _TOPIC, topic.name)
    )
    assert len(seen) == _ROWS
    assert set(seen.values()) == {1}
    topic.send(("1", _grade(1, "A")))
    assert run_connector(file, bus).rows == 1
    assert sum(rows_of(bus, _TOPIC, topic.name).values()) == _ROWS + 1


@pytest.mark.parametrize("envelope", ["none", "debezium"])
def test_a_delete_is_proposed_and_withdrawn_on_a_person_s_word(bus: Connection, topic: Topic, envelope: str) -> None:
    def said(number: int) -> dict[str, object]:
        return _change("c", number) if envelope == "debezium" else _grade(number)

    topic.send(*((str(number), said(number)) for number in (1, 2, 3)))
    connector = load_connector(topic.connector(envelope=envelope, state="state"))
    assert run_connector(connector, bus).published == 3
    assert proposals(connector, bus, date(2026, 1, 1)) == []
    gone = [("1", _change("d", 1)), ("1", None)] if envelope == "debezium" else [("1", None)]
    topic.send(*gone, ("2", None), ("2", said(2)))
    summary = run_connector(connector, bus)
    assert any("creditbus connector vanished" in remark for remark in summary.remarks)
    again = run_connector(connector, bus)
    assert (again.rows, again.remarks) == (0, ()), "the position is after the deletes"
    [found] = proposals(connector, bus, date(2026, 1, 1))
    assert found.subject_name == "示例企业1"
    assert len(withdraw(connector, bus, [found.key]).records) == 1
    assert proposals(connector, bus, date(2026, 1, 1)) == []
    topic.send(("1", said(1)))
    assert run_connector(connector, bus).published == 1
    assert proposals(connector, bus, date(2026, 1, 1)) == []


def test_a_transaction_that_is_not_committed_is_not_read(bus: Connection, topic: Topic) -> None:
    topic.send((None, {"a": 1}), partition=0)
    open_one = KafkaProducer(bootstrap_servers=bus.bootstrap_servers, transactional_id=topic.name)
    open_one.init_transactions()
    open_one.begin_transaction()
    open_one.send(topic.name, b'{"a": 2}', partition=0)
    open_one.flush()
    first = list(topic.open().read(None))
    assert [row.cells["a"] for row in first] == [1]
    open_one.abort_transaction()
    open_one.begin_transaction()
    open_one.send(topic.name, b'{"a": 3}', partition=0)
    open_one.flush()
    open_one.commit_transaction()
    open_one.close()
    assert [row.cells["a"] for row in topic.open().read(first[-1].position)] == [3]


_VALUE = {
    "type": "record",
    "name": "Value",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
        {"name": "day", "type": ["null", {"type": "int", "connect.name": "io.debezium.time.Date"}]},
        {"name": "at", "type": {"type": "long", "connect.name": "io.debezium.time.MicroTimestamp"}},
        {"name": "moment", "type": {"type": "string", "connect.name": "io.debezium.time.ZonedTimestamp"}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
    ],
}
_ENVELOPE = {
    "type": "record",
    "name": "Envelope",
    "namespace": "shop.penalties",
    "fields": [
        {"name": "before", "type": ["null", _VALUE]},
        {"name": "after", "type": ["null", "Value"]},
        {"name": "op", "type": "string"},
    ],
}
_CELLS = {
    "id": 1,
    "amount": Decimal("12.30"),
    "day": date(2025, 1, 2),
    "at": datetime(2025, 1, 2, 3, 4, 5),  # noqa: DTZ001 -- as the database had it: without a zone
    "moment": datetime(2025, 1, 2, tzinfo=ZoneInfo("Asia/Shanghai")),
    "tags": '["甲","乙"]',
}
_MICROSECONDS = int(datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()) * 1_000_000
_DAYS = (date(2025, 1, 2) - date(1970, 1, 1)).days


def test_avro_of_a_registry_in_envelopes_of_debezium_keeps_its_types(bus: Connection, topic: Topic) -> None:
    number = SchemaRegistry(bus.registry_url).register(f"{topic.name}-value", _ENVELOPE)
    row = {"id": 1, "amount": Decimal("12.30"), "day": _DAYS, "at": _MICROSECONDS, "tags": ["甲", "乙"]}
    out = BytesIO()
    after = row | {"moment": "2025-01-01T16:00:00Z"}
    fastavro.schemaless_writer(out, fastavro.parse_schema(_ENVELOPE), {"before": None, "after": after, "op": "r"})
    damaged = frame(number) + out.getvalue()[:-3]
    unknown = frame(number + 100_000) + out.getvalue()
    topic.send((b"\0key", frame(number) + out.getvalue()), (None, damaged), (None, b"{}"), partition=0)
    source = topic.open(format="avro", registry=bus.registry_url, envelope="debezium")
    rows = list(source.read(None))
    assert [type(one) for one in rows] == [Row, Defect, Defect]
    assert rows[0].cells == _CELLS
    assert rows[1].detail == f"offset 1: cannot be read by schema {number}"
    assert rows[2].detail == "offset 2: not Avro in the form of a registry"
    topic.send((None, unknown), partition=0)
    with pytest.raises(Exception, match="schema"):
        list(source.read(rows[-1].position))


def test_json_of_kafka_connect_with_schemas_keeps_its_types(topic: Topic) -> None:
    fields = [
        {"field": "id", "type": "int64"},
        {
            "field": "amount",
            "type": "bytes",
            "name": "org.apache.kafka.connect.data.Decimal",
            "parameters": {"scale": "2"},
        },
        {"field": "day", "type": "int32", "name": "io.debezium.time.Date"},
        {"field": "at", "type": "int64", "name": "io.debezium.time.MicroTimestamp"},
        {"field": "moment", "type": "string", "name": "io.debezium.time.ZonedTimestamp"},
        {"field": "tags", "type": "array"},
    ]
    schema = {"type": "struct", "fields": [{"field": "after", "type": "struct", "fields": fields}, {"field": "op"}]}
    after = {"id": 1, "amount": "BM4=", "day": _DAYS, "at": _MICROSECONDS, "moment": "2025-01-01T16:00:00Z"}
    payload = {"after": after | {"tags": ["甲", "乙"]}, "op": "u"}
    topic.send((None, {"schema": schema, "payload": payload}))
    [row] = topic.open(envelope="debezium").read(None)
    assert row.cells == _CELLS


def test_what_cannot_be_read_is_a_defect_and_what_is_not_there_is_one_line(topic: Topic) -> None:
    topic.send((None, b"\xff"), (None, [1]), (None, {"op": "x"}), (None, {"a": 1}), ("k", None), partition=0)
    topic.send((b"", None), (None, {"op": "t"}), (None, {"op": "m"}), partition=1)
    source = topic.open(envelope="debezium")
    assert [row.detail for row in source.read(None)] == [
        "offset 0: not utf-8 at byte 1",
        "offset 1: not an envelope of Debezium: it has no op",
        "offset 2: an op of Debezium that is not known: 'x'",
        "offset 3: not an envelope of Debezium: it has no op",
    ]
    assert list(source.remarks()) == [
        "1 delete not noted: set settings.state",
        "1 delete without a key: nobody can say of which row",
        "the table was emptied 1 time: no record is withdrawn for that",
    ]
    with pytest.raises(SourceError, match=r"there is no topic none-such.*check settings.topic"):
        list(topic.open(topic="none-such").read(None))
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:1/.*cannot be read: .*check settings.bootstrap_servers"):
        list(topic.open(bootstrap_servers="127.0.0.1:1", connect_seconds=1).read(None))
    with pytest.raises(SourceError, match="partition 0 ends at 5, and 9 was read: the topic was made again"):
        list(source.read({"0": 9}))


def test_records_that_expired_before_they_were_read_are_said(bus: Connection, topic: Topic) -> None:
    topic.send(*((None, {"a": number}) for number in range(5)), partition=0)
    source = topic.open()
    first = next(iter(source.read(None)))
    admin = KafkaAdminClient(bootstrap_servers=bus.bootstrap_servers)
    admin.delete_records({TopicPartition(topic.name, 0): 3})
    admin.close()
    assert [row.cells["a"] for row in source.read(first.position)] == [3, 4]
    [remark] = source.remarks()
    assert remark.startswith("2 records of partition 0 expired before they were read")
