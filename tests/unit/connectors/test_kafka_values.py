"""Values of topics that Python has no moment or number for: none stops a connector, none becomes another value."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from creditbus.connectors.kafka.decoding import ValueDecoder
from creditbus.connectors.kafka.settings import KafkaSettings

_DECIMAL = "org.apache.kafka.connect.data.Decimal"


def _decode(value: bytes, zone: str = "Asia/Shanghai") -> Any:
    settings = KafkaSettings.model_validate({"bootstrap_servers": "a:9092", "topic": "t", "time_zone": zone})
    return ValueDecoder(settings)(value)


def _with_schema(name: str, value: Any, **more: Any) -> bytes:
    field = {"field": "a", "type": "int64", "name": name, **more}
    return json.dumps({"schema": {"type": "struct", "fields": [field]}, "payload": {"a": value}}).encode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("io.debezium.time.MicroTimestamp", 2**63 - 1),
        ("io.debezium.time.MicroTimestamp", -(2**63)),
        ("io.debezium.time.Timestamp", 2**62),
        ("io.debezium.time.Timestamp", -62_135_596_800_001),
        ("org.apache.kafka.connect.data.Timestamp", 253_402_300_800_000),
        ("io.debezium.time.Date", 2**31 - 1),
        ("io.debezium.time.Date", -(2**31)),
        ("org.apache.kafka.connect.data.Date", 20_250_101),
        ("org.apache.kafka.connect.data.Date", 10**30),
    ],
)
def test_a_number_of_no_year_passes_as_a_text_that_is_no_date(name: str, value: int) -> None:
    assert _decode(_with_schema(name, value)) == {"a": f"{value:+d}"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("io.debezium.time.Timestamp", 253_402_300_799_999, datetime(9999, 12, 31, 23, 59, 59, 999_000)),  # noqa: DTZ001 -- it has no zone
        ("io.debezium.time.Date", 2_932_896, date(9999, 12, 31)),
        ("io.debezium.time.Date", -719_162, date(1, 1, 1)),
    ],
)
def test_the_first_and_the_last_are_moments_and_days(name: str, value: int, expected: date) -> None:
    assert _decode(_with_schema(name, value)) == {"a": expected}


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("Asia/Shanghai", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
        ("America/New_York", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
        ("Asia/Shanghai", "infinity", "infinity"),
        ("Asia/Shanghai", "+294247-01-10T04:00:54.775807Z", "+294247-01-10T04:00:54.775807Z"),
    ],
)
def test_a_text_that_is_no_moment_in_the_zone_passes_as_a_text(zone: str, text: str, expected: str) -> None:
    assert _decode(_with_schema("io.debezium.time.ZonedTimestamp", text), zone) == {"a": expected}


@pytest.mark.parametrize("text", ["!!", "12.50", "", "MTI", "条", "MTI=\n!"])
def test_a_decimal_that_is_not_written_as_one_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(ValueError, match=r"^'a' is not a number as Decimal of Kafka Connect writes it$"):
        _decode(_with_schema(_DECIMAL, text, parameters={"scale": "2"}))


@pytest.mark.parametrize("scale", ["x", "999999999", "-99999999999999999999999", None, [1]])
def test_a_scale_that_no_number_has_is_refused(scale: Any) -> None:
    with pytest.raises(ValueError, match="'a' is not a number"):
        _decode(_with_schema(_DECIMAL, "AQ==", parameters={"scale": scale}))


@pytest.mark.parametrize("number", [0, -1, 12_345_678_901_234_567_890_123_456_789_012_345_678, -(10**37) - 1])
def test_a_decimal_keeps_all_its_digits(number: int) -> None:
    text = b64encode(number.to_bytes(17, "big", signed=True)).decode()
    found = _decode(_with_schema(_DECIMAL, text, parameters={"scale": "2"}))["a"]
    assert found.as_tuple() == Decimal(f"{number}E-2").as_tuple()


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": None},
        {"fields": [1]},
        {"fields": [{"name": "a"}]},
        {"fields": 1},
        {"fields": [{"field": "a", "name": _DECIMAL, "parameters": "x"}]},
    ],
)
def test_a_schema_that_is_none_refuses_its_record(schema: Any) -> None:
    with pytest.raises(ValueError, match="has a schema that is not one of Kafka Connect"):
        _decode(json.dumps({"schema": schema, "payload": {"a": "AQ=="}}).encode())
