"""Mode staging: rows whose status is new, marked once they are on the bus.

Marking happens after the commit, in the database; the position holds key and digest of what is committed and perhaps
not marked. Whoever is killed in between finds it there: :meth:`StagingSource.settle` marks first, and ``read`` leaves
out what it still recognises. A row that its department changed meanwhile has another digest: it is not marked, and read
again. Marked before the commit, rows of a killed run would say that they are on the bus and be nowhere (docs/adr/0020).

What the bus refuses is reported later (:meth:`StagingSource.refuse`), when the row stands as sent.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from creditbus.connectors.contract import Defect, Position, Refusal, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.keys import Shared, alone, keyed, unkeyed
from creditbus.connectors.sql.pending import Pending, entries, entry
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.source import SqlSource, remembered
from creditbus.connectors.sql.states import state, try_states
from creditbus.connectors.sql.table import Record, Relation, behind, chosen, keyed_by, numbered, without_reason
from creditbus.connectors.sql.values import pack

__all__ = ["StagingSource"]


class StagingSource(SqlSource):
    """A staging table (前置库) with a status column."""

    def __init__(self, settings: SqlSettings) -> None:
        super().__init__(settings)
        self._pending = Pending()
        self._remarks: tuple[str, ...] = ()

    def size(self) -> int | None:
        """Count the rows that are new."""
        with self._database.reading() as connection:
            relation = self._relation(connection)
            count = (
                sa.select(sa.func.count()).select_from(relation.table).where(self._is_new(relation), keyed(relation))
            )
            return int(connection.execute(count).scalar_one())

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract. Reads page by page and holds no transaction between them, so that rows can be marked."""
        known = remembered(position, "count", "pending")
        text, number = str(known["pending"] or ""), int(known["count"] or 0)
        done = {entry(key, content) for key, content in entries(text)}
        self._pending = pending = Pending(text)
        with self._database.reading() as connection:
            relation = self._relation(connection)
            try_states(connection, relation, self._settings)
            without = unkeyed(connection, relation, self._settings, self._is_new(relation))
        last: tuple[Any, ...] | None = None
        shared = Shared()
        while page := self._page(last, shared):
            if last is not None and pack(page[0][0].key) == pack(last):
                # a fraction of a FLOAT is one: it is less than what is kept, and its row would come for ever
                columns = ", ".join(self._settings.key)
                place = f"{relation.table.name}: settings.key"
                raise SourceError(place, messages.KEY_NOT_FOUND(columns=columns), messages.ANOTHER_KEY())
            last = page[-1][0].key
            for record, only in page:
                line = entry(record.key, record.digest)
                if only and line not in done:
                    number += 1
                    pending.add(line)
                    yield relation.place(record, number, {"count": number, "pending": pending.text})
        self._remarks = tuple(filter(None, (without, shared.told(relation, self._settings))))

    def settle(self, position: Position) -> None:
        """Mark what is on the bus, as far as it is still what was read. Doing it twice changes nothing."""
        text = str(remembered(position, "count", "pending")["pending"] or "")
        expected = dict(entries(text))
        if not expected:
            return
        with self._database.writing() as connection:
            relation = self._relation(connection)
            records = list(self._reselected(connection, relation, list(expected), self._is_new(relation)))
            times = Counter(record.key for record in records)  # one may have been added that was not read
            alike = (record.key for record in records if expected.get(record.key) == record.digest)
            same = [key for key in alike if times[key] == 1]
            mark = self._mark(relation, state(relation, self._settings, "sent"), None)
            for condition in keyed_by(relation, same):
                connection.execute(mark.where(condition, self._is_new(relation)))
        self._pending.settle(text)

    def settled(self, position: Position) -> Position:
        """See the contract. A row that is set back to new is then read again, though it has not changed."""
        return {"count": remembered(position, "count", "pending")["count"], "pending": ""}

    def takes_refusals(self) -> bool:
        """See the contract."""
        return self._settings.refused is not None

    def refuse(self, refusals: Sequence[Refusal]) -> int:
        """See the contract. Only rows that are named by their key can be found again: places with no sheet.

        What the connector sent under an earlier configuration, of a file or of another table, names none.
        """
        if not refusals or self._settings.refused is None:
            return 0
        marked = 0
        with self._database.writing() as connection:
            relation = self._relation(connection)
            if not numbered(relation, self._settings):
                return 0
            rows: dict[int, list[Refusal]] = {}
            for one in refusals:
                if one.file == relation.table.name and not one.sheet:
                    rows.setdefault(one.row, []).append(one)
            is_sent = chosen(relation.status) == state(relation, self._settings, "sent")
            refused = state(relation, self._settings, "refused")
            for record in self._reselected(connection, relation, [(row,) for row in rows], is_sent):
                row = relation.place(record, 0, 0)
                meant = [one for one in rows.get(row.row, ()) if one.is_of(row)]
                if meant:
                    [is_it] = keyed_by(relation, [record.key])
                    mark = self._mark(relation, refused, meant[-1].why)
                    done = connection.execute(mark.where(is_it, is_sent))
                    marked += done.rowcount
        return marked

    def _mark(self, relation: Relation, status: str | int | None, why: str | None) -> sa.Update:
        values = {relation.named(str(self._settings.status)).name: status, **without_reason(relation, self._settings)}
        if self._settings.reason is not None and why is not None:
            column = relation.named(self._settings.reason)
            values[column.name] = why[: getattr(column.type, "length", None)]
        return sa.update(relation.table).values(values)

    def incremental(self) -> str:
        """See the contract."""
        return messages.INCREMENTAL_NEW()

    def remarks(self) -> tuple[str, ...]:
        """Say which new rows no reading takes; what was read, the summary tells."""
        return self._remarks

    def _page(self, last: tuple[Any, ...] | None, shared: Shared) -> list[tuple[Record, bool]]:
        most = self._settings.fetch_rows
        with self._database.reading() as connection:
            relation = self._relation(connection)
            query = relation.select().where(self._is_new(relation), keyed(relation)).order_by(*relation.key)
            if last is not None:
                query = query.where(behind(relation.key, last))
            # one row more, which says whether the last one is the only one of its key
            rows = connection.execute(query.limit(most + 1)).all()
            page = list(alone(map(relation.record, rows), shared))
            begins_next = len(rows) > most and page[-1][1]
            return page[:-1] if begins_next else page

    def _is_new(self, relation: Relation) -> sa.ColumnElement[bool]:
        return chosen(relation.status) == state(relation, self._settings, "new")
