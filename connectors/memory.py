"""What a connector has published, by record: how a run finds what is new, changed, or gone from the source.

One SQLite file a connector, in the home folder of its department. It is a memory, never the truth: positions, which
make publishing exact, are in Kafka. Lost, it costs one run that cannot tell what vanished
(docs/adr/0023-vanished-rows.md).

A row is noted before the transaction that publishes it. So nothing that was published is unknown here; what is known
here may, after a crash, not have been published: up to which row a run was, Kafka says when the next one begins.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from creditbus.connectors.errors import SourceError
from creditbus.connectors.judging import Judgement, Known, Word, judge_by_key, judge_by_reading
from creditbus.connectors.remembered import Comparison, Noted, Unsettled, Vanished

__all__ = ["Memory"]

_LAYOUT = 2
_CACHE_KIBIBYTES = 32_768
_MOST_LOOKED = 50_000
"""Records of a look that are remembered beside the file."""
_FIX = "delete the file: it is then made anew"
_SCHEMA = """
CREATE TABLE runs (number INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, whole INTEGER NOT NULL,
                   complete INTEGER NOT NULL);
CREATE TABLE contents (record BLOB NOT NULL, content BLOB NOT NULL, alike BLOB NOT NULL, file TEXT NOT NULL,
                       sheet TEXT NOT NULL, row INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                       event BLOB NOT NULL, PRIMARY KEY (record, content));
