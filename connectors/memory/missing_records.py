"""Questions to a connector's memory: which records does its source not hold any more, or hold a part of."""

import zlib
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from creditbus.connectors.memory.database import SqliteDatabase
from creditbus.connectors.memory.values import StatedRecords, Unsettled, VanishedRecord

__all__ = ["count_of_readings", "of_keys", "of_readings", "stated_by_others", "unsettled"]

# Rows that state their record still. A row that states another one now does so only where that is known to be on the
# bus: one that was noted and never published may have been changed back since.
_LIVE = """
CREATE TEMP TABLE live AS SELECT record, key FROM keyed
  WHERE key NOT IN (SELECT key FROM temp.gone) AND NOT EXISTS (
    SELECT 1 FROM keyed AS newer JOIN runs ON runs.number = newer.last
    WHERE newer.key = keyed.key AND newer.record <> keyed.record
      AND (newer.last, newer.at) > (keyed.last, keyed.at) AND newer.at <= runs.published)
"""


def of_readings(base: SqliteDatabase, scope: str) -> Iterator[VanishedRecord]:
    """See `PublishedRows.vanished`."""
    with base.failing():
        last = base.one("SELECT number, whole FROM runs WHERE complete = 1 ORDER BY number DESC LIMIT 1")
        if last is None or not last[1] or scope == "never":
            return
        # SQLite takes the other columns from the row of min(act): what states a record, rather than what acts on it
        found = base.execute(
            """SELECT min(act), record, file, sheet, row, event, alike IN (SELECT alike FROM contents WHERE last = ?1)
               FROM contents
               WHERE last < ?1 AND record NOT IN (SELECT record FROM withdrawn)
                 AND last = (SELECT max(last) FROM contents AS same WHERE same.record = contents.record)
                 AND (?2 = 'connector' OR file IN (SELECT file FROM contents WHERE last = ?1))
               GROUP BY record ORDER BY file, sheet, row""",
            last[0],
            scope,
        ).fetchall()
    for _, record, file, sheet, row, event, recoded in found:
        yield VanishedRecord(record, file, sheet, row, _plain(base, event, file, sheet, row), recoded=bool(recoded))


def of_keys(base: SqliteDatabase, keys: Collection[str]) -> Iterator[VanishedRecord]:
    """See `PublishedRows.gone`."""
    with base.failing():
        _find_live(base, keys)
        rows = base.execute(
            """SELECT keyed.record, keyed.key, keyed.key IN (SELECT key FROM temp.gone), file, sheet, row, event,
                 alike IN (SELECT alike FROM temp.live JOIN sent USING (record, key))
               FROM keyed LEFT JOIN sent USING (record, key)
               WHERE keyed.record NOT IN (SELECT record FROM temp.live)
               ORDER BY keyed.record, event IS NULL, act, last DESC, at DESC"""
        ).fetchall()
    found = [one for _, group in groupby(rows, key=lambda row: row[0]) if (one := _of_rows(base, list(group)))]
    yield from sorted(found, key=lambda one: (one.file, one.sheet, one.row, one.record))


def stated_by_others(base: SqliteDatabase, keys: Collection[str]) -> StatedRecords:
    """See `PublishedRows.stated`."""
    with base.failing():
        _find_live(base, keys)
        records = base.execute("SELECT record FROM temp.live").fetchall()
        alike = base.execute("SELECT alike FROM temp.live JOIN sent USING (record, key)").fetchall()
    return StatedRecords(frozenset(one for (one,) in records), frozenset(one for (one,) in alike))


def count_of_readings(base: SqliteDatabase, scope: str) -> int:
    """See `PublishedRows.known`."""
    with base.failing():
        (count,) = base.one(
            """SELECT count(DISTINCT record) FROM contents
               WHERE record NOT IN (SELECT record FROM withdrawn)
                 AND (?1 = 'connector' OR file IN (SELECT file FROM contents WHERE last = (
                   SELECT max(number) FROM runs WHERE complete = 1)))""",
            scope,
        )
    return int(count)


def unsettled(base: SqliteDatabase, run: int, scope: str) -> Iterator[Unsettled]:
    """See `NotedRun.unsettled`; `run` is the number of the reading."""
    with base.failing():
        (whole,) = base.one("SELECT whole FROM runs WHERE number = ?", run)
        if not whole or scope == "never":
            return
        records = base.execute(
            """SELECT DISTINCT record FROM contents AS gone WHERE last < ?1
                 AND EXISTS (SELECT 1 FROM contents AS here WHERE here.record = gone.record AND here.last = ?1)
                 AND (?2 = 'connector' OR file IN (SELECT file FROM contents WHERE last = ?1))""",
            run,
            scope,
        ).fetchall()
    for (record,) in records:
        with base.failing():
            rows = base.execute(
                "SELECT last, since, act, time, file, sheet, row, event FROM contents WHERE record = ?", record
            ).fetchall()
        if (one := _left(base, run, rows)) is not None:
            yield one


def _left(base: SqliteDatabase, run: int, rows: list[tuple[Any, ...]]) -> Unsettled | None:
    newest = max(last for last, *_ in rows if last < run)
    gone_acts = {act for last, _, act, *_ in rows if last == newest}
    here = [row for row in rows if row[0] == run]
    stating = [row for row in here if not row[2]]
    lifts = 1 in gone_acts and len(stating) == len(here)
    said = any(since == run for _, since, *_ in stating)
    if not stating or not (lifts or (0 in gone_acts and not said)):
        return None
    *_, time, file, sheet, row, event = max(stating, key=lambda one: (one[3] is not None, one[3] or 0, one[6]))
    return Unsettled(_plain(base, event, file, sheet, row), time, file, sheet, row, lifts)


def _find_live(base: SqliteDatabase, keys: Collection[str]) -> None:
    base.execute("CREATE TEMP TABLE IF NOT EXISTS gone (key TEXT PRIMARY KEY) WITHOUT ROWID")
    base.execute("DELETE FROM temp.gone")
    base.executemany("INSERT OR IGNORE INTO temp.gone VALUES (?)", ((key,) for key in keys))
    base.execute("DROP TABLE IF EXISTS temp.live")
    base.execute(_LIVE)
    base.execute("CREATE INDEX temp.live_record ON live (record)")


def _of_rows(base: SqliteDatabase, rows: list[tuple[Any, ...]]) -> VanishedRecord | None:
    """Make one record of its rows, of which the first is the best to withdraw it by, if the event of any is kept."""
    record, _, _, file, sheet, row, event, recoded = rows[0]
    gone = tuple(key for _, key, is_gone, *_ in rows if is_gone)
    if event is not None:
        return VanishedRecord(record, file, sheet, row, _plain(base, event, file, sheet, row), bool(recoded), gone)
    # an earlier version kept no event; of a row that states another record now, nothing is left to withdraw it by
    return VanishedRecord(record, "", "", 0, None, recoded=False, keys=gone) if gone else None


def _plain(base: SqliteDatabase, event: bytes, file: str, sheet: str, row: int) -> bytes:
    try:
        return zlib.decompress(event)
    except zlib.error as error:
        raise base.damaged(file, sheet, row) from error
