"""Which reading a row is of: the run where a source is read whole, else a file of it, or the keyed rows of a run."""

from typing import Self

from creditbus.connectors.memory.database import SqliteDatabase
from creditbus.connectors.memory.values import Noted

__all__ = ["Numbering"]


class Numbering:
    """Numbers of the readings of one run, growing from 1 over all runs of a connector."""

    def __init__(self, base: SqliteDatabase, name: str, *, whole: bool, looks: bool) -> None:
        self.name = name
        self.number = 0
        self.looks = looks
        """Nothing is written."""
        self._base = base
        self._whole = whole
        self._file = ""

    @classmethod
    def begun(cls, base: SqliteDatabase, name: str, rows: int, *, whole: bool) -> Self:
        """Begin a run of which some rows are published."""
        found = cls(base, name, whole=whole, looks=False)
        if whole:
            found._find(name, rows)
        return found

    @classmethod
    def looked_at(cls, base: SqliteDatabase, *, whole: bool) -> Self:
        """Begin a run that is only looked at."""
        found = cls(base, "", whole=whole, looks=True)
        (newest,) = base.one("SELECT coalesce(max(number), 0) FROM runs")
        found.number = int(newest) + 1
        return found

    def of(self, row: Noted) -> int:
        """Return the number of the reading that a row is of."""
        if self.looks:
            if not self._whole and row.file != self._file:
                self.number, self._file = self.number + 1, row.file
        elif not self._whole and not row.key and row.file != self._file:
            with self._base.transaction():
                self._find(f"{self.name}|{row.file}", 0)
            self._file = row.file
        elif not self.number:
            with self._base.transaction():
                self._find(self.name, 0)
        return self.number

    def current(self) -> int:
        """Return the number of the latest reading, within a transaction."""
        if not self.number:
            self._find(self.name, 0)
        return self.number

    def _find(self, reading: str, rows: int) -> None:
        """Find the number of a reading, or give it one."""
        known = self._base.one("SELECT number, rows FROM runs WHERE run = ?", reading)
        if known is None:
            self._base.execute(
                "INSERT INTO runs (run, rows, whole, complete, of) VALUES (?, ?, ?, 0, ?)",
                *(reading, rows, self._whole and rows == 0, self.name),
            )
            known = self._base.one("SELECT number, rows FROM runs WHERE run = ?", reading)
        elif known[1] < rows:
            self._base.execute("UPDATE runs SET whole = 0, rows = ? WHERE run = ?", rows, reading)
        self.number = known[0]
