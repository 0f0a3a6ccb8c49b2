"""A table of fictional rows in a real database, and the kind sql reading it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from creditbus.connectors.contract import Defect, Position, Row
from creditbus.connectors.sql.kind import KIND

__all__ = ["Shop", "last_position", "names"]


@dataclass
class Shop:
    """One database, one table ``rows`` in it."""

    url: str
    folder: Path

    def __post_init__(self) -> None:
        self.engine = sa.create_engine(self.url, poolclass=sa.NullPool)

    def create(self, columns: str, *rows: dict[str, Any]) -> None:
        """Make the table again."""
        self.run("DROP TABLE IF EXISTS rows")
        self.run(f"CREATE TABLE rows ({columns})")
        for row in rows:
            self.insert(**row)

    def insert(self, **row: Any) -> None:
        """Insert one row."""
        with self.engine.begin() as connection:
            connection.execute(self.insertion(row, self._written("rows")), row)

    @staticmethod
    def insertion(row: dict[str, Any], table: str = "rows") -> sa.TextClause:
        """Make the statement for a row."""
        return sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})")

    def run(self, statement: str) -> None:
        """Run a statement and commit it."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(self._written(statement)))

    def column(self, name: str) -> list[Any]:
        """Return a column in the order of ``id``."""
        query = sa.text(self._written(f"SELECT {name} FROM rows ORDER BY id"))
        with self.engine.begin() as connection:
            return list(connection.execute(query).scalars())

    def _written(self, statement: str) -> str:
        """Write it for MariaDB, of which the table's name is a word, and whose ``timestamp`` ends in 2038."""
        if not self.is_mariadb:
            return statement
        return re.sub(r"\btimestamp\b", "datetime", re.sub(r"\brows\b", "`rows`", statement))

    @property
    def is_mariadb(self) -> bool:
        """Whether the database is MariaDB."""
        return self.engine.dialect.name in ("mysql", "mariadb")

    def open(self, mode: str, **settings: Any) -> Any:
        """Open a new source, as a new process would."""
        raw = {"url": self.url, "table": "rows", "key": ["id"], "mode": mode, **settings}
        return KIND.open(KIND.settings.model_validate(raw, context={"folder": self.folder}))


def names(rows: list[Row | Defect]) -> list[Any]:
    """Return the cell ``name`` of each row."""
    return [row.cells["name"] for row in rows if isinstance(row, Row)]


def last_position(rows: list[Row | Defect]) -> Position:
    """Return where to go on."""
    return rows[-1].position
