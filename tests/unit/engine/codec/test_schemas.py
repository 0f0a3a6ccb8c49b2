"""What is asked of a registry before the first event: as little as may be, for every worker waits for it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.local.registry import MemoryRegistry
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.registry import RegisteredSchema, SchemaRegistry

_ENUM = {"type": "enum", "name": "Mood", "namespace": "city", "symbols": ["GOOD", "BAD"]}
_OLD: dict[str, Any] = {"type": "record", "name": "Fact", "namespace": "city", "fields": [{"name": "a", "type": "int"}]}
_NEW = _OLD | {"fields": [*_OLD["fields"], {"name": "mood", "type": _ENUM, "default": "GOOD"}]}


class _Registry(MemoryRegistry):
    """Gives schemas back without the namespaces that they inherit, as Apicurio does."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def find(self, subject: str, schema: Any) -> int | None:
        self.asked["find"] += 1
        return super().find(subject, schema)

    def versions(self, subject: str) -> list[RegisteredSchema]:
        self.asked["versions"] += 1
        return [replace(one, schema=_shorter(one.schema)) for one in super().versions(subject)]


def _shorter(schema: Any) -> Any:
    fields = [
        field | {"type": {key: value for key, value in field["type"].items() if key != "namespace"}}
        if isinstance(field["type"], dict)
        else field
        for field in schema["fields"]
    ]
    return schema | {"fields": fields}


@pytest.fixture
def registry() -> _Registry:
    made = _Registry()
    for schema in (_OLD, _NEW):
        made.register("city.Fact", schema)
    return made


@pytest.mark.parametrize(("schema", "number"), [(_OLD, 1), (_NEW, 2)])
def test_the_id_of_a_schema_is_among_the_answer_for_its_versions(
    registry: _Registry, schema: dict[str, Any], number: int
) -> None:
    schemas = Schemas(registry, away=False)
    asyncio.run(schemas.learn_versions([schema]))
    assert asyncio.run(schemas.id_of(schema)) == number
    assert set(schemas.shapes) == {1, 2}
    assert registry.asked == {"versions": 1}


def test_one_that_no_version_equals_is_asked_for_by_itself(registry: _Registry) -> None:
    other = _OLD | {"doc": "another"}
    schemas = Schemas(registry, away=False)
    asyncio.run(schemas.learn_versions([other]))
    with pytest.raises(ConfigurationError, match="not registered"):
        asyncio.run(schemas.id_of(other))
    assert registry.asked == {"versions": 1, "find": 1}


@pytest.mark.parametrize(("newest", "requests"), [(1, ["latest"]), (3, ["latest", "", "1", "2"])])
def test_a_version_is_asked_for_once(monkeypatch: pytest.MonkeyPatch, newest: int, requests: list[str]) -> None:
    registry, asked = SchemaRegistry("http://localhost:1"), []

    def ask(_: str, path: str, __: Any = None) -> Any:
        asked.append(last := path.partition("/versions")[2].lstrip("/"))
        number = newest if last == "latest" else int(last or 0)
        answer = {"id": 10 + number, "version": number, "schema": '"int"'}
        return answer if last else list(range(1, newest + 1))

    monkeypatch.setattr(registry._http, "ask", ask)
    assert [one.version for one in registry.versions("a")] == list(range(1, newest + 1))
    assert asked == requests
