"""The rows that a connector has published, and which of their records are gone; its contract is that of the package."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Self

from creditbus.connectors.errors import SourceError
from creditbus.connectors.memory import missing_records
from creditbus.connectors.memory.database import SqliteDatabase
from creditbus.connectors.memory.noted_run import NotedRun
from creditbus.connectors.memory.values import StatedRecords, VanishedRecord

__all__ = ["PublishedRows"]


class PublishedRows:
    """The memory of one connector; use it as a context manager.

    Args:
        home: the home folder of this installation.
        connector: id of the connector.

    Raises:
        SourceError: the file cannot be used; delete it to begin again.
    """

    def __init__(self, home: Path, connector: str) -> None:
        self._base = SqliteDatabase(self.path_of(home, connector))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    @staticmethod
    def path_of(home: Path, connector: str) -> Path:
        """Return where the memory of a connector is; arguments as of the class."""
        return home / "connectors" / f"{connector}.sqlite"

    def is_new(self) -> bool:
        """Say whether no run was ever noted: the connector never ran, or its memory was lost."""
        with self._base.failing():
            return self._base.one("SELECT 1 FROM runs LIMIT 1") is None

    def place(self, last: int, now: int) -> int:
        """Return a place in the order of the readings that is greater than all before.

        Args:
            last: the greatest one that Kafka knows of.
            now: microseconds since 1970: it keeps the order where neither Kafka nor this file remembers one.
        """
        with self._base.transaction():
            (known,) = self._base.one("SELECT last FROM place")
            after = max(now, last + 1, int(known) + 1)
            self._base.execute("UPDATE place SET last = ?", after)
        return after

    def begin(
        self,
        run: str,
        rows: int,
        *,
        last: tuple[str, int] | None = None,
        whole: bool = True,
        all_again: bool = False,
        place: int = 0,
        compared: bool = False,
    ) -> NotedRun:
        """Begin a run, or go on with it after the rows that are published.

        A run whose earlier rows were noted elsewhere is not whole: what it misses may have been among them.

        Args:
            run: the run.
            rows: rows of it that are published.
            last: the run that published last and how many rows it published, as Kafka knows; None: none did.
            whole: the run reads the whole source; else rows that are new or changed, or file after file.
            all_again: every row counts as a later word. So they do, too, where what was published is not known here.
            place: of the run in the order of the readings.
            compared: the source says by their keys which rows are gone: their events are kept, for withdrawals.
        """
        return NotedRun.begun(
            self._base, run, rows, last=last, whole=whole, all_again=all_again, place=place, compared=compared
        )

    def look(self, *, whole: bool) -> NotedRun:
        """Begin to judge rows as a next run would, without noting any.

        Args:
            whole: as of `begin`.
        """
        return NotedRun.looked_at(self._base, whole=whole)

    def vanished(self, scope: str) -> Iterator[VanishedRecord]:
        """Yield the records that were published, were missing in the last complete run and have not been withdrawn.

        They come by file, sheet and row. There are none if that run was not read from its start.

        Args:
            scope: where a record is missed, as `Vanished` of the configuration says.

        Raises:
            SourceError: the file cannot be used, or what it keeps is damaged.
        """
        return missing_records.of_readings(self._base, scope)

    def gone(self, keys: Collection[str]) -> Iterator[VanishedRecord]:
        """Yield the published records that no row states any more, now that these keys are gone from the source.

        A row that states another record now states its earlier one no more. Errors as of `vanished`.
        """
        return missing_records.of_keys(self._base, keys)

    def stated(self, keys: Collection[str]) -> StatedRecords:
        """Return what rows with other keys than these state."""
        return missing_records.stated_by_others(self._base, keys)

    def known(self, scope: str) -> int:
        """Return the number of records that the last complete run could miss, withdrawn ones left out.

        Args:
            scope: as of `vanished`.
        """
        return missing_records.count_of_readings(self._base, scope)

    def known_by_key(self) -> int:
        """Return the number of records that rows with keys stated and that are not withdrawn."""
        with self._base.failing():
            (count,) = self._base.one("SELECT count(DISTINCT record) FROM keyed")
        return int(count)

    def take_back(self, records: Iterable[bytes]) -> None:
        """Keep that the withdrawal of records is about to be sent: should one come back, that lifts it."""
        with self._base.transaction():
            self._base.executemany("INSERT OR REPLACE INTO taken VALUES (?, 0, 0)", ((record,) for record in records))

    def withdraw(self, records: Collection[bytes], run: str) -> None:
        """Keep that records are withdrawn: they are not proposed again."""
        with self._base.transaction():
            self._base.executemany("INSERT OR REPLACE INTO withdrawn VALUES (?, ?)", ((one, run) for one in records))
            for table in ("keyed", "sent"):
                self._base.executemany(f"DELETE FROM {table} WHERE record = ?", ((one,) for one in records))  # noqa: S608 -- the two names above

    def damaged(self, file: str, sheet: str, row: int) -> SourceError:
        """Make the error for a row whose event cannot be read any more."""
        return self._base.damaged(file, sheet, row)
