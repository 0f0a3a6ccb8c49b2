"""What is different between databases: types, and how a row that may be there already is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from creditbus.services.subscriber.table_model import KEY, Kind

__all__ = ["MYSQL", "connect_arguments", "key_type", "type_of", "upsert"]

#: First words of the URLs of MySQL and MariaDB.
MYSQL: Final = ("mysql", "mariadb")

_CONFLICT: Final = ("postgresql", "sqlite")
_KEY_CHARACTERS: Final = dict(zip(KEY, (64, 255, 400), strict=True))
"""InnoDB takes 3,072 bytes of a key, at four bytes a character."""
_CONNECT_SECONDS: Final = 10


class _UtcMoment(sa.TypeDecorator[datetime]):
    """A moment in a column without a zone, in UTC."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        # MySQL's own DATETIME keeps whole seconds
        return dialect.type_descriptor(mysql.DATETIME(fsp=3) if dialect.name in MYSQL else sa.DateTime())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def connect_arguments(backend: str) -> dict[str, Any]:
    """Return what a driver is given in addition to the URL."""
    if backend == "sqlite":
        # calls come from several threads, one after the other
        return {"timeout": _CONNECT_SECONDS, "check_same_thread": False}
    if backend in ("postgresql", *MYSQL):
        return {"connect_timeout": _CONNECT_SECONDS}
    return {}


def key_type(dialect: Any, name: str) -> sa.types.TypeEngine[Any]:
    """Return the type of a column of the key: texts that are compared byte by byte, the blank at the end included.

    The usual collations of MySQL take 甲A and 甲a for one key, and the row of one record would replace another's.
    """
    if dialect.name in MYSQL:
        exact = "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"
        return mysql.VARCHAR(_KEY_CHARACTERS[name], charset="utf8mb4", collation=exact)
    return sa.Text() if dialect.name in _CONFLICT else sa.Unicode(_KEY_CHARACTERS[name])


def type_of(dialect: Any, kind: Kind) -> sa.types.TypeEngine[Any]:
    """Return the type of any other column."""
    match kind:
        case Kind.TEXT:
            return sa.Text() if dialect.name in (*_CONFLICT, *MYSQL) else sa.UnicodeText()
        case Kind.NUMBER:
            return sa.BigInteger()
        case Kind.FLAG:
            return sa.Boolean()
        case Kind.MOMENT:
            return sa.DateTime(timezone=True) if dialect.name == "postgresql" else _UtcMoment()


def upsert(dialect: Any, table: sa.Table, names: Sequence[str], emptied: Sequence[str]) -> sa.TextClause | None:
    """Return the statement that writes rows whether they are there or not; None: the database has no such statement.

    As text, because the drivers make one statement of hundreds of rows only of the plain form: pymysql knows it by a
    pattern, which MySQL's newer `AS new` does not fit.

    Args:
        dialect: of the database.
        table: with all columns that there are.
        names: columns that the rows fill, in their order.
        emptied: columns of ours that they do not fill: what the grant no longer admits does not stay.

    """
    quote = dialect.identifier_preparer.quote
    columns = [*names, *emptied]
    values = ", ".join([*(f":v{place}" for place in range(len(names))), *("NULL" for _ in emptied)])
    head = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, columns))}) VALUES ({values})"  # noqa: S608 -- quoted names
    others = [quote(name) for name in columns if name not in KEY]
    if dialect.name in _CONFLICT:
        key, sets = ", ".join(map(quote, KEY)), ", ".join(f"{name} = excluded.{name}" for name in others)
        statement = f"{head} ON CONFLICT ({key}) DO UPDATE SET {sets}"
    elif dialect.name in MYSQL:
        sets = ", ".join(f"{name} = VALUES({name})" for name in others)
        statement = f"{head} ON DUPLICATE KEY UPDATE {sets}"
    else:
        return None
    binds = [sa.bindparam(f"v{place}", type_=table.c[name].type) for place, name in enumerate(names)]
    return sa.text(statement).bindparams(*binds)
