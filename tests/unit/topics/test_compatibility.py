from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.avro_schemas.composition import compose
from creditbus.deploy.bus import bus_schemas
from creditbus.topics.compatibility import backward_problems

TEXT = {"name": "a", "type": "string"}
OPTIONAL = {"name": "b", "type": ["null", "string"], "default": None}
MANDATORY = {"name": "c", "type": "string"}


def record(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": "R", "namespace": "creditbus", "fields": list(fields)}


def enum(*symbols: str) -> dict[str, Any]:
    return {"name": "e", "type": {"type": "enum", "name": "E", "symbols": list(symbols)}}


@pytest.mark.parametrize(
    ("new", "earlier"),
    [
        (record(TEXT), []),
        (record(TEXT, OPTIONAL), [record(TEXT)]),
        (record(TEXT), [record(TEXT, MANDATORY)]),
        (record(enum("X", "Y")), [record(enum("X"))]),
    ],
)
def test_what_reads_all_earlier_events_is_compatible(new: Any, earlier: list[Any]) -> None:
    assert backward_problems(new, earlier) == []


@pytest.mark.parametrize(
    ("new", "earlier", "problem"),
    [
        (record(TEXT, MANDATORY), [record(TEXT)], "version 1: reader_field_missing_default_value: c"),
        (record(TEXT, MANDATORY), [record(TEXT), record(TEXT, MANDATORY)], "version 1: reader_field_missing"),
        (record(enum("X")), [record(enum("X", "Y"))], "version 1: missing_enum_symbols"),
        (record({"name": "a", "type": "int"}), [record(TEXT)], "version 1: type_mismatch"),
        ({"type": "mystery"}, [], "not an Avro schema"),
    ],
)
def test_what_cannot_read_an_earlier_event_is_named(new: Any, earlier: list[Any], problem: str) -> None:
    problems = backward_problems(new, earlier)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


@pytest.mark.parametrize("subject", sorted(bus_schemas()))
def test_every_schema_of_the_bus_is_one_for_avros_own_library_and_reads_itself(subject: str) -> None:
    schema = bus_schemas()[subject]
    assert backward_problems(schema, [schema]) == []


@pytest.mark.parametrize("item", sorted(raw_catalogue()))
def test_the_newest_version_of_an_item_reads_the_events_of_all_its_versions(item: str) -> None:
    folder = files("creditbus.avro_schemas") / item
    versions = [file for file in folder.iterdir() if file.name.endswith(".avsc")]
    earlier = [compose(json.loads(file.read_text(encoding="utf-8"))) for file in versions]
    assert earlier
    assert backward_problems(compose(raw_catalogue()[item].schema), earlier) == []
