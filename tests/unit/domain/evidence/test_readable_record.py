"""The readable part of a proof is compared with the bytes, whatever somebody made of it or of the schema."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from creditbus.services.domain.evidence.inclusion_file import InclusionFile, read_inclusion
from creditbus.services.domain.evidence.readable_record import Compared, Readable, compared
from creditbus.services.domain.framed_avro import RecordWriter, parsed, read_record
from tests.feed_evidence import CHANGE

_SHOWN: Final = {"feed": {"feed_seq": 3, "previous_hash": bytes(32)}, "content": {"name": "示例", "grade": None}}


def _whole(schema: Any = CHANGE, shown: Any = None) -> dict[str, Any]:
    value = RecordWriter(schema, 7)(shown or _SHOWN)
    record = read_record(value, parsed(schema))
    file = InclusionFile(b"{}", 0, 3, b"key", value, 0, [], record, schema)
    found: dict[str, Any] = json.loads(file.document())
    return found


def _compared(whole: dict[str, Any]) -> Compared:
    proof = read_inclusion(json.dumps(whole).encode())
    assert proof is not None
    return compared(proof)


def test_what_was_written_is_the_same_and_names_its_schema() -> None:
    found = _compared(_whole())
    assert (found.outcome, found.schema_id, len(found.schema_sha256)) == (Readable.SAME, 7, 64)


def test_all_types_of_avro_are_compared() -> None:
    moment = {"type": "long", "logicalType": "timestamp-millis"}
    types: dict[str, Any] = {
        "none": "null",
        "yes": "boolean",
        "few": "int",
        "part": "double",
        "raw": "bytes",
        "at": moment,
        "on": {"type": "int", "logicalType": "date"},
        "kind": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]},
        "list": {"type": "array", "items": "string"},
        "map": {"type": "map", "values": "Kind"},
    }
    schema = {"type": "record", "name": "R", "fields": [{"name": name, "type": one} for name, one in types.items()]}
    values = (None, True, 1, float("nan"), b"\1", 5, 6, "B", ["x", "y"], {"k": "A"})
    whole = _whole(schema, dict(zip(types, values, strict=True)))
    assert _compared(whole).outcome is Readable.SAME
    for name, other in {"yes": 1, "few": True, "part": 1.0, "raw": "02", "list": ["x"], "kind": "A"}.items():
        assert _compared({**whole, "record": {**whole["record"], name: other}}).field == f"record.{name}"
    assert _compared({**whole, "record": {**whole["record"], "list": ["x", "z"]}}).field == "record.list[1]"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"name": "示例二", "grade": None}, "record.content.name"),
        ({"name": "示例", "grade": "A"}, "record.content.grade"),
        ({"name": "示例"}, "record.content.grade"),
        ({"name": "示例", "grade": None, "某某": "x"}, "record.content"),
        ("示例", "record.content"),
        ([], "record.content"),
    ],
)
def test_a_readable_part_that_says_anything_else_is_named_by_its_field(content: Any, field: str) -> None:
    whole = _whole()
    whole["record"]["content"] = content
    assert _compared(whole) == Compared(Readable.OTHER_CONTENT, field)


@pytest.mark.parametrize("left_out", ["schema", "record"])
def test_without_a_schema_or_a_readable_part_nothing_is_compared(left_out: str) -> None:
    whole = _whole()
    del whole[left_out]
    assert _compared(whole) == Compared(Readable.NOT_COMPARED)


@pytest.mark.parametrize(
    "schema",
    [
        7,
        "long",
        {},
        [],
        {**CHANGE, "fields": []},
        {"type": "record", "name": "R", "fields": [{"name": "f", "type": "R"}]},
        {"type": "record", "name": "R", "namespace": "a", "fields": [{"name": "f", "type": {"type": "a.R"}}]},
        {"type": "record", "name": "R", "fields": [{"name": "f", "type": ["R", "null"]}]},
        {"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "array", "items": "null"}}]},
        {"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "fixed", "name": "F", "size": -1}}]},
        {"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "decimal"}}]},
        {"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "bytes", "logicalType": "decimal"}}]},
        json.loads('{"type":' * 300 + '"long"' + "}" * 300),
    ],
)
def test_a_schema_that_is_not_the_records_is_refused(schema: Any) -> None:
    assert _compared({**_whole(), "schema": schema}).outcome is Readable.OTHER_SCHEMA
