"""Which keys of a topic were deleted: a file of the connector's own, for topics forget their deletes."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from creditbus.connectors.common.sqlite_files import transaction
from creditbus.connectors.errors import SourceError
from creditbus.connectors.kafka import messages

__all__ = ["GoneKeys"]

_TABLE = "CREATE TABLE IF NOT EXISTS gone (key TEXT PRIMARY KEY) WITHOUT ROWID"


class GoneKeys:
    """The file; it holds digests of keys alone, and is open only while it is asked.

    What a reading notes is noted before any row after it is given, so before the position passes it: a process that is
    killed reads it once more, and noting it twice changes nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._latest: dict[str, bool] = {}

    def note(self, key: str, *, gone: bool) -> None:
        """Note the last word of a key; :meth:`keep` writes it."""
        self._latest[key] = gone

    def keep(self) -> None:
        """Write what was noted.

        Raises:
            SourceError: the file cannot be used.
        """
        if not self._latest:
            return
        with self._opened() as base, transaction(base):
            base.executemany(
                "INSERT OR IGNORE INTO gone VALUES (?)", [(k,) for k, gone in self._latest.items() if gone]
            )
            base.executemany("DELETE FROM gone WHERE key = ?", [(k,) for k, gone in self._latest.items() if not gone])
        self._latest.clear()

    def keys(self) -> list[str]:
        """Return the keys that are deleted, and not forgotten; errors as of :meth:`keep`."""
        with self._opened() as base:
            return [key for (key,) in base.execute("SELECT key FROM gone ORDER BY key")]

    def forget(self, keys: Sequence[str]) -> None:
        """Forget keys; errors as of :meth:`keep`."""
        with self._opened() as base, transaction(base):
            base.executemany("DELETE FROM gone WHERE key = ?", [(key,) for key in keys])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, isolation_level=None)) as base:
                base.execute(_TABLE)
                yield base
        except (sqlite3.Error, OSError) as error:
            raise SourceError(str(self._path), messages.STATE_UNUSABLE(error=error), messages.CHECK_STATE()) from error
