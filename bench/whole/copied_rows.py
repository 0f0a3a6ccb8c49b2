"""The table of a copy, looked at from outside: how far it is, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa

__all__ = ["CopiedRows"]

_AT_ONCE: Final = 5000


class CopiedRows:
    """The table of one copy.

    Args:
        database: that holds it.
        table: its name.
        key: its columns that name a record.

    """

    def __init__(self, database: sa.URL, table: str, key: Sequence[str]) -> None:
        self._engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
        self._table = sa.table(table, *map(sa.column, key))
        self._key = key
        self._there = False

    def close(self) -> None:
        """End the connection."""
        self._engine.dispose()

    def begun(self) -> bool:
        """Whether there is a row; a look that costs little, whatever the table holds."""
        with self._engine.connect() as connection:
            self._there = self._there or sa.inspect(connection).has_table(self._table.name)
            found = sa.select(sa.literal(1)).select_from(self._table).limit(1)
            return self._there and connection.execute(found).first() is not None

    def count(self) -> int:
        """Return the number of rows."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(self._table)).scalar_one()

    def has(self, keys: Sequence[Sequence[str]]) -> bool:
        """Whether the rows of all of these keys are there; a look into the index for each."""
        found = sa.tuple_(*(self._table.c[name] for name in self._key)).in_(keys)
        with self._engine.connect() as connection:
            number = connection.execute(sa.select(sa.func.count()).select_from(self._table).where(found)).scalar_one()
            return number == len(keys)

    def digest(self, columns: Sequence[str]) -> str:
        """Return a digest of these columns of all rows, in the order of their keys."""
        order = [sa.collate(sa.column(name), "C") for name in self._key]
        rows: Any = sa.select(*map(sa.column, columns)).select_from(self._table).order_by(*order)
        found = sha256()
        # a cursor of the server needs a transaction
        with self._engine.execution_options(isolation_level="READ COMMITTED").connect() as connection:
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(rows):
                found.update(repr([_plain(value) for value in row]).encode())
        return found.hexdigest()


def _plain(value: Any) -> Any:
    """Return a value as every copy has it: a moment without a zone is in UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return value
