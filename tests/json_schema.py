"""What is wrong with a value by a JSON Schema: the keywords that our own schemas use, and an error for any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["schema_faults"]

_SAYS_NOTHING = {"$schema", "$defs", "title", "description", "default"}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "object": (dict,),
    "array": (list, tuple),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def schema_faults(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Give the places at which a value does not fit, such as `content.CF_WSH`.

    Raises:
        AssertionError: the schema has a keyword that is not known here.
    """
    yield from _faults(schema, value, "", schema)


def _faults(schema: Any, value: Any, place: str, root: Mapping[str, Any]) -> Iterator[str]:
    for keyword, said in schema.items():
        if keyword in _CHECKS:
            yield from _CHECKS[keyword](said, value, place, root)
        else:
            assert keyword in _SAYS_NOTHING | _OF_OBJECTS, f"{place}: {keyword}"
    if isinstance(value, dict):
        yield from _faults_of_object(schema, value, place, root)


def _reference(said: str, value: Any, place: str, root: Mapping[str, Any]) -> Iterator[str]:
    return _faults(root["$defs"][said.rpartition("/")[2]], value, place, root)


def _any(said: Any, value: Any, place: str, root: Mapping[str, Any]) -> Iterator[str]:
    if all(list(_faults(one, value, place, root)) for one in said):
        yield place


def _type(said: Any, value: Any, place: str, _: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(
        value, tuple(kind for name in ([said] if isinstance(said, str) else said) for kind in _TYPES[name])
    ):
        yield place


def _enum(said: Any, value: Any, place: str, _: Mapping[str, Any]) -> Iterator[str]:
    if value not in said:
        yield place


def _least(said: int, value: Any, place: str, _: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, list) and len(value) < said:
        yield place


def _lowest(said: int, value: Any, place: str, _: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, int) and value < said:
        yield place


def _highest(said: int, value: Any, place: str, _: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, int) and value > said:
        yield place


def _pattern(said: str, value: Any, place: str, _: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, str) and not re.search(said, value):
        yield place


def _items(said: Any, value: Any, place: str, root: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _faults(said, one, f"{place}[{number}]", root)


_CHECKS: Mapping[str, Callable[[Any, Any, str, Mapping[str, Any]], Iterator[str]]] = {
    "$ref": _reference,
    "anyOf": _any,
    "type": _type,
    "enum": _enum,
    "minItems": _least,
    "items": _items,
    "minimum": _lowest,
    "maximum": _highest,
    "pattern": _pattern,
}
_OF_OBJECTS = {"properties", "additionalProperties", "propertyNames", "required"}


def _faults_of_object(schema: Any, value: dict[str, Any], place: str, root: Mapping[str, Any]) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{place}.{name}" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        below = f"{place}.{name}".lstrip(".")
        if "propertyNames" in schema:
            yield from _faults(schema["propertyNames"], name, below, root)
        other = schema.get("additionalProperties", True)
        if name in properties:
            yield from _faults(properties[name], one, below, root)
        elif other is False:
            yield below
        elif other is not True:
            yield from _faults(other, one, below, root)
