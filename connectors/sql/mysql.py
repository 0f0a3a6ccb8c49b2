"""What is different with MySQL and MariaDB: moments, sets, streamed results, and the form of their errors."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import mysql
from sqlalchemy.sql.elements import ColumnElement

__all__ = ["MYSQL", "UNEQUIPPED", "give_up_rest", "has_moments", "prepare_reading", "prepare_writing", "read", "said"]

MYSQL = ("mysql", "mariadb")
"""First words of their URLs."""

UNEQUIPPED = RuntimeError
"""What pymysql raises where a login needs the package cryptography, and it is not there."""


class _Moment(sa.TypeDecorator[datetime]):
    """A TIMESTAMP: the server keeps it in UTC, and gives it in the zone of the session, which is UTC here."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


class _Clock(sa.TypeDecorator[Any]):
    """A TIME, which is a span: what lies within one day is a time of day, all else the text that the server writes.

    SQLAlchemy would take whole days from it: -838:59:59 would be one o'clock.
    """

    impl = sa.types.NullType
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return _time_of(value) if isinstance(value, timedelta) else value


def _time_of(span: timedelta) -> time | str:
    if timedelta() <= span < timedelta(days=1):
        return (datetime(1, 1, 1, tzinfo=UTC) + span).time()
    seconds, fraction = divmod(abs(span), timedelta(seconds=1))
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    sign = "-" if span < timedelta() else ""
    text = f"{sign}{hour:02}:{minute:02}:{second:02}"
    return f"{text}.{fraction.microseconds:06}" if fraction else text


def read(column: sa.Column[Any]) -> ColumnElement[Any]:
    """Choose how a column is read and compared.

    A TIMESTAMP is a moment. A SET is text: SQLAlchemy would give a Python set, whose order is another in each process.
    A DOUBLE stays a float: SQLAlchemy would round it to ten decimals. A TIME of no day stays what it is.
    """
    if isinstance(column.type, sa.Time):
        return sa.type_coerce(column, _Clock())
    if isinstance(column.type, sa.TIMESTAMP):
        return sa.type_coerce(column, _Moment())
    if isinstance(column.type, mysql.SET):
        return sa.type_coerce(column, sa.Text())
    if isinstance(column.type, sa.Float):
        return sa.type_coerce(column, sa.Float())
    return column


def has_moments(columns: tuple[sa.Column[Any], ...]) -> bool:
    """Say whether there is a TIMESTAMP among the columns."""
    return any(isinstance(column.type, sa.TIMESTAMP) for column in columns)


def prepare_reading(connection: Any, record: Any) -> None:
    """Set up a session that reads: moments in UTC, and nothing is written."""
    prepare_writing(connection, record)
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


def prepare_writing(connection: Any, _record: Any) -> None:
    """Set up a session that writes: moments in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SET @@session.time_zone = '+00:00'")


def give_up_rest(connection: Connection) -> None:
    """Close a connection whose streamed result was not read to its end.

    pymysql has no way to say so: anyone who closes the cursor, or the connection before it, waits for the rest of the
    table, or gets an error of the library's own. The private names are those of pymysql 1.x; a contract test has them.
    """
    if connection.invalidated:
        return
    raw: Any = connection.connection.dbapi_connection
    unread: Any = getattr(raw, "_result", None)
    if unread is not None and unread.unbuffered_active:
        unread.unbuffered_active = False
        connection.invalidate()


def said(error: BaseException | None) -> str:
    """Give what the server says, and its number; empty: the error is not of such a server."""
    match getattr(error, "args", ()):
        case (int(number), str(words)):
            return f"{words.splitlines()[0] if words else type(error).__name__} ({number})"
    return ""
