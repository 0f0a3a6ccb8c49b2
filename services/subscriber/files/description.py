"""What a folder's `position.json` says: of which feed the files are, how far they are, and what their columns hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson

from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.table_model import KEY, Kind, TableModel

__all__ = ["POSITION", "Described", "FileColumn", "FileTable", "read_description"]


#: Name of the file that says it, the last one that is written of a state.
POSITION: Final = "position.json"


class FileColumn(NamedTuple):
    """A column of a file: its name, what it holds, and what it is called in both languages."""

    name: str
    kind: Kind
    title: str


@dataclass(frozen=True, slots=True)
class FileTable:
    """The file of one item.

    Attributes:
        title: what the item is called.
        columns: those of the key first; one that was there once stays.
        rows: how many there are.

    """

    title: str
    columns: tuple[FileColumn, ...]
    rows: int = 0

    def widened(self, models: list[TableModel]) -> FileTable:
        """Return it with the columns that these models add, at the end."""
        columns = {one.name: one for one in self.columns}
        for model in models:
            added = {one.name: FileColumn(one.name, one.kind, one.comment) for one in model.columns}
            for name in (*KEY, *added):
                columns.setdefault(name, added[name])
        return FileTable(models[-1].comment if models else self.title, tuple(columns.values()), self.rows)


@dataclass(frozen=True, slots=True)
class Described:
    """All that is said of a copy.

    Attributes:
        topic: the feed's.
        positions: by partition.
        tables: by name.

    """

    topic: str
    positions: Mapping[int, Position] = field(default_factory=dict)
    tables: Mapping[str, FileTable] = field(default_factory=dict)

    def document(self) -> bytes:
        """Return it as JSON."""
        said = {
            "feed": self.topic,
            "partitions": {
                str(one): (place.next_offset, place.feed_seq, place.last_hash.hex())
                for one, place in sorted(self.positions.items())
            },
            "tables": {
                name: {
                    "title": table.title,
                    "rows": table.rows,
                    "columns": [
                        {"name": one.name, "kind": one.kind.value, "title": one.title} for one in table.columns
                    ],
                }
                for name, table in sorted(self.tables.items())
            },
        }
        return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_description(document: bytes) -> Described | None:
    """Read it; None where it is not one."""
    try:
        said = orjson.loads(document)
        positions = {
            int(one): Position(offset, sequence, bytes.fromhex(digest))
            for one, (offset, sequence, digest) in said["partitions"].items()
        }
        tables = {
            name: FileTable(
                table["title"],
                tuple(FileColumn(one["name"], Kind(one["kind"]), one["title"]) for one in table["columns"]),
                table["rows"],
            )
            for name, table in said["tables"].items()
        }
        return Described(said["feed"], positions, tables)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
