"""What a database's errors become: one line, and of a value that it cannot keep another type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from creditbus.services.subscriber import messages
from creditbus.topics.errors import ConfigurationError, UnavailableError, UserError

__all__ = ["ValueRefusedError", "database_errors", "first_line", "without_password"]

_OF_VALUES: Final = "22"
"""Class of SQLSTATE: data exceptions."""
_OF_KEYS: Final = "54000"
"""PostgreSQL: a row of an index takes 2,704 bytes."""
_OF_ENCODINGS: Final = ("22P05", "22021")
_MYSQL_VALUES: Final = frozenset({1118, 1153, 1264, 1265, 1292, 1366, 1406})
"""Too long, out of range, or not of the column's type; pymysql takes some of them for a server that is away."""


class ValueRefusedError(ConfigurationError):
    """The database cannot keep a value: what it quotes of that stays out of this.

    Attributes:
        state: by which the database knows the reason.

    """

    def __init__(self, place: str, problem: str, fix: str, state: str) -> None:
        super().__init__(place, problem, fix)
        self.state = state


@contextmanager
def database_errors(engine: sa.Engine) -> Iterator[None]:
    """Turn what a database says into one line. What it quotes of values stays out of it.

    Raises:
        UnavailableError: it cannot be reached, or not now.
        ValueRefusedError: it cannot keep a value.
        ConfigurationError: it refuses.

    """
    try:
        yield
    except DBAPIError as error:
        raise _user_error(engine, error.orig, passing=isinstance(error, OperationalError)) from error
    # what SQLAlchemy was not asked for
    except engine.dialect.loaded_dbapi.Error as error:
        passing = isinstance(error, engine.dialect.loaded_dbapi.OperationalError)
        raise _user_error(engine, error, passing=passing) from error


def without_password(engine: sa.Engine) -> str:
    """Return where a database is, as a person may see it."""
    return engine.url.render_as_string(hide_password=True)


def first_line(error: BaseException | None) -> str:
    """Return what a driver says first."""
    # pymysql gives a number and its words
    words = error.args[-1] if error is not None and error.args else type(error).__name__
    return (str(words).strip().splitlines() or [type(error).__name__])[0]


def _user_error(engine: sa.Engine, error: BaseException | None, *, passing: bool) -> UserError:
    place, number = without_password(engine), _number(error)
    # a data error may quote a value
    state = str(getattr(error, "sqlstate", None) or number or type(error).__name__)
    if state in _OF_ENCODINGS:
        return ValueRefusedError(place, messages.ENCODING_LACKS(state=state), messages.UTF8_DATABASE(), state)
    of_value = isinstance(error, engine.dialect.loaded_dbapi.DataError) or number in _MYSQL_VALUES
    if of_value or state.startswith(_OF_VALUES) or state == _OF_KEYS:
        return ValueRefusedError(place, messages.VALUE_REFUSED(state=state), messages.FITS_ELSEWHERE(), state)
    if passing:
        return UnavailableError(place, messages.SAYS(said=first_line(error)), messages.CHECK_DATABASE())
    return ConfigurationError(place, messages.REFUSED_STATEMENT(state=state), messages.SEE_RIGHTS())


def _number(error: Any) -> int:
    match getattr(error, "args", ()):
        case (int(number), str()):
            return number
    return 0
