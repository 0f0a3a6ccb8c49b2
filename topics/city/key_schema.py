"""JSON Schemas of the files that a city declares, by which editors complete and check them.

There is no second list of keys: the reader of a file is given a section that notes what it asks for, with which type.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

from creditbus.topics import messages
from creditbus.topics.calendar_years import read_year
from creditbus.topics.city.key_messages import MEANINGS
from creditbus.topics.city.settings import read_settings_of
from creditbus.topics.document import DayRange, DocumentError, Section
from creditbus.topics.parties import read_department, read_subscriber
from creditbus.topics.server_ports import PORTS_SCHEMA
from creditbus.topics.text import Language, in_language
from creditbus.topics.yaml_text import Located

__all__ = ["DRAFT", "KINDS", "key_schema"]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

_ANY: Final = "x"
"""Stands for a name that the file chooses itself, and for every text."""
_TEXT: Final[Mapping[str, Any]] = {"type": "string"}
_A_TEXT, _TEXTS = messages.A_TEXT(), messages.TEXTS()
_DAYS: Final = r"^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$"

#: Readers by the name of the kind of file.
KINDS: Final[Mapping[str, Callable[[Section], object]]] = {
    "city": read_settings_of,
    "department": lambda section: read_department(section, _ANY),
    "subscriber": lambda section: read_subscriber(section, _ANY),
    "working-days": lambda section: read_year(2000, section),
}


def key_schema(kind: str, language: Language) -> dict[str, Any]:
    """Return the schema of one of KINDS, with the meaning of every key in a language."""
    noting = _Noting(kind, language)
    with suppress(DocumentError):  # what a reader says of values, once it has asked for all keys
        KINDS[kind](noting)
    schema = noting.schema()
    for server, port in schema["properties"].get("ports", {}).get("properties", {}).items():
        port["maximum"] = PORTS_SCHEMA["properties"][server]["maximum"]
    return {"$schema": DRAFT, "title": kind, **schema}


class _Noting(Section):
    """A section of no file: every key is there, and fits."""

    def __init__(self, place: str, language: Language) -> None:
        super().__init__(place, Located({}, {}), ())
        self._place = place
        self._language = language
        self._properties: dict[str, Any] = {}
        self._optional: set[str] = set()
        self._parts: list[tuple[dict[str, Any], _Noting]] = []

    def schema(self) -> dict[str, Any]:
        """Return what was asked for."""
        for schema, part in self._parts:
            schema.update(part.schema())
        named = {key: value for key, value in self._properties.items() if key != _ANY}
        required = [key for key in named if key not in self._optional]
        return {
            "type": "object",
            "properties": named,
            "additionalProperties": self._properties.get(_ANY, False),
            **({"required": required} if required else {}),
        }

    def __iter__(self) -> Iterator[str]:
        return iter([_ANY])

    def __contains__(self, key: str) -> bool:
        self._optional.add(key)
        return True

    def text(self, key: str, pattern: str = r".+", hint: str = _A_TEXT) -> str:  # noqa: ARG002 -- as it is overridden
        self._note(key, _matching(pattern))
        return _ANY

    def optional_text(self, key: str, pattern: str = r".+", hint: str = _A_TEXT) -> str | None:  # noqa: ARG002 -- as above
        self._optional.add(key)
        self._note(key, {**_matching(pattern), "type": ["string", "null"]})
        return None

    def texts(self, key: str, pattern: str = r".+", hint: str = _TEXTS) -> tuple[str, ...]:  # noqa: ARG002 -- as above
        self._note(key, _list(_matching(pattern)))
        return (_ANY,)

    def choice(self, key: str, options: Collection[str]) -> str:
        self._note(key, {"enum": list(options)})
        return _ANY

    def choices(self, key: str, options: Collection[str]) -> tuple[str, ...]:
        self._note(key, _list({"enum": list(options)}))
        return (_ANY,)

    def number(self, key: str, lowest: int, default: int | None = None) -> int:
        self._note(key, {"type": "integer", "minimum": lowest})
        if default is not None:
            self._optional.add(key)
        return lowest

    def optional_number(self, key: str, lowest: int) -> int | None:
        self._note(key, {"type": ["integer", "null"], "minimum": lowest})
        return None

    def flag(self, key: str) -> bool:
        self._note(key, {"type": "boolean"})
        return False

    def day(self, key: str) -> date:
        self._note(key, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
        return date.max

    def pair(self, key: str) -> tuple[int, int]:
        numbers = {"type": "integer", "minimum": 0}
        self._note(key, {"type": "array", "items": numbers, "minItems": 2, "maxItems": 2})
        return (0, 0)

    def day_ranges(self, key: str) -> list[DayRange]:
        self._note(key, {"type": "array", "items": {"type": "string", "pattern": _DAYS}})
        return []

    def optional_section(self, key: str) -> Section | None:
        self._optional.add(key)
        return self.section(key)

    def section(self, key: str) -> Section:
        below: dict[str, Any] = {}
        return self._part(key, below, below)

    def sections(self, key: str) -> Sequence[Section]:
        below: dict[str, Any] = {}
        return [self._part(key, below, _list(below))]

    def text_lists(self, key: str) -> list[tuple[str, ...]]:
        self._note(key, {"type": "array", "items": _list(dict(_TEXT))})
        return []

    def finish(self) -> None:
        """Accept: every key was asked for."""

    def _part(self, key: str, below: dict[str, Any], schema: dict[str, Any]) -> Section:
        self._note(key, schema)
        part = _Noting(f"{self._place}.{key}", self._language)
        self._parts.append((below, part))
        return part

    def _note(self, key: str, schema: dict[str, Any]) -> None:
        meaning = MEANINGS[f"{self._place}.{key}"]()
        schema["description"] = in_language(meaning, self._language)
        self._properties[key] = schema


def _matching(pattern: str) -> dict[str, Any]:
    return dict(_TEXT) if pattern == ".+" else {**_TEXT, "pattern": f"^(?:{pattern})$"}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}
