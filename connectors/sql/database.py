"""Connections to a database: time-outs, reading without writing, and what its errors become."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, NoSuchTableError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql import messages, mysql
from creditbus.connectors.sql.drivers import how_to_connect
from creditbus.connectors.sql.mysql import MYSQL
from creditbus.connectors.sql.settings import SqlSettings

__all__ = ["Database"]

_NO_DATABASE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_Loader = TypeVar("_Loader")
_SNAPSHOT = dict.fromkeys(("postgresql", *MYSQL), "REPEATABLE READ")


class Database:
    """Makes connections; keeps none, only what SQLAlchemy found out about the server.

    Args:
        settings: URL, password and time-outs.
    """

    def __init__(self, settings: SqlSettings) -> None:
        self._settings = settings
        url = make_url(settings.url)
        self.backend = url.get_backend_name()
        self._engines: dict[bool, Engine] = {}
        self.place = url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection whose statements see one snapshot, where the database has such, and write nothing."""
        with self._connected(writes=False) as connection:
            if level := _SNAPSHOT.get(self.backend):
                options = {"postgresql_readonly": True} if self.backend == "postgresql" else {}
                connection = connection.execution_options(isolation_level=level, **options)  # noqa: PLW2901 -- the same one
            try:
                yield connection
            finally:
                if connection.dialect.driver == "pymysql":
                    mysql.give_up_rest(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a connection with a transaction that is committed at the end of the block."""
        with self._connected(writes=True) as connection, connection.begin():
            yield connection

    def now(self, connection: Connection) -> datetime:
        """Return the present moment: the database's where it tells it with a zone, else this machine's."""
        if self.backend == "postgresql":
            return connection.execute(select(func.now())).scalar_one()
        if self.backend in MYSQL:
            now: datetime = connection.execute(select(func.utc_timestamp(6))).scalar_one()
            return now.replace(tzinfo=UTC)
        return datetime.now(UTC)

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        with self._errors():
            self._find_file()
            if writes not in self._engines:
                self._engines[writes] = self._engine(writes=writes)
            with self._engines[writes].connect() as connection:
                yield connection

    def _find_file(self) -> None:
        """Look for the file of an SQLite URL: its driver would make it.

        Raises:
            SourceError: it is not there, or is a folder.
        """
        name = make_url(self._settings.url).database if self.backend == "sqlite" else None
        if not name or name.startswith((":", "file:")):
            return
        try:
            problem = messages.NO_FILE() if not Path(name).exists() else None
            problem = messages.NO_DATABASE() if Path(name).is_dir() else problem
        except OSError:
            return  # the driver says why it may not look
        if problem is not None:
            raise SourceError(self.place, problem, messages.CHECK_PATH())

    def _engine(self, *, writes: bool) -> Engine:
        settings = self._settings
        url = make_url(settings.url)
        if settings.password is not None:
            url = url.set(password=settings.password.reveal())
        engine = create_engine(
            url, poolclass=NullPool, hide_parameters=True, connect_args=_connect_args(self.backend, settings)
        )
        if self.backend == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite_writing if writes else _prepare_sqlite_reading)
            event.listen(engine, "begin", _begin_sqlite_writing if writes else _begin_sqlite_reading)
        elif engine.dialect.driver == "psycopg":
            event.listen(engine, "connect", _prepare_psycopg)
            # SQLAlchemy gives up where `version()` does not say PostgreSQL, and Kingbase says its own name
            engine.dialect._get_server_version_info = _server_version  # type: ignore[method-assign] # noqa: SLF001 -- no hook
        elif self.backend in MYSQL:
            event.listen(engine, "connect", mysql.prepare_writing if writes else mysql.prepare_reading)
        return engine

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what a database says into one line. Parameters stay out of it: they are cells."""
        try:
            yield
        except NoSuchTableError as error:
            raise SourceError(self.place, messages.NO_TABLE(error=error), messages.SEE_DISCOVER()) from error
        except mysql.UNEQUIPPED as error:
            raise SourceError(self.place, messages.SAYS(said=str(error)), how_to_connect(self.backend)) from error
        except (
            NoSuchModuleError,
            ImportError,
        ) as error:  # the latter also where a driver lacks a library of the system
            raise SourceError(self.place, messages.NO_DRIVER(error=error), how_to_connect(self.backend)) from error
        except OperationalError as error:
            bare = self._settings.password is None and self.backend != "sqlite"
            fix = messages.CHECK_URL_AND_PASSWORD() if bare else messages.CHECK_URL()
            raise SourceError(self.place, messages.SAYS(said=_first_line(error)), fix) from error
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorname", "") in _NO_DATABASE:
                raise SourceError(self.place, messages.NO_DATABASE(), messages.CHECK_PATH()) from error
            # a data error may quote a value
            state = getattr(error.orig, "sqlstate", None) or type(error.orig).__name__
            no_right = state == "42501"
            problem = messages.SAYS(said=_first_line(error)) if no_right else messages.REFUSED_STATEMENT(state=state)
            raise SourceError(self.place, problem, messages.SEE_CHECK()) from error
        except SQLAlchemyError as error:
            raise SourceError(
                self.place, messages.UNREADABLE_KIND(name=type(error).__name__), messages.SEE_CHECK()
            ) from error


def _first_line(error: DBAPIError) -> str:
    if words := mysql.said(error.orig):
        return words
    return (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]


def _connect_args(backend: str, settings: SqlSettings) -> dict[str, Any]:
    if backend == "postgresql":
        milliseconds = settings.statement_seconds * 1000
        return {
            "connect_timeout": settings.connect_seconds,
            "application_name": "creditbus",
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
        }
    if backend == "sqlite":
        return {"timeout": settings.statement_seconds}
    if backend in MYSQL:
        return {"connect_timeout": settings.connect_seconds, "read_timeout": settings.statement_seconds}
    return {}


# SQLite's driver begins transactions by rules of its own; here SQLAlchemy says when (its documentation, "pysqlite").
def _prepare_sqlite_reading(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.text_factory = _text
    connection.execute("PRAGMA query_only = ON")


def _prepare_sqlite_writing(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.text_factory = _text


def _text(raw: bytes) -> str | bytes:
    """Read a text of SQLite, which takes any bytes for one. What is no UTF-8 stays bytes: its row alone is refused."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _begin_sqlite_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_sqlite_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_psycopg(connection: Any, _record: Any) -> None:
    """Let days and moments that Python has not (``infinity``, before Christ, 24:00) through as text.

    The driver would give up the whole reading at one such row; as text, it is refused by name like any other. A span of
    months or years is text, too: the driver would take 30 days for a month.
    """
    from psycopg.types import datetime as loaders  # noqa: PLC0415 -- there only with this driver

    for name, loader in (
        ("date", loaders.DateLoader),
        ("timestamp", loaders.TimestampLoader),
        ("timestamptz", loaders.TimestamptzLoader),
        ("time", loaders.TimeLoader),
        ("timetz", loaders.TimetzLoader),
        ("interval", loaders.IntervalLoader),
    ):
        connection.adapters.register_loader(name, _forgiving(loader))


def _server_version(connection: Connection) -> tuple[int, int]:
    """Return the version of PostgreSQL by whose rules a server goes, as it announces it; 9.6: it announces none."""
    raw: Any = connection.connection.dbapi_connection
    number = int(raw.info.server_version)
    return (number // 10_000, number // 100 % 100) if number else (9, 6)


_NO_SPANS = (b"mon", b"year")


def _forgiving(loader: type[_Loader]) -> type[_Loader]:
    from psycopg import DataError  # noqa: PLC0415 -- there only with this driver

    base: Any = loader
    load: Callable[[Any, Any], Any] = base.load

    def forgive(self: Any, data: Any) -> Any:
        raw = bytes(data)
        if any(unit in raw for unit in _NO_SPANS):
            return raw.decode()
        try:
            return load(self, data)
        except (DataError, OverflowError):
            return raw.decode()

    return type(loader.__name__, (base,), {"load": forgive})
