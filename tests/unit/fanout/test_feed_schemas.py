"""Schemas of feeds are registered when a change needs them, and nothing goes to a feed before."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.fanout.feed_schemas import FeedSchemas
from creditbus.services.local.registry import MemoryRegistry
from creditbus.topics.errors import UnavailableError


class _Registry(MemoryRegistry):
    away = False

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def register(self, subject: str, schema: Any) -> int:
        self.asked[subject] += 1
        if self.away:
            raise UnavailableError("the registry", "is away")
        return super().register(subject, schema)


@dataclass
class _Outlet:
    """What `FeedSchemas` looks at of an outlet."""

    item: str
    subscriber: str
    version: int = 1
    frame: bytes = field(init=False)

    @property
    def projection(self) -> Any:
        schema = {"type": "record", "namespace": self.subscriber, "name": self.item, "doc": f"{self.version}"}
        return SimpleNamespace(schema=lambda: {**schema, "fields": []})


def _work(*items: str) -> list[Any]:
    return [(SimpleNamespace(item=item), 0) for item in items]


@pytest.fixture
def registry() -> _Registry:
    return _Registry()


@pytest.fixture
def outlets() -> list[_Outlet]:
    return [_Outlet("tax", "a"), _Outlet("tax", "b"), _Outlet("court", "a", 1), _Outlet("court", "a", 2)]


@pytest.fixture
def schemas(registry: _Registry, outlets: list[_Outlet]) -> FeedSchemas:
    made = FeedSchemas(cast("Any", outlets))
    made.ask(Schemas(registry, away=False))
    return made


def test_those_of_an_item_are_registered_when_a_change_of_it_comes(
    schemas: FeedSchemas, registry: _Registry, outlets: list[_Outlet]
) -> None:
    asyncio.run(schemas.need(_work("tax", "tax", "other")))
    assert registry.asked == {"a.tax": 1, "b.tax": 1}
    assert [hasattr(outlet, "frame") for outlet in outlets] == [True, True, False, False]


def test_the_others_are_registered_in_the_order_of_their_versions(
    schemas: FeedSchemas, registry: _Registry, outlets: list[_Outlet]
) -> None:
    asyncio.run(schemas.need(_work("tax")))
    asyncio.run(schemas.rest())
    asyncio.run(schemas.rest())
    assert registry.asked == {"a.tax": 1, "b.tax": 1, "a.court": 2}
    assert [one.schema["doc"] for one in registry.versions("a.court")] == ["1", "2"]
    assert [outlet.frame for outlet in outlets[2:]] == [frame(one.id) for one in registry.versions("a.court")]


def test_with_the_registry_away_a_change_waits_and_is_tried_again(
    schemas: FeedSchemas, registry: _Registry, outlets: list[_Outlet]
) -> None:
    registry.away = True
    with pytest.raises(DependencyDownError):
        asyncio.run(schemas.need(_work("court")))
    registry.away = False
    asyncio.run(schemas.need(_work("court")))
    assert all(hasattr(outlet, "frame") for outlet in outlets if outlet.item == "court")
