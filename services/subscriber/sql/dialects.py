"""What is different between databases: types, and how a row that may be there already is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from creditbus.services.subscriber.table_model import KEY, Kind, Row

__all__ = [
    "MYSQL",
    "connect_arguments",
    "for_driver",
    "is_narrower",
    "key_type",
    "same_name",
    "session_statements",
    "type_of",
    "upsert",
]

#: First words of the URLs of MySQL and MariaDB.
MYSQL: Final = ("mysql", "mariadb")

_CONFLICT: Final = ("postgresql", "sqlite")
_MARKS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}
"""What stands for a value, by the style that a driver names; those of the last take `%s`, too."""
_KEY_CHARACTERS: Final = dict(zip(KEY, (64, 255, 400), strict=True))
"""InnoDB takes 3,072 bytes of a key, at four bytes a character."""
_CONNECT_SECONDS: Final = 10
_STRICT: Final = ("STRICT_ALL_TABLES", "NO_ENGINE_SUBSTITUTION")
_UTF8: Final[Mapping[str, dict[str, Any]]] = {
    "psycopg": {"client_encoding": "utf8"},
    "psycopg2": {"client_encoding": "utf8"},
    "pymysql": {"charset": "utf8mb4"},
    "mysqldb": {"charset": "utf8mb4"},
}
"""How drivers are asked for it, by their names."""


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


def connect_arguments(backend: str, driver: str) -> dict[str, Any]:
    """Return what a driver is given in addition to the URL, and in place of what that says.

    Texts go over the wire in UTF-8, whatever the database, the server or the account has set: any other encoding lacks
    characters of names.
    """
    if backend == "sqlite":
        # calls come from several threads, one after the other
        return {"timeout": _CONNECT_SECONDS, "check_same_thread": False}
    if backend not in {"postgresql", *MYSQL}:
        return {}
    return {"connect_timeout": _CONNECT_SECONDS, **_UTF8.get(driver, {})}


def session_statements(backend: str) -> Sequence[str]:
    """Return what is said on each connection before anything else.

    Without its strict mode MySQL cuts what is too long: two records whose keys begin alike would become one row.
    """
    return (f"SET @@SESSION.sql_mode = '{','.join(_STRICT)}'",) if backend in MYSQL else ()


def same_name(dialect: Any) -> Callable[[str], str]:
    """Return what makes two names of columns equal that a database takes for one."""
    return str if dialect.name == "postgresql" else str.lower


def is_narrower(there: Any, wanted: Any) -> bool:
    """Whether a column holds shorter texts than it is to; creditbus made `TEXT` in MySQL, of 65,535 bytes."""
    return isinstance(wanted, mysql.LONGTEXT) and isinstance(there, sa.Text) and not isinstance(there, mysql.LONGTEXT)


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
            if dialect.name in MYSQL:
                # its TEXT ends at 65,535 bytes
                return mysql.LONGTEXT()
            return sa.Text() if dialect.name in _CONFLICT else sa.UnicodeText()
        case Kind.NUMBER:
            return sa.BigInteger()
        case Kind.FLAG:
            return sa.Boolean()
        case Kind.MOMENT:
            return sa.DateTime(timezone=True) if dialect.name == "postgresql" else _UtcMoment()


def upsert(dialect: Any, table: sa.Table, names: Sequence[str]) -> str | None:
    """Return the statement that writes rows whether they are there or not; None: the database has no such statement.

    As its driver takes it, because drivers make one statement of hundreds of rows only of the plain form: pymysql knows
    it by a pattern, which MySQL's newer `AS new` does not fit.

    Args:
        dialect: of the database.
        table: with all columns that there are.
        names: columns that the rows fill, in their order.

    """
    mark = _MARKS.get(dialect.paramstyle)
    if mark is None:
        return None
    quote = dialect.identifier_preparer.quote
    values = ", ".join([mark] * len(names))
    head = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({values})"  # noqa: S608 -- quoted names
    others = [quote(name) for name in names if name not in KEY]
    if dialect.name in _CONFLICT:
        key, sets = ", ".join(map(quote, KEY)), ", ".join(f"{name} = excluded.{name}" for name in others)
        return f"{head} ON CONFLICT ({key}) DO UPDATE SET {sets}"
    if dialect.name in MYSQL:
        return f"{head} ON DUPLICATE KEY UPDATE {', '.join(f'{name} = VALUES({name})' for name in others)}"
    return None


def for_driver(dialect: Any, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> Sequence[Row]:
    """Return rows with their values as the driver of a database takes them.

    SQLAlchemy does the same for each value of each row; here only those columns are looked at whose type asks for it.
    """
    made = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    changed = [(place, process) for place, process in enumerate(made) if process is not None]
    if not changed:
        return rows
    found = []
    for row in rows:
        values = list(row)
        for place, process in changed:
            values[place] = process(values[place])
        found.append(tuple(values))
    return found
