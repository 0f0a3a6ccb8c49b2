"""Avro for records of flat parts, which the records of feeds are, without a general decoder.

fastavro looks at the schema again for every field. Here the schema is looked at once. Whatever is not written in the
plainest way is left to fastavro, so that it alone decides what is undecodable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from creditbus.services.engine.codec.primitives import BOOLEANS, read_long, text_span

__all__ = ["PartsReader"]

_TEXT: Final = -1
_NUMBER: Final = -2
_FLAG: Final = -3
_MOMENT: Final = -4
"""Any other kind is the size of a fixed number of bytes."""
_KINDS: Final = {"string": _TEXT, "int": _NUMBER, "long": _NUMBER, "boolean": _FLAG}
_MOMENTS: Final = "timestamp-millis"

_NEVER: Final = -1
"""In place of the byte that says null, of a field that must have a value."""
_NOWHERE: Final = -1
_SECOND: Final = 2
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: Name of a field, its kind, and the byte before it that says that it is null.
_Field = tuple[str, int, int]


class PartsReader:
    """Reads a record whose fields are records of texts, numbers, flags, moments and fixed bytes, or null.

    Args:
        schema: its Avro schema, parsed.

    Raises:
        ValueError: a field has another type.

    """

    __slots__ = ("_parts",)

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._parts: list[tuple[str, list[_Field]]] = [(one["name"], _fields(one["type"])) for one in schema["fields"]]

    def read(self, source: bytes, start: int) -> dict[str, Any] | None:
        """Return the record that begins at `start`, as fastavro does; None where fastavro must look."""
        record: dict[str, Any] = {}
        place = start
        try:
            for part, fields in self._parts:
                values: dict[str, Any] = {}
                place = _read_part(source, place, fields, values)
                if place < 0:
                    return None
                record[part] = values
        except (IndexError, KeyError, OverflowError, UnicodeDecodeError):
            return None
        return record


def _read_part(source: bytes, start: int, fields: list[_Field], values: dict[str, Any]) -> int:
    """Read the fields of a part; return the place after them, or -1 where fastavro must look."""
    place, length = start, len(source)
    for name, kind, null in fields:
        if null >= 0:
            branch = source[place]
            place += 1
            if branch == null:
                values[name] = None
                continue
            if branch != _SECOND - null:
                return _NOWHERE
        if kind == _TEXT:
            begin, place = text_span(source, place)
            values[name] = source[begin:place].decode()
        elif kind >= 0:
            place += kind
            values[name] = source[place - kind : place]
        elif kind == _FLAG:
            values[name] = BOOLEANS[source[place]]
            place += 1
        else:
            number, place = read_long(source, place)
            values[name] = number if kind == _NUMBER else _EPOCH + timedelta(microseconds=number * 1000)
        if place > length:
            return _NOWHERE
    return place


def _fields(part: Any) -> list[_Field]:
    if not isinstance(part, dict) or part.get("type") != "record":
        message = f"{part} is no record of its own"
        raise ValueError(message)
    return [_field(field["name"], field["type"]) for field in part["fields"]]


def _field(name: str, of: Any) -> _Field:
    if not isinstance(of, list):
        return name, _kind(of), _NEVER
    branches = [branch for branch in of if branch != "null"]
    if len(of) != 2 or len(branches) != 1:  # noqa: PLR2004 -- null and one other
        message = f"{name} may be of several types"
        raise ValueError(message)
    return name, _kind(branches[0]), 0 if of[0] == "null" else _SECOND


def _kind(of: Any) -> int:
    plain, logical = (of.get("type"), of.get("logicalType")) if isinstance(of, dict) else (of, None)
    if plain == "fixed" and logical is None:
        return int(of["size"])
    if plain == "long" and logical == _MOMENTS:
        return _MOMENT
    kind = _KINDS.get(plain) if logical is None and isinstance(plain, str) else None
    if kind is None:
        message = f"no reader for {of}"
        raise ValueError(message)
    return kind
