"""What a run writes into a connector's memory, and what it reads of a record before; all within a transaction."""

import zlib
from collections.abc import Collection, Iterable, Mapping

from creditbus.connectors.memory.database import SqliteDatabase
from creditbus.connectors.memory.judgement import KnownRecord
from creditbus.connectors.memory.values import Comparison, Noted

__all__ = ["complete", "known_of", "write"]


def known_of(base: SqliteDatabase, row: Noted, published: Mapping[int, int]) -> list[KnownRecord]:
    """Return what is noted of the record of a row; `published` are the rows of each reading known to be on the bus."""
    table = "keyed" if row.key else "contents"
    key = "key" if row.key else "''"
    found = base.execute(
        f"SELECT content, {key}, act, last, at, since FROM {table} WHERE record = ?",  # noqa: S608 -- names of ours
        row.record,
    )
    return [
        KnownRecord(content, name, bool(act), last, at, since, at > published.get(last, at))
        for content, name, act, last, at, since in found
    ]


def write(
    base: SqliteDatabase, rows: Iterable[Noted], run: int, taken: Collection[bytes], *, keeps_events: bool
) -> None:
    """Note rows; `taken` are the records whose withdrawal may be on the bus.

    Events of rows with keys are kept where asked for: else nobody can say that such a row is gone.
    """
    for one in rows:
        if one.record in taken:
            base.execute("UPDATE taken SET run = ?, at = ? WHERE record = ?", one.reading or run, one.at, one.record)
        if one.key:
            _write_keyed(base, one, run, keeps_event=keeps_events)
        else:
            _write_content(base, one, one.reading or run)


def _write_keyed(base: SqliteDatabase, one: Noted, run: int, *, keeps_event: bool) -> None:
    base.execute(
        "INSERT OR REPLACE INTO keyed VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(one.record, one.key, one.content, one.act, run, one.at, one.since),
    )
    if keeps_event:
        base.execute(
            "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(one.record, one.key, one.alike, one.file, one.sheet, one.row, zlib.compress(one.event, 1)),
        )


def _write_content(base: SqliteDatabase, one: Noted, number: int) -> None:
    seen = base.execute(
        """UPDATE contents SET last = ?, file = ?, sheet = ?, row = ?, act = ?, time = ?, at = ?, since = ?
           WHERE record = ? AND content = ?""",
        *(number, one.file, one.sheet, one.row, one.act, one.time, one.at, one.since),
        *(one.record, one.content),
    )
    if not seen.rowcount:
        base.execute(
            """INSERT INTO contents (record, content, alike, file, sheet, row, first, last, event, act,
               time, at, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            *(*one[:6], number, number, zlib.compress(one.event, 1)),
            *(one.act, one.time, one.at, one.since),
        )


def complete(base: SqliteDatabase, run: int) -> Comparison | None:
    """See `NotedRun.complete`; `run` is the number of the reading."""
    base.execute("UPDATE runs SET complete = 1 WHERE number = ?", run)
    (whole,) = base.one("SELECT whole FROM runs WHERE number = ?", run)
    if not whole:
        return None
    new, changed, unchanged = base.one(
        """SELECT total(first = ?1 AND NOT known), total(first = ?1 AND known), total(first < ?1) FROM (
             SELECT first, EXISTS (SELECT 1 FROM contents AS older
                                   WHERE older.record = contents.record AND older.first < ?1) AS known
             FROM contents WHERE last = ?1)""",
        run,
    )
    # a record that is there keeps what it says now alone: said again later, an earlier content is a change
    base.execute(
        """DELETE FROM contents WHERE last < ?1 AND EXISTS (
             SELECT 1 FROM contents AS newer WHERE newer.record = contents.record AND newer.last = ?1)""",
        run,
    )
    for table in ("withdrawn", "taken"):
        base.execute(
            f"DELETE FROM {table} WHERE record IN (SELECT record FROM contents WHERE last = ?)",  # noqa: S608 -- the two names above
            run,
        )
    return Comparison(int(new), int(unchanged), int(changed))
