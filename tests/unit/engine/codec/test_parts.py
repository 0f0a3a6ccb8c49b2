"""A record of flat parts is read as fastavro reads it, and what is damaged is left to fastavro."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.engine.codec.parts import PartsReader

_MOMENT = {"type": "long", "logicalType": "timestamp-millis"}
_TYPES: dict[str, Any] = {
    "text": "string",
    "number": "long",
    "small": {"type": "int"},
    "flag": "boolean",
    "moment": _MOMENT,
    "hash": {"type": "fixed", "name": "Hash", "size": 4},
    "maybe": ["null", "string"],
    "maybe_number": ["long", "null"],
    "maybe_moment": ["null", _MOMENT],
    "maybe_flag": ["null", "boolean"],
}


def _schema(*parts: dict[str, Any]) -> Any:
    fields = [
        {"name": f"part{number}", "type": {"type": "record", "name": f"Part{number}", "fields": of}}
        for number, of in enumerate([{"name": name, "type": kind} for name, kind in types.items()] for types in parts)
    ]
    return parse_schema({"type": "record", "name": "Whole", "fields": fields}, named_schemas={})


_SCHEMA = _schema(_TYPES, {}, {"last": ["null", "string"]})
_TEXT = st.text(max_size=200) | st.sampled_from(["", "示例" * 3000, "a\0b"])
_LONG = st.integers(-(2**63), 2**63 - 1) | st.integers(-70, 70)


def _values(record: dict[str, Any], schema: Any = _SCHEMA) -> bytes:
    target = BytesIO()
    target.write(b"frame")
    schemaless_writer(target, schema, record)
    return target.getvalue()


def _by_fastavro(value: bytes, schema: Any = _SCHEMA) -> Any:
    source = BytesIO(value)
    source.seek(5)
    try:
        return schemaless_reader(source, schema, None)
    except Exception:  # noqa: BLE001 -- damaged bytes make it raise anything
        return None


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    made = {
        "text": _TEXT,
        "number": _LONG,
        "small": st.integers(-(2**31), 2**31 - 1),
        "flag": st.booleans(),
        "moment": st.integers(0, 2**41),
        "hash": st.binary(min_size=4, max_size=4),
        "maybe": st.none() | _TEXT,
        "maybe_number": st.none() | _LONG,
        "maybe_moment": st.none() | st.integers(0, 2**41),
        "maybe_flag": st.none() | st.booleans(),
    }
    first = draw(st.fixed_dictionaries(made))
    return {"part0": first, "part1": {}, "part2": {"last": draw(st.none() | _TEXT)}}


@given(_records())
def test_what_is_written_plainly_is_read_as_fastavro_reads_it(record: dict[str, Any]) -> None:
    value = _values(record)
    found = PartsReader(_SCHEMA).read(value, 5)
    large = any(not -(2**55) <= (record["part0"][name] or 0) < 2**55 for name in ("number", "maybe_number"))
    assert found == _by_fastavro(value) or (found is None and large)
    if found is not None:
        assert [list(part) for part in found.values()] == [list(_TYPES), [], ["last"]]


@given(_records(), st.data())
def test_what_is_damaged_is_never_read_in_another_way(record: dict[str, Any], data: st.DataObject) -> None:
    value = bytearray(_values(record))
    if data.draw(st.booleans()):
        del value[data.draw(st.integers(5, len(value) - 1)) :]
    else:
        value[data.draw(st.integers(5, len(value) - 1))] = data.draw(st.integers(0, 255))
    found = PartsReader(_SCHEMA).read(bytes(value), 5)
    assert found is None or found == _by_fastavro(bytes(value))


@pytest.mark.parametrize(
    "kind",
    [
        "bytes",
        "double",
        {"type": "array", "items": "string"},
        {"type": "int", "logicalType": "date"},
        {"type": "string", "logicalType": "uuid"},
        {"type": "long", "logicalType": "timestamp-micros"},
        ["null", "string", "long"],
        ["null"],
        {"type": "enum", "name": "Mood", "symbols": ["GOOD"]},
    ],
)
def test_a_field_of_another_type_is_refused_at_once(kind: Any) -> None:
    with pytest.raises(ValueError, match=r"no reader|several types"):
        PartsReader(_schema({"other": kind}))


def test_a_part_that_is_no_record_is_refused_at_once() -> None:
    flat: Any = parse_schema({"type": "record", "name": "Flat", "fields": [{"name": "a", "type": "string"}]})
    with pytest.raises(ValueError, match="no record"):
        PartsReader(flat)