CREATE TABLE withdrawn (record BLOB PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
"""
_SECOND = """
ALTER TABLE runs ADD COLUMN of TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN published INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN act INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN time INTEGER;
ALTER TABLE contents ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TABLE keyed (record BLOB NOT NULL, key TEXT NOT NULL, content BLOB NOT NULL, act INTEGER NOT NULL,
                    last INTEGER NOT NULL, at INTEGER NOT NULL, since INTEGER NOT NULL,
                    PRIMARY KEY (record, key)) WITHOUT ROWID;
CREATE TABLE taken (record BLOB PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE place (last INTEGER NOT NULL);
INSERT INTO place VALUES (0);
"""
_NEWEST = """
CREATE TEMP TABLE newest AS SELECT alike, max(at) AS at FROM contents
  WHERE last = (SELECT max(last) FROM contents) GROUP BY alike
"""


def _same(one: Known, other: Known) -> bool:
    return one.key == other.key and (bool(one.key) or one.content == other.content)


class Memory:
    """The memory of one connector; use it as a context manager.

    Args:
        home: the home folder of this installation.
        connector: id of the connector.

    Raises:
        SourceError: the file cannot be used; delete it to begin anew.
    """

    def __init__(self, home: Path, connector: str) -> None:
        self.path = self.path_of(home, connector)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._run = 0
        self._name = ""
        self._epoch = ""
        self._whole = True
        self._all_again = False
        self._published: dict[int, int] = {}
        self._chunk: dict[bytes, list[Known]] = {}
        self._outdated: list[tuple[bytes, int]] = []
        self._place = 0
        self._looks = False
        self._taken: frozenset[bytes] = frozenset()
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

    @staticmethod
    def path_of(home: Path, connector: str) -> Path:
        """Say where the memory of a connector is; arguments as of the class."""
        return home / "connectors" / f"{connector}.sqlite"

    def look(self, *, whole: bool) -> None:
        """Begin to judge rows as a next run would, without noting any.

        Args:
            whole: As of `begin`.
        """
        with self._failing():
            (newest,) = self._one("SELECT coalesce(max(number), 0) FROM runs")
            self._taken = self._taken_back()
        self._run, self._whole, self._looks = int(newest) + 1, whole, True

    def begin(
        self,
        run: str,
        rows: int,
        *,
        last: tuple[str, int] | None = None,
        whole: bool = True,
        all_again: bool = False,
        place: int = 0,
    ) -> None:
        """Begin a run, or go on with it behind so many rows.

        A run whose earlier rows were noted elsewhere is not whole: what it misses may have been among them.

        Args:
            run: the run.
            rows: rows of it that are published.
            last: the run that published last and how many rows it published, as Kafka knows; None: none did.
            whole: the run reads the whole source; else rows that are new or changed, or file after file.
            all_again: every row counts as a later word. So they do, too, where what was published is not known here.
            place: of the run in the order of the readings.
        """
        with self._failing(), self._transaction():
            lost = last is not None and not self._knows(last[0], whole=whole)
            if last is not None:
                self._base.execute("UPDATE runs SET published = ? WHERE of = ?", (last[1], last[0]))
            # where Kafka knows of no run it is another bus, or has lost the positions alone: nothing is in doubt
            known = "SELECT number, published FROM runs WHERE of <> ''"
            self._published = {} if last is None else dict(self._base.execute(known))
            # what came back and was published is not taken back any more
            self._base.execute(
                "DELETE FROM taken WHERE at > 0 AND at <= (SELECT published FROM runs WHERE number = taken.run)"
            )
            self._taken = self._taken_back()
            self._name, self._whole, self._all_again = run, whole, all_again or lost
            self._epoch, self._run, self._place = "", 0, place
            if self._all_again:
                self._base.execute("DROP TABLE IF EXISTS temp.newest")
                self._base.execute(_NEWEST)
                self._base.execute("CREATE INDEX temp.newest_alike ON newest (alike)")
            if whole:
                self._number(run, rows)

    def place(self, last: int, now: int) -> int:
        """Return a place in the order of the readings that is greater than all before.

        Args:
            last: the greatest one that Kafka knows of.
            now: microseconds since 1970: it keeps the order where neither Kafka nor this file remembers one.
        """
        with self._failing(), self._transaction():
            (known,) = self._one("SELECT last FROM place")
            after = max(now, last + 1, int(known) + 1)
            self._base.execute("UPDATE place SET last = ?", (after,))
        return after

    def judge(self, row: Noted, at: int) -> tuple[Noted, Judgement]:
        """Say what a row is to its record, before it is noted; `at` is its number in the run."""
        with self._failing():
            self._find_reading(row)
            known, earlier = self._of(row), self._chunk.setdefault(row.record, [])
        taken = row.record in self._taken
        known = [*(one for one in known if not any(_same(one, other) for other in earlier)), *earlier]
        word = Word(row.content, row.key, row.act, row.time is not None)
        if row.key:
            judged = judge_by_key(word, known, all_again=self._all_again, taken_back=taken)
        else:
            judged = judge_by_reading(word, known, self._run, all_again=self._all_again, taken_back=taken)
            self._outdate(row.record, known)
        same = next((one for one in known if one.content == row.content and one.key == row.key), None)
        if self._all_again and same is not None and not taken and self._is_followed(row, same):
            judged = Judgement(later=False)
        since = self._run if judged.later else 0 if same is None else same.since
        now = Known(row.content, row.key, row.act, self._run, at, since, doubtful=False)
        earlier[:] = [*(one for one in earlier if not _same(one, now)), now]
        return row._replace(at=at, since=since, reading=self._run), judged

    def _is_followed(self, row: Noted, same: Known) -> bool:
        """Say whether another row of the same decision, under whatever code, stood behind this one in the last reading.

        Said again with a place of its own, this one would undo that one until its turn comes.
        """
        if row.key or same.doubtful or same.run == self._run:
            return False
        with self._failing():
            found = self._one("SELECT at FROM temp.newest WHERE alike = ?", row.alike)
        return found is not None and int(found[0]) > same.at

    def note(self, rows: Iterable[Noted], read: int) -> None:
        """Note the rows of a chunk that is about to be published; with it so many rows of the run are read."""
        run = self._run
        with self._failing(), self._transaction():
            self._base.executemany("DELETE FROM contents WHERE record = ? AND last < ?", self._outdated)
            for one in rows:
                if one.record in self._taken:
                    self._base.execute(
                        "UPDATE taken SET run = ?, at = ? WHERE record = ?", (one.reading or run, one.at, one.record)
                    )
                if one.key:
                    self._base.execute(
                        "INSERT OR REPLACE INTO keyed VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (one.record, one.key, one.content, one.act, run, one.at, one.since),
                    )
                    continue
                number = one.reading or run
                seen = self._base.execute(
                    """UPDATE contents SET last = ?, file = ?, sheet = ?, row = ?, act = ?, time = ?, at = ?, since = ?
                       WHERE record = ? AND content = ?""",
                    (
                        *(number, one.file, one.sheet, one.row, one.act, one.time, one.at, one.since),
                        *(one.record, one.content),
                    ),
                )
                if not seen.rowcount:
                    self._base.execute(
                        """INSERT INTO contents (record, content, alike, file, sheet, row, first, last, event, act,
                           time, at, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                        (
                            *(*one[:6], number, number, zlib.compress(one.event, 1)),
                            *(one.act, one.time, one.at, one.since),
                        ),
                    )
            self._base.execute("UPDATE runs SET rows = max(rows, ?) WHERE number = ?", (read, run))
            self._base.execute("UPDATE place SET last = max(last, ?)", (self._place + read,))
        self._chunk, self._outdated = {}, []

    def unsettled(self, scope: str) -> Iterator[Unsettled]:
        """Give the records of which this run, which has read all, misses a part: an act, or what counted of two rows.

        Args:
            scope: where something is missed, as `Vanished` of the configuration says.
        """
        with self._failing():
            (whole,) = self._one("SELECT whole FROM runs WHERE number = ?", self._run)
            if not whole or scope == "never":
                return
            records = self._base.execute(
                """SELECT DISTINCT record FROM contents AS gone WHERE last < ?1
                     AND EXISTS (SELECT 1 FROM contents AS here WHERE here.record = gone.record AND here.last = ?1)
                     AND (?2 = 'connector' OR file IN (SELECT file FROM contents WHERE last = ?1))""",
                (self._run, scope),
            ).fetchall()
        for (record,) in records:
            with self._failing():
                rows = self._base.execute(
                    "SELECT last, since, act, time, file, sheet, row, event FROM contents WHERE record = ?", (record,)
                ).fetchall()
            if (one := self._left(rows)) is not None:
                yield one

    def _left(self, rows: list[tuple[Any, ...]]) -> Unsettled | None:
        run = self._run
        newest = max(last for last, *_ in rows if last < run)
        gone_acts = {act for last, _, act, *_ in rows if last == newest}
        here = [row for row in rows if row[0] == run]
        stating = [row for row in here if not row[2]]
        lifts = 1 in gone_acts and len(stating) == len(here)
        said = any(since == run for _, since, *_ in stating)
        if not stating or not (lifts or (0 in gone_acts and not said)):
            return None
        *_, time, file, sheet, row, event = max(stating, key=lambda one: (one[3] is not None, one[3] or 0, one[6]))
        try:
            return Unsettled(zlib.decompress(event), time, file, sheet, row, lifts)
        except zlib.error as error:
            raise self.damaged(file, sheet, row) from error

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
            for table in ("withdrawn", "taken"):
                self._base.execute(
                    f"DELETE FROM {table} WHERE record IN (SELECT record FROM contents WHERE last = ?)",  # noqa: S608 -- the two names above
                    (run,),
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

    def take_back(self, records: Iterable[bytes]) -> None:
        """Keep that the withdrawal of records is about to be sent: should one come back, that lifts it."""
        with self._failing(), self._transaction():
            self._base.executemany("INSERT OR REPLACE INTO taken VALUES (?, 0, 0)", ((record,) for record in records))

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
        if layout not in {0, 1, _LAYOUT}:
            raise SourceError(str(self.path), f"has layout {layout}, this version reads {_LAYOUT}", "delete it")
        if layout < _LAYOUT:
            with self._transaction():
                for statement in filter(str.strip, ((_SCHEMA if layout == 0 else "") + _SECOND).split(";")):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA user_version = {_LAYOUT}")

    def _knows(self, run: str, *, whole: bool) -> bool:
        """Say whether it remembers what a run published: that run, or for a whole source any reading to the end."""
        if self._one("SELECT 1 FROM runs WHERE run = ? OR of = ? LIMIT 1", run, run) is not None:
            return True
        ended = "SELECT 1 FROM runs WHERE complete = 1 LIMIT 1" if whole else "SELECT 1 FROM runs LIMIT 1"
        return self._one(ended) is not None

    def _number(self, name: str, rows: int) -> None:
        """Find the number of a reading, or give it one."""
        known = self._one("SELECT number, rows FROM runs WHERE run = ?", name)
        if known is None:
            self._base.execute(
                "INSERT INTO runs (run, rows, whole, complete, of) VALUES (?, ?, ?, 0, ?)",
                (name, rows, self._whole and rows == 0, self._name),
            )
            known = self._one("SELECT number, rows FROM runs WHERE run = ?", name)
        elif known[1] < rows:
            self._base.execute("UPDATE runs SET whole = 0, rows = ? WHERE run = ?", (rows, name))
        self._run = known[0]

    def _find_reading(self, row: Noted) -> None:
        """Find the reading that a row is of: the run, or a file of it where files come one after the other."""
        if self._looks:
            if not self._whole and row.file != self._epoch:
                self._run, self._epoch = self._run + 1, row.file
            if len(self._chunk) > _MOST_LOOKED:
                self._chunk.clear()
        elif not self._whole and not row.key and row.file != self._epoch:
            with self._transaction():
                self._number(f"{self._name}|{row.file}", 0)
            self._epoch = row.file
        elif not self._run:
            with self._transaction():
                self._number(self._name, 0)

    def _taken_back(self) -> frozenset[bytes]:
        return frozenset(record for (record,) in self._base.execute("SELECT record FROM taken"))

    def _of(self, row: Noted) -> list[Known]:
        table = "keyed" if row.key else "contents"
        key = "key" if row.key else "''"
        found = self._base.execute(
            f"SELECT content, {key}, act, last, at, since FROM {table} WHERE record = ?",  # noqa: S608 -- names of ours
            (row.record,),
        )
        return [
            Known(content, name, bool(act), last, at, since, at > self._published.get(last, at))
            for content, name, act, last, at, since in found
        ]

    def _outdate(self, record: bytes, known: list[Known]) -> None:
        """Forget what a record said before its last reading, once it is met anew: said again, it is a change."""
        if not any(one.run == self._run for one in known):
            newest = max((one.run for one in known), default=0)
            if any(one.run < newest for one in known):
                self._outdated.append((record, newest))

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
