"""Mode watermark: rows that are newer than the last ones, and late ones.

Polling "greater than the last watermark" loses rows: a transaction that began earlier may commit later, and its rows
then appear after the reader. So a row is *final* only when its watermark is older than ``window`` before the moment of
reading; up to the last final row the position is one place in the order (watermark, key). Everything after that place
is read again each time, and what was read already is recognised by its digest, which the position remembers.

What moment? The database's clock where the column has a zone. Where it has none, no clock says what its values mean,
but each zone lies between 12 hours after and 14 hours before UTC; within that, the newest watermark is the clock. A
number has no clock but its newest value.

Holding rows back until the window has passed was not taken, for everything would be late by the window, and neither was
PostgreSQL's `xmin`, which no other database has (docs/adr/0020).
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from creditbus.connectors.contract import Defect, Position, Row
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.inspection import unread
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.source import SqlSource, remembered
from creditbus.connectors.sql.table import Record, Relation, behind, chosen
from creditbus.connectors.sql.values import DIGEST_LENGTH, digest, pack, unpack

__all__ = ["MOST", "WatermarkSource"]

MOST = 20_000
"""Rows of a window that a position remembers. Beyond it the oldest are forgotten; they are read again, and the bus
drops them as duplicates."""

_DAY = 86_400
_EARLIEST_ZONE = 14 * 3600
_LATEST_ZONE = 12 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WatermarkSource(SqlSource):
    """A table with a column that grows."""

    def __init__(self, settings: SqlSettings) -> None:
        super().__init__(settings)
        self._remarks: list[str] = []

    def incremental(self) -> str:
        """See the contract."""
        return messages.INCREMENTAL_NEWER()

    def remarks(self) -> Sequence[str]:
        """Say which rows no reading meets, and why all were read."""
        return self._remarks

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        known = remembered(position, "count", "floor", "newest", "seen", later=("columns",))
        with self._database.reading() as connection:
            relation = self._relation(connection)
            self._remarks = list(filter(None, [unread(connection, relation, self._settings)]))
            if known["columns"] not in (None, relation.layout):
                # what was read under other names may say something else now, however old it is
                known |= {"floor": None, "newest": None, "seen": None}
                self._remarks.append(messages.OTHER_COLUMNS(table=relation.table.name))
            known["columns"] = relation.layout
            watermark = chosen(relation.watermark)
            order = (watermark, *relation.key)
            query = relation.select().where(watermark.is_not(None)).order_by(*order)
            if known["floor"] is not None:
                query = query.where(behind(order, unpack(str(known["floor"]))))
            memory = _Memory(known, self._horizon(connection, relation))
            for record in self._streamed(connection, relation, query):
                if memory.is_new(record):
                    yield relation.place(record, memory.count, memory.position())

    def _horizon(self, connection: Connection, relation: Relation) -> float:
        """Return the instant before which no row can still appear."""
        largest = sa.func.max(chosen(relation.watermark))
        newest = connection.execute(sa.select(largest).select_from(relation.table)).scalar()
        window, last = self._settings.window, _instant(newest)
        if isinstance(newest, int | float | Decimal) or newest is None:
            return last - window
        now = (self._database.now(connection) - _EPOCH).total_seconds()
        moment = _moment(newest)
        if moment is not None and moment.tzinfo:
            return now - window
        if _is_day(newest):
            window += _DAY  # rows of a day come all day long
        return max(min(last, now + _EARLIEST_ZONE) - window, now - _LATEST_ZONE - window)


class _Seen:
    """Digests in the order in which they came, and the text of them that a position holds."""

    def __init__(self, text: str) -> None:
        starts = range(0, len(text), DIGEST_LENGTH)
        self._marks = dict.fromkeys(text[start : start + DIGEST_LENGTH] for start in starts)
        self._text: str | None = text

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(self._marks)
        return self._text

    def marks(self) -> set[str]:
        return set(self._marks)

    def add(self, mark: str) -> None:
        text = self.text
        self._marks[mark] = None
        self._text = text + mark
        if len(self._marks) > MOST:
            del self._marks[next(iter(self._marks))]
            self._text = self._text[DIGEST_LENGTH:]

    def forget(self, mark: str) -> None:
        self._marks.pop(mark, None)
        self._text = None


class _Memory:
    """What was read after the last final row: ``floor`` is its watermark and key."""

    def __init__(self, known: dict[str, str | int | None], horizon: float) -> None:
        self.count = int(known["count"] or 0)
        self._horizon = horizon
        self._floor = known["floor"]
        self._newest = known["newest"]
        self._columns = known["columns"]
        self._seen = _Seen(str(known["seen"] or ""))
        self._unmet = self._seen.marks()
        """What an earlier reading saw and this one did not meet yet; it may, up to the newest of then."""
        self._last = -math.inf if self._newest is None else _instant(unpack(str(self._newest))[0])

    def is_new(self, record: Record) -> bool:
        """Take a row in and say whether it was not read before."""
        instant = _instant(record.watermark)
        if self._unmet and instant > self._last:
            # what was not met by now was changed or deleted, and does not come any more
            for gone in self._unmet:
                self._seen.forget(gone)
            self._unmet.clear()
        mark = digest([record.digest, pack(record.key)])
        known = mark in self._unmet
        self._unmet.discard(mark)
        if instant < self._horizon:
            self._floor = pack((record.watermark, *record.key))
            if known:
                self._seen.forget(mark)
        elif not known:
            self._seen.add(mark)
        if known:
            return False
        if instant > self._last:
            self._newest = pack((record.watermark,))
        self.count += 1
        return True

    def position(self) -> Position:
        """Say where to go on after the last row."""
        return {
            "count": self.count,
            "floor": self._floor,
            "newest": self._newest,
            "seen": self._seen.text,
            "columns": self._columns,
        }


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) else None


def _is_day(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) == len("2025-01-01") and _moment(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)


def _instant(value: Any) -> float:
    """Bring a watermark to a number that can be compared; what has no place in time is later than all."""
    if value is None:
        return -math.inf
    if isinstance(value, int | float | Decimal):
        return value  # type: ignore[return-value] # a Decimal compares with numbers, and loses digits as a float
    moment = _moment(value)
    if moment is not None:
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) / timedelta(seconds=1)
    if isinstance(value, date):
        return (datetime(value.year, value.month, value.day, tzinfo=UTC) - _EPOCH).total_seconds()
    return math.inf
