"""Which rows mode compare has read: a digest of the key and of the content of every row that is on the bus.

It is a position that is too long for a position of the bus: a file of SQLite next to the connector's configuration.
What was published of a row is kept by the connector's memory. Files of earlier versions hold cells, too; these are
read, for a row that has not changed since can be withdrawn by nothing else.
In a compacted topic it would be atomic with the events, but rows of natural persons, which must not leave their
department, would lie on the bus (docs/adr/0020).
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from creditbus.connectors.common.sqlite_files import transaction
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql import messages

__all__ = ["KnownRow", "KnownRows"]

_TABLES = """
CREATE TABLE IF NOT EXISTS known (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, generation INTEGER NOT NULL, cells TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading (generation INTEGER NOT NULL, settled TEXT NOT NULL);
CREATE TEMP TABLE met (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_KEEP = """
INSERT INTO known (key, digest, generation) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, generation = excluded.generation,
    cells = CASE WHEN known.digest = excluded.digest THEN known.cells END
"""
_BUSY_SECONDS = 60


class KnownRow(NamedTuple):
    """One row as it was when it was read last."""

    key: str
    cells: str | None
    """Packed; ``None`` but for rows that an earlier version read."""

    def __repr__(self) -> str:
        return "KnownRow()"


class KnownRows:
    """The open file. Use :meth:`opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["KnownRows"]:
        """Open the file, made where it is missing.

        Raises:
            SourceError: it cannot be opened, or is something else.
        """
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                connection.executescript(_TABLES)
                yield cls(connection)
        except (sqlite3.Error, OSError) as error:
            raise SourceError(str(path), messages.FILE_UNUSABLE(error=error), messages.CHECK_STATE()) from error

    @property
    def generation(self) -> int:
        """Number of the latest reading from the start that got anywhere; 0: none."""
        return int(self._connection.execute("SELECT coalesce(max(generation), 0) FROM reading").fetchone()[0])

    def is_settled(self, text: str, count: int, generation: int) -> bool:
        """Say whether this part of a position is what :meth:`keep` settled last; arguments as of that."""
        tokens = _token(text, count, generation), _earlier_token(text, generation)
        return self._connection.execute("SELECT 1 FROM reading WHERE settled IN (?, ?)", tokens).fetchone() is not None

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

    def keep(self, digests: Mapping[str, str], generation: int, text: str, count: int) -> None:
        """Keep that rows are on the bus.

        Args:
            digests: of the rows, by key.
            generation: of the reading.
            text: what of a position is settled by it.
            count: of the rows that were read up to that position.
        """
        with transaction(self._connection):
            self._connection.execute("DELETE FROM reading")
            token = _token(text, count, generation)
            self._connection.execute("INSERT INTO reading VALUES (?, ?)", (generation, token))
            self._connection.executemany(_KEEP, ((*row, generation) for row in digests.items()))

    def release(self, keys: Iterable[str]) -> None:
        """Keep of rows that they are gone: should one come back, it is new, whatever it says."""
        with transaction(self._connection):
            self._connection.executemany("UPDATE known SET digest = '' WHERE key = ?", ((key,) for key in keys))

    def forget(self, keys: Iterable[str]) -> None:
        """Forget rows, for they are withdrawn."""
        with transaction(self._connection):
            self._connection.executemany("DELETE FROM known WHERE key = ?", ((key,) for key in keys))

    def meet(self, keys: Iterable[str]) -> None:
        """Note that these keys are in the table now."""
        with transaction(self._connection):
            self._connection.executemany("INSERT OR IGNORE INTO temp.met VALUES (?)", ((key,) for key in keys))

    def missed(self) -> Iterator[KnownRow]:
        """Give the known rows whose keys were not met since the file was opened."""
        query = "SELECT key, cells FROM known WHERE key NOT IN (SELECT key FROM temp.met) ORDER BY key"
        for key, cells in self._connection.execute(query):
            yield KnownRow(key, cells)


def _token(text: str, count: int, generation: int) -> str:
    # Generation and count, too: a table that is sent again as it is, and a row that comes back as it was, leave the
    # same text. Taken for settled, such a row would not be kept, and nobody would notice that it vanishes once more.
    return hashlib.sha256(f"{generation} {count} {text}".encode()).hexdigest()


def _earlier_token(text: str, generation: int) -> str:
    """Make the token of earlier versions, which may be what a file holds."""
    return hashlib.sha256(f"{generation} {text}".encode()).hexdigest()
