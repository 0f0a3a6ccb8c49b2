"""Reaching the database of a copy, and what its errors become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import QueuePool

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.sql.dialects import connect_arguments
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.text import Text

__all__ = ["database_errors", "engine_of"]

_WHERE: Final = "--to"


def engine_of(url: str, how_to_connect: Callable[[str], Text]) -> sa.Engine:
    """Return what makes connections to a database; none is made yet.

    Args:
        url: as SQLAlchemy writes them.
        how_to_connect: says what to install for a database, by the first word of its URL, and what that looks like.

    Raises:
        ConfigurationError: this is not a URL, or there is no driver.

    """
    try:
        parts = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        # not repeated: a password may stand in it
        raise ConfigurationError(_WHERE, messages.NOT_A_URL(), how_to_connect("")) from error
    backend = parts.get_backend_name()
    try:
        arguments = connect_arguments(backend)
        # one connection: what is written comes one after the other
        engine = sa.create_engine(parts, poolclass=QueuePool, pool_size=1, hide_parameters=True, connect_args=arguments)
    except (NoSuchModuleError, ImportError) as error:
        raise ConfigurationError(_WHERE, messages.NO_DRIVER(error=error), how_to_connect(backend)) from error
    if backend == "sqlite":
        sa.event.listen(engine, "connect", _leave_transactions)
        sa.event.listen(engine, "begin", _begin_writing)
    return engine


@contextmanager
def database_errors(engine: sa.Engine) -> Iterator[None]:
    """Turn what a database says into one line. What it quotes of values stays out of it.

    Raises:
        UnavailableError: it cannot be reached, or not now.
        ConfigurationError: it refuses.

    """
    place = engine.url.render_as_string(hide_password=True)
    try:
        yield
    except OperationalError as error:
        raise _unavailable(place, error.orig) from error
    except DBAPIError as error:
        raise _refused(place, error.orig) from error
    # what SQLAlchemy was not asked for
    except engine.dialect.loaded_dbapi.OperationalError as error:
        raise _unavailable(place, error) from error
    except engine.dialect.loaded_dbapi.Error as error:
        raise _refused(place, error) from error


def _unavailable(place: str, error: BaseException | None) -> UnavailableError:
    return UnavailableError(place, messages.SAYS(said=_first_line(error)), messages.CHECK_DATABASE())


def _refused(place: str, error: BaseException | None) -> ConfigurationError:
    # a data error may quote a value
    state = getattr(error, "sqlstate", None) or _number(error) or type(error).__name__
    return ConfigurationError(place, messages.REFUSED_STATEMENT(state=state), messages.SEE_RIGHTS())


def _first_line(error: BaseException | None) -> str:
    # pymysql gives a number and its words
    words = error.args[-1] if error is not None and error.args else type(error).__name__
    return (str(words).strip().splitlines() or [type(error).__name__])[0]


def _number(error: BaseException | None) -> str:
    match getattr(error, "args", ()):
        case (int(number), str()):
            return str(number)
    return ""


# SQLite's driver begins transactions by rules of its own; here SQLAlchemy says when (its documentation, "pysqlite").
def _leave_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin_writing(connection: sa.Connection) -> None:
    # at once for writing: a transaction that read first could not go on after another one has written
    connection.exec_driver_sql("BEGIN IMMEDIATE")
