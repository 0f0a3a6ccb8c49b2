"""The SQLite file of a connector's memory: opened, brought to the newest layout, and its errors as one line."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from creditbus.connectors.common.sqlite_files import transaction
from creditbus.connectors.errors import SourceError
from creditbus.connectors.memory import messages
from creditbus.connectors.memory.layout import NEWEST_LAYOUT, statements

__all__ = ["SqliteDatabase"]

_CACHE_KIBIBYTES = 32_768


class SqliteDatabase:
    """An open file.

    Raises:
        SourceError: it cannot be used, or a newer version has written it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.failing():
            self._connection = sqlite3.connect(path, isolation_level=None)
            path.chmod(0o600)  # rows of a department's file
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
            self._migrate()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run one statement."""
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for each row of values."""
        self._connection.executemany(statement, rows)

    def one(self, statement: str, *values: Any) -> Any:
        """Return the first row of a result, None if there is none."""
        with closing(self._connection.execute(statement, values)) as cursor:
            return cursor.fetchone()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all or nothing of what is inside."""
        with self.failing(), transaction(self._connection):
            yield

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Raise what SQLite raises inside as a SourceError that names the file."""
        try:
            yield
        except sqlite3.Error as error:
            fix = messages.FREE_THE_DISK(fix=messages.DELETE_THE_FILE())
            raise SourceError(str(self.path), messages.FILE_UNUSABLE(error=error), fix) from error

    def damaged(self, file: str, sheet: str, row: int) -> SourceError:
        """Make the error for a row whose event cannot be read any more."""
        place = messages.PLACE(place="  ".join(filter(None, (file, sheet))), row=row)
        return SourceError(str(self.path), messages.KEPT_DAMAGED(place=place), messages.DELETE_THE_FILE())

    def _migrate(self) -> None:
        (layout,) = self.one("PRAGMA user_version")
        if layout > NEWEST_LAYOUT:
            raise SourceError(
                str(self.path), messages.OTHER_LAYOUT(layout=layout, newest_layout=NEWEST_LAYOUT), messages.DELETE_IT()
            )
        if layout < NEWEST_LAYOUT:
            with self.transaction():
                for statement in statements(layout):
                    self.execute(statement)
                self.execute(f"PRAGMA user_version = {NEWEST_LAYOUT}")
