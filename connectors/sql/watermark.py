"""Mode watermark: rows that are newer than the last ones, and late ones.

Polling "greater than the last watermark" loses rows: a transaction that began earlier may commit later, and its rows
then appear after the reader. So a row is *final* only when its watermark is older than ``window`` before the moment of
reading; up to the last final row the position is one place in the order (watermark, key). Everything after that place
is read again each time, and what was read already is recognised by its digest, which the position remembers.

What moment? The database's clock where the column has a zone. Where it has none, no clock says what its values mean,
but each zone lies between 12 hours after and 14 hours before UTC; within that, the watermarks are the clock. A number
has no clock but its values.

Where the watermarks are the clock, one that lies in the future must not put it forward: every row that is committed
late would then be older than the window. So the newest ``RESERVE`` rows do not count, and are never final. Fewer than
that many watermarks may be wrong, by however much; of those that are later than any zone allows, any number may be.

Holding rows back until the window has passed was not taken, for everything would be late by the window, and neither was
PostgreSQL's `xmin`, which no other database has (docs/adr/0020).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from itertools import chain, pairwise
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection

from creditbus.connectors.contract import Defect, Position, Row
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.inspection import unread
from creditbus.connectors.sql.keys import keyed, unkeyed
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.source import SqlSource, remembered
from creditbus.connectors.sql.table import Record, Relation, behind, chosen
from creditbus.connectors.sql.values import DIGEST_LENGTH, digest, pack, unpack

__all__ = ["MOST", "RESERVE", "WatermarkSource"]

MOST = 20_000
"""Rows of a window that a position remembers. Beyond it the oldest are forgotten; they are read again, and the bus
drops them as duplicates."""

RESERVE = 1000
"""Newest rows that are read again whatever the window is, where no clock says which of their watermarks are right."""

_Instant: TypeAlias = float | Decimal
"""Seconds, or a number as the column has it: a Decimal compares with numbers, and loses digits as a float."""

_DAY = 86_400
_EARLIEST_ZONE = 14 * 3600
_LATEST_ZONE = 12 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = Context(prec=200, rounding=ROUND_FLOOR)


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
            without = unkeyed(connection, relation, self._settings), unread(connection, relation, self._settings)
            self._remarks = list(filter(None, without))
            if known["columns"] not in (None, relation.layout):
                # what was read under other names may say something else now, however old it is
                known |= {"floor": None, "newest": None, "seen": None}
                self._remarks.append(messages.OTHER_COLUMNS(table=relation.table.name))
            known["columns"] = relation.layout
            watermark = chosen(relation.watermark)
            order = (watermark, *relation.key)
            query = relation.select().where(watermark.is_not(None), keyed(relation)).order_by(*order)
            if known["floor"] is not None:
                query = query.where(behind(order, unpack(str(known["floor"]))))
            memory = _Memory(known, self._horizon(connection, relation))
            for record, is_last in _with_last(self._streamed(connection, relation, query)):
                if memory.is_new(record, is_last=is_last):
                    yield relation.place(record, memory.count, memory.position())

    def _horizon(self, connection: Connection, relation: Relation) -> _Instant:
        """Return the instant before which no row can still appear."""
        now = (self._database.now(connection) - _EPOCH).total_seconds()
        window = self._settings.window
        said = self._plausible(connection, relation, now + _EARLIEST_ZONE)
        moment = _moment(said[0]) if said else None
        if moment is not None and moment.tzinfo:
            return now - window
        clock = _instant(said[RESERVE - 1]) if len(said) >= RESERVE else -math.inf
        if said and _is_number(said[0]):
            return _before(clock, window)
        if any(map(_is_day, said)):
            window += _DAY  # rows of a day come all day long
        return max(_before(clock, window), now - _LATEST_ZONE - window)

    def _plausible(self, connection: Connection, relation: Relation, latest: float) -> list[Any]:
        """Return the newest watermarks that may be right, latest first: as many as the reserve has, or all there are.

        Args:
            connection: to the database.
            relation: whose watermarks.
            latest: the present moment in the earliest zone; no time is right that is later.
        """
        watermark = chosen(relation.watermark)
        query = sa.select(watermark).select_from(relation.table).where(watermark.is_not(None))
        most = RESERVE
        while True:
            newest = connection.execute(query.order_by(watermark.desc()).limit(most)).scalars().all()
            said = [value for value in newest if _may_be_right(value, latest)]
            # a position remembers no more rows than MOST, and all of these are after any horizon
            if len(said) >= RESERVE or len(newest) < most or most > MOST:
                return said
            most *= 4


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

    def __init__(self, known: dict[str, str | int | None], horizon: _Instant) -> None:
        self.count = int(known["count"] or 0)
        self._horizon = horizon
        self._floor = known["floor"]
        self._newest = known["newest"]
        self._columns = known["columns"]
        self._seen = _Seen(str(known["seen"] or ""))
        self._held: list[str] = []
        """Marks of rows of one place that are final when its last one is read: until then the floor lies before it."""
        self._unmet = self._seen.marks()
        """What an earlier reading saw and this one did not meet yet; it may, up to the newest of then."""
        self._last = -math.inf if self._newest is None else _instant(unpack(str(self._newest))[0])

    def is_new(self, record: Record, *, is_last: bool) -> bool:
        """Take a row in and say whether it was not read before.

        Args:
            record: the row.
            is_last: whether it is the last, mostly the only one, with its watermark and key.
        """
        instant = _instant(record.watermark)
        if self._unmet and instant > self._last:
            # what was not met by now was changed or deleted, and does not come any more
            for gone in self._unmet:
                self._seen.forget(gone)
            self._unmet.clear()
        mark = digest([record.digest, pack(record.key)])
        known = mark in self._unmet
        self._unmet.discard(mark)
        is_final = instant < self._horizon
        if known and is_final and is_last:
            self._seen.forget(mark)
        elif not known and not (is_final and is_last):
            self._seen.add(mark)
        if is_final and is_last:
            self._floor = pack((record.watermark, *record.key))
            for held in self._held:
                self._seen.forget(held)
            self._held.clear()
        elif is_final:
            self._held.append(mark)
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


def _with_last(records: Iterable[Record]) -> Iterator[tuple[Record, bool]]:
    """Say of each row whether the one after it has another watermark or key."""
    placed = ((record, pack((record.watermark, *record.key))) for record in records)
    for (record, place), (_, after) in pairwise(chain(placed, [(None, "")])):
        assert record is not None  # noqa: S101 -- the last one alone is None
        yield record, place != after


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal)


def _may_be_right(value: Any, latest: float) -> bool:
    instant = _instant(value)
    return math.isfinite(instant) and (_is_number(value) or instant <= latest)


def _before(clock: _Instant, window: float) -> _Instant:
    """Go back from a number. A float may lie further from a long number than the window is wide."""
    if isinstance(clock, float):
        return clock - window
    return _EXACT.subtract(Decimal(clock), Decimal(window))


def _is_day(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) == len("2025-01-01") and _moment(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)


def _instant(value: Any) -> _Instant:
    """Bring a watermark to a number that can be compared; what has no place in time is later than all."""
    if value is None:
        return -math.inf
    if _is_number(value):
        return math.inf if isinstance(value, float | Decimal) and math.isnan(value) else value
    moment = _moment(value)
    if moment is not None:
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) / timedelta(seconds=1)
    if isinstance(value, date):
        return (datetime(value.year, value.month, value.day, tzinfo=UTC) - _EPOCH).total_seconds()
    return math.inf
