"""The table of one catalogue item, made from the schema of its feed. Pure: no database is known here.

A column is named after its part of the record and its field: `subject_code`, `record_state`, `act_decided_on`. Fields
of the content have their own code in small letters (`cf_wsh`), because these are what people ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final

from creditbus.services.subscriber import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Message

__all__ = ["KEY", "Column", "Kind", "Row", "TableModel", "table_model", "table_name"]

#: Subject, deciding authority, document number: within an item they name a record (`services/domain/event.py`).
KEY: Final = ("subject_code", "record_authority", "record_document_no")

#: Values in the order of a table's columns.
Row = tuple[Any, ...]

#: Returns the values of some fields of a part.
_Taker = Callable[[Mapping[str, Any]], Row]

_PARTS: Final = ("subject", "record", "act", "content", "feed")
_LEFT_OUT: Final = {
    ("record", "item"),  # the table is of one item
    ("record", "withheld_for"),  # only a record that takes the row away has it
    ("feed", "previous_hash"),  # stands in the position, for the last record alone
}
_PREFIXES: Final = tuple(f"{part}_" for part in _PARTS)


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    """Milliseconds since 1970 UTC on the wire; a `datetime` in UTC here."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and the part and field of a feed's record that fill it."""

    name: str
    kind: Kind
    part: str
    field: str
    comment: str


@dataclass(frozen=True, slots=True)
class TableModel:
    """The table that one version of a feed's schema asks for.

    Attributes:
        name: of the table.
        comment: what the item is called, and what the grant allows the records to be used for.
        columns: in the order of the schema.

    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    _takers: tuple[tuple[str, _Taker], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ready what takes the values of a part out of a record."""
        parts = groupby(self.columns, attrgetter("part"))
        takers = tuple((part, _taker([column.field for column in columns])) for part, columns in parts)
        object.__setattr__(self, "_takers", takers)

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self.columns)

    def row(self, fields: Mapping[str, Any]) -> Row:
        """Return a decoded record as a row."""
        row: Row = ()
        for part, take in self._takers:
            row += take(fields[part])
        return row


def table_name(item: str) -> str:
    """Return the name of the table of a catalogue item."""
    return item.replace("-", "_")


def table_model(item: str, schema: Mapping[str, Any]) -> TableModel:
    """Return the table that the Avro schema of an item's feed asks for.

    Raises:
        ConfigurationError: a field is of a type that no table here has; the feed is of a later creditbus.

    """
    parts = {part["name"]: part["type"]["fields"] for part in schema["fields"]}
    columns = tuple(column for part in _PARTS for column in _columns(item, part, parts[part]))
    return TableModel(table_name(item), str(schema.get("doc", "")), columns)


def _taker(names: Sequence[str]) -> _Taker:
    if len(names) > 1:
        return itemgetter(*names)
    # of one name it would give the bare value
    return lambda part: tuple(part[name] for name in names)


def _columns(item: str, part: str, fields: Sequence[Mapping[str, Any]]) -> Iterator[Column]:
    for one in fields:
        code = one["name"]
        if (part, code) in _LEFT_OUT:
            continue
        name = code.lower() if part == "content" else code if code.startswith(f"{part}_") else f"{part}_{code}"
        if part == "content" and name.startswith(_PREFIXES):
            name = f"content_{name}"
        yield Column(name, _kind(item, code, one["type"]), part, code, _comment(name, one))


def _comment(name: str, of: Mapping[str, Any]) -> str:
    """Return what a column is called in both languages."""
    if "title" in of:
        return f"{of['title']} ({of.get('title_en', of['name'])})"
    said: Message | None = messages.COLUMNS.get(name)
    return str(of.get("doc", "")) if said is None else f"{said.zh} ({said.en})"


def _kind(item: str, code: str, of: Any) -> Kind:
    bare = next((branch for branch in of if branch != "null"), None) if isinstance(of, list) else of
    plain = bare["type"] if isinstance(bare, dict) else bare
    match plain:
        case "string":
            return Kind.TEXT
        case "boolean":
            return Kind.FLAG
        case "int" | "long":
            return Kind.MOMENT if isinstance(bare, dict) and "logicalType" in bare else Kind.NUMBER
    problem = messages.UNKNOWN_TYPE(field=code, type=plain)
    raise ConfigurationError(item, problem, messages.NEWER_FEED())
