"""Writes rows into the tables of a copy, and takes them away, by the quickest way that the database has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from creditbus.services.subscriber.planning import Key, key_at
from creditbus.services.subscriber.sql.dialects import for_driver, upsert
from creditbus.services.subscriber.sql.layout import ItemTables
from creditbus.services.subscriber.sql.postgres_copying import can_copy, copy_rows
from creditbus.services.subscriber.table_model import KEY, Row, TableModel

__all__ = ["RowWriting"]

_KEYS_AT_ONCE: Final = 300
"""Keys in one statement: SQLite takes 999 values in older versions."""
_COPIED_FROM: Final = 200
"""Rows from which on a temporary table costs less than it saves."""


class RowWriting:
    """Writes into tables that were prepared, within a transaction of the caller.

    Args:
        tables: that there are.

    """

    def __init__(self, tables: ItemTables) -> None:
        self._tables = tables
        self._may_copy = True

    def write(self, connection: sa.Connection, model: TableModel, rows: Sequence[Row]) -> None:
        """Write rows of different keys, whether they are there or not."""
        table, names = self._tables[model.name], model.names()
        # what the grant no longer admits does not stay; columns of others are not among these
        emptied = tuple(name for name in table.c.keys() if name not in names)  # noqa: SIM118 -- iteration gives columns
        if self._may_copy and len(rows) >= _COPIED_FROM and can_copy(connection):
            self._may_copy = copy_rows(connection, table.name, names, emptied, rows)
            if self._may_copy:
                return
        if emptied:
            names, nothing = names + emptied, (None,) * len(emptied)
            rows = [row + nothing for row in rows]
        statement = upsert(connection.dialect, table, names)
        if statement is None:
            places = [names.index(column) for column in KEY]
            self.remove(connection, model.name, [key_at(row, places) for row in rows])
            connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
            return
        connection.exec_driver_sql(statement, list(for_driver(connection.dialect, table, names, rows)))

    def remove(self, connection: sa.Connection, name: str, keys: Sequence[Key]) -> None:
        """Take the rows of keys out of a table, whether they are there or not."""
        table = self._tables[name]
        columns = sa.tuple_(*(table.c[column] for column in KEY))
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            connection.execute(table.delete().where(columns.in_(keys[start : start + _KEYS_AT_ONCE])))
