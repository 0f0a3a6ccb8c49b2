"""Which keys a model's YAML may have, for the fix of an error about a key that it may not have."""

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["known_keys"]


def known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that a model, or what it holds at a path, may have; empty where any key may stand."""
    kinds: list[Any] = [model]
    for part in path:
        kinds = [inner for kind in kinds for inner in _held(kind, part)]
    return [key for kind in kinds if _is_model(kind) for key in _keys(kind)]


def _keys(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _held(kind: Any, part: str | int) -> Iterator[Any]:
    """Give the types that the value of a key, or of a place in a list, may have."""
    if _is_model(kind):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        if part in fields:
            yield from _choices(fields[str(part)])
        return
    yield from (inner for argument in get_args(kind)[-1:] for inner in _choices(argument))


def _choices(kind: Any) -> Iterator[Any]:
    if get_origin(kind) in (Union, UnionType):
        yield from (inner for argument in get_args(kind) for inner in _choices(argument))
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
