"""An answer to records, and a record to cells."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from creditbus.connectors.common import messages as shared
from creditbus.connectors.common.json_values import alike, decoder, reason_of, repeated, twice
from creditbus.connectors.contract import Cell
from creditbus.connectors.http import messages
from creditbus.topics.text import Text

__all__ = ["at_path", "cells", "kind_of", "number_at", "parse", "text_of"]

_WHOLE = re.compile(r"[0-9]{1,18}(?:\.0+)?")


class Unsound:
    """Stands where an answer holds what nobody can read: a fault of one record, not of its page."""

    def __init__(self, why: str, shown: Any = None) -> None:
        self.why = why
        self.shown = shown
        """What is quoted of it."""

    def __repr__(self) -> str:
        return "Unsound()"


_NO_NUMBER = messages.NO_JSON_NUMBER()


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    shown: dict[str, Any] = {}
    for name, value in pairs:
        shown[name if name not in shown else f"{name}#2"] = value
    return Unsound(twice(repeated(pairs) or ""), shown)


def _no_number(written: str) -> Unsound:
    return Unsound(_NO_NUMBER, written)


_DECODER = decoder(_object, _no_number, _no_number)


def parse(body: bytes) -> Any:
    """Read an answer.

    Raises:
        ValueError: it is no JSON; the message says where and quotes nothing.
    """
    try:
        answer = _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(messages.NOT_UTF8_AT(byte=error.start + 1)) from error
    except json.JSONDecodeError as error:
        raise ValueError(shared.NOT_JSON_AT(character=error.pos + 1, said=reason_of(error))) from error
    except RecursionError as error:
        raise ValueError(shared.TOO_DEEP()) from error
    return at_path(answer, "")


def at_path(value: Any, path: str) -> Any:
    """Follow a dotted path; ``None`` where it leads nowhere.

    Raises:
        ValueError: it leads through what nobody can read.
    """
    for name in path.split(".") if path else ():
        value = _sound(value)
        value = value.get(name) if isinstance(value, dict) else None
    return _sound(value)


def _sound(value: Any) -> Any:
    if isinstance(value, Unsound):
        raise ValueError(value.why)  # noqa: TRY004 -- the answer is wrong, not a type of ours
    return value


def number_at(answer: Any, path: str) -> int | None:
    """Return the whole number at a path, be it written as text; ``None`` where nothing stands there.

    Raises:
        ValueError: what stands there is no number.
    """
    value = at_path(answer, path)
    if value is None:
        return None
    text = str(value).strip().replace(",", "")
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool) and _WHOLE.fullmatch(text):
        return int(text.partition(".")[0])
    raise ValueError(messages.NO_NUMBER_AT(path=path))


def cells(record: Any) -> dict[str, Cell]:
    """Flatten a record: nested objects by dotted path, lists as JSON.

    Raises:
        ValueError: it is not an object, holds what is not JSON, or has a path twice.
    """
    if not isinstance(_sound(record), dict):
        raise ValueError(shared.NOT_AN_OBJECT(kind=kind_of(record)))  # noqa: TRY004 -- one way out
    found: dict[str, Cell] = {}
    for path, value in _leaves(record, ()):
        name = ".".join(path)
        if name in found:
            raise ValueError(messages.PATH_TWICE(name=name))
        if (fault := _fault(value)) is not None:
            raise ValueError(fault if fault != _NO_NUMBER else messages.OF_PATH(name=name, fault=fault))
        if isinstance(value, str) and "\0" in value:
            raise ValueError(messages.PATH_WITH_NUL(name=name))
        found[name] = text_of(value) if isinstance(value, list) else value
    if fault := alike(found):
        raise ValueError(fault)
    return found


def _fault(value: Any) -> str | None:
    """Return why a value cannot be read, however deep in lists and objects that is; ``None``: it can."""
    if isinstance(value, Unsound):
        return value.why
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return next(filter(None, map(_fault, inner)), None)
    return None


def text_of(value: Any) -> str:
    """Write a value as JSON again."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_written)


def _written(value: Any) -> Any:
    if isinstance(value, Unsound):
        return value.shown
    return str(value) if isinstance(value, Decimal) else None


def kind_of(value: Any) -> str:
    """Return what JSON calls a value of this type."""
    return _KINDS.get(type(value), "value")


_KINDS: Final[Mapping[type, str]] = {
    dict: "object",
    list: "list",
    str: "text",
    int: "number",
    Decimal: "number",
    bool: Text("truth value", "布尔值"),
    type(None): "null",
}


def _leaves(value: dict[str, Any], path: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, child in value.items():
        if isinstance(child, dict) and child:
            yield from _leaves(child, (*path, name))
        else:
            yield (*path, name), None if child == {} else child
