"""An answer to records, and a record to cells."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from creditbus.connectors.contract import Cell

__all__ = ["at_path", "cells", "parse", "text_of"]


class _Constant:
    """A number that no field holds, such as ``NaN``, which is no JSON: a fault of one record, not of its page."""


def _integer(digits: str) -> Any:
    return int(digits) if len(digits) <= _MOST_DIGITS else _Constant()


_MOST_DIGITS = 400
# Decimal keeps what the department wrote: 0.1 is no binary fraction, and eighteen digits stay eighteen.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=_integer, parse_constant=lambda _: _Constant())


def parse(body: bytes) -> Any:
    """Read an answer.

    Raises:
        ValueError: it is no JSON; the message says where and quotes nothing.
    """
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not utf-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at character {error.pos + 1}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def at_path(value: Any, path: str) -> Any:
    """Follow a dotted path; ``None`` where it leads nowhere."""
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value


def cells(record: Any) -> dict[str, Cell]:
    """Flatten a record: nested objects by dotted path, lists as JSON.

    Raises:
        ValueError: it is no object, holds what is no JSON, or has a path twice.
    """
    if not isinstance(record, dict):
        raise ValueError(f"a JSON {_KINDS.get(type(record), 'value')}, not an object")  # noqa: TRY004 -- one way out
    found: dict[str, Cell] = {}
    for path, value in _leaves(record, ()):
        name = ".".join(path)
        if name in found:
            raise ValueError(f"{name!r} stands there twice")
        if isinstance(value, _Constant):
            raise ValueError(f"{name!r} is a number that JSON does not have, or a huge one")  # noqa: TRY004 -- one way out
        if isinstance(value, str) and "\0" in value:
            raise ValueError(f"{name!r} holds a NUL character")
        found[name] = text_of(value) if isinstance(value, list) else value
    return found


def text_of(value: Any) -> str:
    """Write a value as JSON again."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_written)


def _written(value: Any) -> str | None:
    return str(value) if isinstance(value, Decimal) else None


_KINDS = {list: "list", str: "text", int: "number", Decimal: "number", bool: "truth value", type(None): "null"}


def _leaves(value: dict[str, Any], path: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, child in value.items():
        if isinstance(child, dict) and child:
            yield from _leaves(child, (*path, name))
        else:
            yield (*path, name), None if child == {} else child
