"""What a connector has published, by record: how a run finds what is new, changed, or gone from the source.

One SQLite file a connector, in the home folder of its department. It is a memory, never the truth: positions, which
make publishing exact, are in Kafka. Lost, it costs one run that cannot tell what vanished
(docs/adr/0023-vanished-rows.md).

A row is noted before the transaction that publishes it. So nothing that was published is unknown here; what is known
here may, after a crash, not have been published.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Self

from creditbus.connectors.errors import SourceError

__all__ = ["Comparison", "Memory", "Noted", "Vanished", "noted"]

_LAYOUT = 1
_DIGEST_BYTES = 16
_CACHE_KIBIBYTES = 32_768
_FIX = "delete the file: it is then made anew"
_SCHEMA = """
CREATE TABLE runs (number INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, whole INTEGER NOT NULL,
                   complete INTEGER NOT NULL);
CREATE TABLE contents (record BLOB NOT NULL, content BLOB NOT NULL, alike BLOB NOT NULL, file TEXT NOT NULL,
                       sheet TEXT NOT NULL, row INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                       event BLOB NOT NULL, PRIMARY KEY (record, content));
CREATE TABLE withdrawn (record BLOB PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
"""


class Noted(NamedTuple):
    """One row to note. ``repr`` shows its place alone."""

    record: bytes
    """Digest of the record's identity: item, authority, document number and the subject's codes as given."""
    content: bytes
    """Digest of what the row says."""
    alike: bytes
    """Digest of item, authority, document number and the subject's name: equal where only the code was corrected."""
    file: str
    sheet: str
    row: int
    event: bytes
    """The event as it was published, framed Avro: what a withdrawal is made of."""

    def __repr__(self) -> str:
        return f"Noted(file={self.file!r}, sheet={self.sheet!r}, row={self.row})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A complete run against what the connector had published before, in records."""

    new: int
    unchanged: int
    changed: int
    vanished: int = 0
    """Proposed for withdrawal: rows that intake would refuse are no records, and do not count."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A record that the last complete run did not hold any more."""

    key: str
    """Digest of its identity, hexadecimal: names it for `connector withdraw`."""
    file: str
    sheet: str
    row: int
    event: bytes = field(repr=False)
    recoded: bool
    """The last run holds the same document for the same name under another code: very likely the same record."""


def noted(event: Mapping[str, Any], value: bytes) -> Noted:
    """Digest an event that is about to be published."""
    header, origin = event["header"], event["header"]["origin"]
    document = (header["item"], header["authority"], header["document_no"])
    return Noted(
        _digest((*document, *event["claim"].values())),
        _digest(event["content"].values()),
        _digest((*document, header["subject_name"])),
        origin["file"],
        origin["sheet"],
        origin["row"],
        value,
    )


def _digest(parts: Iterable[Any]) -> bytes:
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


class Memory:
    """The memory of one connector; use it as a context manager.

    Args:
        home: the home folder of this installation.
        connector: id of the connector.

    Raises:
        SourceError: the file cannot be used; delete it to begin anew.
    """

    def __init__(self, home: Path, connector: str) -> None:
        self.path = home / "connectors" / f"{connector}.sqlite"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._run = 0
        with self._failing():
            self._base = sqlite3.connect(self.path, isolation_level=None)
            self.path.chmod(0o600)  # rows of a department's file
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
            self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def begin(self, run: str, rows: int) -> None:
        """Begin a run, or go on with it behind so many rows.

        A run whose earlier rows were noted elsewhere is not whole: what it misses may have been among them.
        """
        with self._failing(), self._transaction():
            known = self._one("SELECT number, rows FROM runs WHERE run = ?", run)
            if known is None:
                self._base.execute(
                    "INSERT INTO runs (run, rows, whole, complete) VALUES (?, ?, ?, 0)", (run, rows, rows == 0)
                )
                known = self._one("SELECT number, rows FROM runs WHERE run = ?", run)
            elif known[1] < rows:
                self._base.execute("UPDATE runs SET whole = 0, rows = ? WHERE run = ?", (rows, run))
            self._run = known[0]

    def note(self, rows: Iterable[Noted], read: int) -> None:
        """Note the rows of a chunk that is about to be published; with it so many rows of the run are read."""
        run = self._run
        with self._failing(), self._transaction():
            for one in rows:
                seen = self._base.execute(
                    "UPDATE contents SET last = ?, file = ?, sheet = ?, row = ? WHERE record = ? AND content = ?",
                    (run, one.file, one.sheet, one.row, one.record, one.content),
                )
                if not seen.rowcount:
                    self._base.execute(
                        "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (*one[:6], run, run, zlib.compress(one.event, 1)),
                    )
            self._base.execute("UPDATE runs SET rows = max(rows, ?) WHERE number = ?", (read, run))

    def complete(self) -> Comparison | None:
        """End the run as complete and compare it; None where it is not whole, and so cannot be compared.

        What has vanished is not counted here: `vanished` gives it.
        """
        run = self._run
        with self._failing(), self._transaction():
            self._base.execute("UPDATE runs SET complete = 1 WHERE number = ?", (run,))
            (whole,) = self._one("SELECT whole FROM runs WHERE number = ?", run)
            if not whole:
                return None
            new, changed, unchanged = self._one(
                """SELECT total(first = ?1 AND NOT known), total(first = ?1 AND known), total(first < ?1) FROM (
                     SELECT first, EXISTS (SELECT 1 FROM contents AS older
                                           WHERE older.record = contents.record AND older.first < ?1) AS known
                     FROM contents WHERE last = ?1)""",
                run,
            )
            # a record that is there keeps what it says now alone: said again later, an earlier content is a change
            self._base.execute(
                """DELETE FROM contents WHERE last < ?1 AND EXISTS (
                     SELECT 1 FROM contents AS newer WHERE newer.record = contents.record AND newer.last = ?1)""",
                (run,),
            )
            self._base.execute(
                "DELETE FROM withdrawn WHERE record IN (SELECT record FROM contents WHERE last = ?)", (run,)
            )
        return Comparison(int(new), int(unchanged), int(changed))

    def vanished(self, scope: str) -> Iterator[Vanished]:
        """Give the records that the last complete run misses and nobody has withdrawn, by place; none if it is partial.

        Args:
            scope: where a record is missed, as `Vanished` of the configuration says.

        Raises:
            SourceError: the file cannot be used, or what it keeps is damaged.
        """
        with self._failing():
            last = self._one("SELECT number, whole FROM runs WHERE complete = 1 ORDER BY number DESC LIMIT 1")
            if last is None or not last[1] or scope == "never":
                return
            found = self._base.execute(
                """SELECT record, file, sheet, row, event, alike IN (SELECT alike FROM contents WHERE last = ?1)
                   FROM contents
                   WHERE last < ?1 AND record NOT IN (SELECT record FROM withdrawn)
                     AND last = (SELECT max(last) FROM contents AS same WHERE same.record = contents.record)
                     AND (?2 = 'connector' OR file IN (SELECT file FROM contents WHERE last = ?1))
                   GROUP BY record ORDER BY file, sheet, row""",
                (last[0], scope),
            ).fetchall()
        for record, file, sheet, row, event, recoded in found:
            try:
                plain = zlib.decompress(event)
            except zlib.error as error:
                raise self.damaged(file, sheet, row) from error
            yield Vanished(record.hex(), file, sheet, row, plain, bool(recoded))

    def damaged(self, file: str, sheet: str, row: int) -> SourceError:
        """Make the error for a row whose event cannot be read any more."""
        place = "  ".join(filter(None, (file, sheet, f"row {row}")))
        return SourceError(str(self.path), f"what it keeps of {place} is damaged", _FIX)

    def withdraw(self, keys: Iterable[str], run: str) -> None:
        """Keep that records are withdrawn: they are not proposed again."""
        with self._failing(), self._transaction():
            self._base.executemany(
                "INSERT OR REPLACE INTO withdrawn VALUES (?, ?)", [(bytes.fromhex(key), run) for key in keys]
            )

    def known(self, scope: str) -> int:
        """Return the number of records that the last complete run could miss, withdrawn ones left out.

        Args:
            scope: As of `vanished`.
        """
        with self._failing():
            (count,) = self._one(
                """SELECT count(DISTINCT record) FROM contents
                   WHERE record NOT IN (SELECT record FROM withdrawn)
                     AND (?1 = 'connector' OR file IN (SELECT file FROM contents WHERE last = (
                       SELECT max(number) FROM runs WHERE complete = 1)))""",
                scope,
            )
        return int(count)

    def _prepare(self) -> None:
        (layout,) = self._one("PRAGMA user_version")
        if layout == 0:
            with self._transaction():
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA user_version = {_LAYOUT}")
        elif layout != _LAYOUT:
            raise SourceError(str(self.path), f"has layout {layout}, this version reads {_LAYOUT}", "delete it")

    def _one(self, statement: str, *values: Any) -> Any:
        with closing(self._base.execute(statement, values)) as cursor:
            return cursor.fetchone()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            fix = f"free the disk, or {_FIX}"
            raise SourceError(str(self.path), f"cannot be used: {error}", fix) from error
