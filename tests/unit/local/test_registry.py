"""The registry in memory answers as a real one does."""

from __future__ import annotations

import pytest

from creditbus.services.local.registry import MemoryRegistry
from creditbus.topics.registry import UnknownSchemaError

_FIRST, _SECOND = {"type": "string"}, {"type": "bytes"}


def test_equal_schemas_have_one_id_under_all_subjects() -> None:
    registry = MemoryRegistry()
    assert registry.register("one", _FIRST) == registry.register("other", dict(_FIRST)) == 1
    assert registry.register("one", _SECOND) == 2
    assert [(known.id, known.version) for known in registry.versions("one")] == [(1, 1), (2, 2)]
    assert [known.schema for known in registry.versions("other")] == [_FIRST]


def test_a_schema_is_found_under_its_own_subject_alone() -> None:
    registry = MemoryRegistry()
    registry.register("one", _FIRST)
    assert registry.find("one", dict(_FIRST)) == 1
    assert registry.find("other", _FIRST) is None
    assert registry.find("one", _SECOND) is None


@pytest.mark.parametrize("number", [0, -1, 2])
def test_an_id_that_nobody_has_is_unknown(number: int) -> None:
    registry = MemoryRegistry()
    registry.register("one", _FIRST)
    assert registry.schema(1) == _FIRST
    with pytest.raises(UnknownSchemaError):
        registry.schema(number)
