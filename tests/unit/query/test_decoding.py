"""Records of own topics are read whatever version wrote them; what cannot be read is reported with its place."""

from __future__ import annotations

import asyncio
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import fastavro
import pytest

from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.query.decoding import decoded
from creditbus.topics.errors import UserError
from creditbus.topics.registry import UnknownSchemaError

_OLD, _NEW, _UNKNOWN = 1, 2, 3
_NUMBER = {"name": "number", "type": "long"}
_TEXT = {"name": "text", "type": "string", "default": "none yet"}


def _schema(*fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": "Note", "namespace": "creditbus", "fields": list(fields)}


_SCHEMAS = {_OLD: _schema(_NUMBER), _NEW: _schema(_TEXT, _NUMBER)}


class _Registry:
    def schema(self, number: int) -> Any:
        if number not in _SCHEMAS:
            raise UnknownSchemaError(f"schema {number}", "is not there")
        return _SCHEMAS[number]


def _written(schema: int, /, **fields: Any) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(dict(_SCHEMAS[schema]), named_schemas={}), fields)
    return frame(schema) + out.getvalue()


def _decode(value: bytes | None) -> dict[str, Any]:
    record: Any = SimpleNamespace(topic="notes", partition=1, offset=9, value=value)
    registry: Any = _Registry()
    schemas = Schemas(registry)
    asyncio.run(schemas.learn([record]))
    return decoded(schemas, record, fastavro.parse_schema(dict(_SCHEMAS[_NEW]), named_schemas={}))


def test_an_older_version_is_read_as_it_was_written_and_what_it_lacks_has_its_default() -> None:
    assert _decode(_written(_OLD, number=5)) == {"number": 5, "text": "none yet"}
    assert _decode(_written(_NEW, number=5, text="five")) == {"number": 5, "text": "five"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "names no schema"),
        (b"plain", "names no schema"),
        (frame(_UNKNOWN) + b"\x02", "the registry does not know"),
        (_written(_NEW, number=5, text="five")[:-2], "does not follow"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(value: bytes | None, problem: str) -> None:
    with pytest.raises(UserError, match=f"notes/1 at 9: .*{problem}"):
        _decode(value)
