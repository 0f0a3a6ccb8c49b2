"""What mode compare knows of earlier readings: key, digest and cells of every row that is on the bus.

A file of SQLite beside the connector, on the department's own machine and as confidential as the table itself. The
cells are kept because a withdrawal must say what it withdraws, when the row is gone.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from creditbus.connectors.errors import SourceError

__all__ = ["Known", "KnownRow"]

_TABLES = """
CREATE TABLE IF NOT EXISTS known (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, generation INTEGER NOT NULL, cells TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading (generation INTEGER NOT NULL, settled TEXT NOT NULL);
CREATE TEMP TABLE met (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_KEEP = """
INSERT INTO known (key, digest, cells, generation) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, generation = excluded.generation,
    cells = CASE WHEN known.digest = excluded.digest THEN coalesce(excluded.cells, known.cells) ELSE excluded.cells END
"""
_BUSY_SECONDS = 60


class KnownRow(NamedTuple):
    """One row as it was when it was read last."""

    key: str
    digest: str
    cells: str | None
    """Packed; ``None`` where it was gone before it could be kept."""

    def __repr__(self) -> str:
        return "KnownRow()"


class Known:
    """The open file. Use :meth:`opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["Known"]:
        """Open the file, made where it is missing.

        Raises:
            SourceError: it cannot be opened, or is something else.
        """
        try:
            if not path.exists():
                path.touch(mode=0o600)
            with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                connection.executescript(_TABLES)
                yield cls(connection)
        except (sqlite3.Error, OSError) as error:
            raise SourceError(str(path), f"cannot be used: {error}", "check settings.state") from error

    @property
    def generation(self) -> int:
        """Number of the latest reading from the start that got anywhere; 0: none."""
        return int(self._connection.execute("SELECT coalesce(max(generation), 0) FROM reading").fetchone()[0])

    def is_settled(self, text: str, generation: int) -> bool:
        """Say whether this is what :meth:`keep` settled last."""
        return (
            self._connection.execute("SELECT 1 FROM reading WHERE settled = ?", (_token(text, generation),)).fetchone()
            is not None
        )

    def digests(self, keys: Sequence[str]) -> Mapping[str, tuple[str, int]]:
        """Return digest and generation by key, of those that are known."""
        found: dict[str, tuple[str, int]] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            query = f"SELECT key, digest, generation FROM known WHERE key IN ({','.join('?' * len(part))})"  # noqa: S608 -- question marks only
            found.update({key: (digest, number) for key, digest, number in self._connection.execute(query, part)})
        return found

    def count(self) -> int:
        """Count the rows that are known."""
        return int(self._connection.execute("SELECT count(*) FROM known").fetchone()[0])

    def keep(self, rows: Iterable[KnownRow], generation: int, settled: str) -> None:
        """Keep rows that are on the bus, as of a generation, and what of a position is settled thereby."""
        with self._transaction():
            self._connection.execute("DELETE FROM reading")
            self._connection.execute("INSERT INTO reading VALUES (?, ?)", (generation, _token(settled, generation)))
            self._connection.executemany(_KEEP, ((*row, generation) for row in rows))

    def release(self, keys: Iterable[str]) -> None:
        """Keep of rows that they are gone: should one come back, it is new, whatever it says."""
        with self._transaction():
            self._connection.executemany("UPDATE known SET digest = '' WHERE key = ?", ((key,) for key in keys))

    def forget(self, keys: Iterable[str]) -> None:
        """Forget rows, for they are withdrawn."""
        with self._transaction():
            self._connection.executemany("DELETE FROM known WHERE key = ?", ((key,) for key in keys))

    def meet(self, keys: Iterable[str]) -> None:
        """Note that these keys are in the table now."""
        with self._transaction():
            self._connection.executemany("INSERT OR IGNORE INTO temp.met VALUES (?)", ((key,) for key in keys))

    def missed(self) -> Iterator[KnownRow]:
        """Give the known rows whose keys were not met since the file was opened."""
        query = "SELECT key, digest, cells FROM known WHERE key NOT IN (SELECT key FROM temp.met) ORDER BY key"
        for key, digest, cells in self._connection.execute(query):
            yield KnownRow(key, digest, cells)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _token(text: str, generation: int) -> str:
    # the generation too: a table that is sent again as it is leaves the same text
    return hashlib.sha256(f"{generation} {text}".encode()).hexdigest()
