"""Reaching the database of a copy."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SAWarning
from sqlalchemy.pool import QueuePool

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.sql.dialects import connect_arguments, session_statements
from creditbus.services.subscriber.sql.refusals import first_line, without_password
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Text

__all__ = ["engine_of"]

_WHERE: Final = "--to"
_IN_MEMORY: Final = ":memory:"


def engine_of(url: str, how_to_connect: Callable[[str], Text], problem: Text | None = None) -> sa.Engine:
    """Return what makes connections to a database; none is made yet.

    Connecting raises `ConfigurationError` where the driver does not take what the URL says.

    Args:
        url: as SQLAlchemy writes them.
        how_to_connect: says what to install for a database, by the first word of its URL, and what that looks like.
        problem: is said of what is not a URL; None: what `feed sync` takes.

    Raises:
        ConfigurationError: this is not a URL, there is no driver, or an option of the URL will not do.

    """
    try:
        parts = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        # not repeated: a password may stand in it
        raise ConfigurationError(_WHERE, problem or messages.NOT_A_URL(), how_to_connect("")) from error
    backend = parts.get_backend_name()
    if backend == "sqlite" and _is_in_memory(parts):
        raise ConfigurationError(_WHERE, messages.IN_MEMORY(), how_to_connect(backend))
    try:
        arguments = connect_arguments(backend, parts.get_driver_name())
        with warnings.catch_warnings():
            # of an option that no driver takes
            warnings.simplefilter("error", SAWarning)
            # one connection: what is written comes one after the other
            engine = sa.create_engine(
                parts, poolclass=QueuePool, pool_size=1, hide_parameters=True, connect_args=arguments
            )
    except (NoSuchModuleError, ImportError) as error:
        raise ConfigurationError(_WHERE, messages.NO_DRIVER(error=error), how_to_connect(backend)) from error
    except (ArgumentError, ValueError, TypeError, LookupError, SAWarning) as error:
        raise ConfigurationError(_WHERE, _said(error, parts), how_to_connect(backend)) from error

    @sa.event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, given: Any, named: Any) -> Any:
        return _connected(engine, dialect, given, named, how_to_connect(backend))

    if statements := session_statements(backend):
        # before SQLAlchemy looks at the server
        sa.event.listen(engine, "connect", _begin_session(statements), insert=True)
    if backend == "sqlite":
        sa.event.listen(engine, "connect", _leave_transactions)
        sa.event.listen(engine, "begin", _begin_writing)
    return engine


def _is_in_memory(url: sa.URL) -> bool:
    return (
        url.database in {None, "", _IN_MEMORY} or _IN_MEMORY in str(url.database) or url.query.get("mode") == "memory"
    )


def _connected(engine: sa.Engine, dialect: Any, given: Any, named: Any, how: Text) -> Any:
    try:
        return dialect.connect(*given, **named)
    except dialect.loaded_dbapi.OperationalError:
        raise
    except Exception as error:  # drivers raise anything over an option or a file that the URL names
        raise ConfigurationError(without_password(engine), _said(error, engine.url), how) from error


def _said(error: Exception, url: sa.URL) -> Text:
    said = first_line(error)
    return messages.URL_REFUSED(said=said if url.password is None else said.replace(str(url.password), "***"))


def _begin_session(statements: Sequence[str]) -> Callable[[Any, Any], None]:
    def begin(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        try:
            for statement in statements:
                cursor.execute(statement)
        finally:
            cursor.close()

    return begin


# SQLite's driver begins transactions by rules of its own; here SQLAlchemy says when (its documentation, "pysqlite").
def _leave_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin_writing(connection: sa.Connection) -> None:
    # at once for writing: a transaction that read first could not go on after another one has written
    connection.exec_driver_sql("BEGIN IMMEDIATE")
