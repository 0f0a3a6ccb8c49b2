"""Many rows into a table of PostgreSQL at once: by COPY into a temporary table, from there by one statement.

Row by row a server answers each; COPY takes a stream. It knows no "whether they are there or not", so the stream goes
into a table that ends with the transaction. See docs/adr/0049-copying.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import sqlalchemy as sa

from creditbus.services.subscriber.table_model import KEY, Row

__all__ = ["can_copy", "copy_rows"]

_DRIVER: Final = "psycopg"
_SAVEPOINT: Final = "creditbus_rows"
_NAME_BYTES: Final = 8


def can_copy(connection: sa.Connection) -> bool:
    """Whether the database is PostgreSQL, by the driver that streams rows."""
    return connection.dialect.name == "postgresql" and connection.dialect.driver == _DRIVER


def copy_rows(
    connection: sa.Connection, table: str, names: Sequence[str], emptied: Sequence[str], rows: Sequence[Row]
) -> bool:
    """Write rows whether they are there or not; False: the account may have no temporary table, nothing was written.

    What the driver raises is raised as it is: SQLAlchemy has no part in it.

    Args:
        connection: in a transaction.
        table: that takes them.
        names: columns that the rows fill, in their order.
        emptied: columns that are null afterwards.
        rows: of different keys.

    """
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(map(_quoted, names))
    # one for each form of rows: a transaction may write several, and thousands of rows of one, part by part
    form = blake2b("\0".join((table, *names)).encode(), digest_size=_NAME_BYTES).hexdigest()
    incoming = f"pg_temp.creditbus_rows_{form}"
    with driver.cursor() as cursor:
        if not _make(connection.dialect, cursor, incoming, f"{columns} FROM {_quoted(table)}"):
            return False
        with cursor.copy(f"COPY {incoming} ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        cursor.execute(_upsert(table, names, emptied, incoming))
        cursor.execute(f"TRUNCATE {incoming}")
    return True


def _make(dialect: Any, cursor: Any, incoming: str, columns: str) -> bool:
    """Make a temporary table of the types that columns have now; return whether that is allowed."""
    make = f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DROP AS SELECT {columns} WITH NO DATA"
    cursor.execute(f"SAVEPOINT {_SAVEPOINT}")
    try:
        cursor.execute(make)
    except (dialect.loaded_dbapi.ProgrammingError, dialect.loaded_dbapi.NotSupportedError):
        cursor.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        return False
    cursor.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
    return True


def _upsert(table: str, names: Sequence[str], emptied: Sequence[str], incoming: str) -> str:
    columns = list(map(_quoted, names))
    target = ", ".join([*columns, *map(_quoted, emptied)])
    source = ", ".join([*columns, *("NULL" for _ in emptied)])
    others = [_quoted(name) for name in (*names, *emptied) if name not in KEY]
    key, sets = ", ".join(map(_quoted, KEY)), ", ".join(f"{name} = excluded.{name}" for name in others)
    head = f"INSERT INTO {_quoted(table)} ({target}) SELECT {source} FROM {incoming}"  # noqa: S608 -- quoted names
    return f"{head} ON CONFLICT ({key}) DO UPDATE SET {sets}"


def _quoted(name: str) -> str:
    # not the dialect's way, which doubles each per cent sign for statements with values
    return '"' + name.replace('"', '""') + '"'
