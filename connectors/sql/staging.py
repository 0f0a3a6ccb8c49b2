"""Mode staging: rows whose status is new, marked once they are on the bus.

Marking happens behind the commit, in the database; the position holds key and digest of what is committed and perhaps
not marked. Whoever is killed in between finds it there: :meth:`StagingSource.settle` marks first, and ``read`` leaves
out what it still recognises. A row that its department changed meanwhile has another digest: it is not marked, and read
again.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from creditbus.connectors.contract import Defect, Position, Row
from creditbus.connectors.sql.pending import Pending, entries, entry
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.source import SqlSource, remembered
from creditbus.connectors.sql.table import Record, Relation, behind, chosen, keyed_by

__all__ = ["StagingSource"]


class StagingSource(SqlSource):
    """A staging table (前置库) with a status column."""

    def __init__(self, settings: SqlSettings) -> None:
        super().__init__(settings)
        self._pending = Pending()

    def size(self) -> int | None:
        """Count the rows that are new."""
        with self._database.reading() as connection:
            relation = self._relation(connection)
            count = sa.select(sa.func.count()).select_from(relation.table).where(self._is_new(relation))
            return int(connection.execute(count).scalar_one())

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract. Reads page by page and holds no transaction between them, so that rows can be marked."""
        known = remembered(position, "count", "pending")
        text, number = str(known["pending"] or ""), int(known["count"] or 0)
        done = {entry(key, content) for key, content in entries(text)}
        self._pending = pending = Pending(text)
        last: tuple[Any, ...] | None = None
        while page := self._page(last):
            relation, records = page
            for record in records:
                last = record.key
                line = entry(record.key, record.digest)
                if line not in done:
                    number += 1
                    pending.add(line)
                    yield relation.place(record, number, {"count": number, "pending": pending.text})

    def settle(self, position: Position) -> None:
        """Mark what is on the bus, as far as it is still what was read. Doing it twice changes nothing."""
        text = str(remembered(position, "count", "pending")["pending"] or "")
        expected = dict(entries(text))
        if not expected:
            return
        with self._database.writing() as connection:
            relation = self._relation(connection)
            records = self._reselected(connection, relation, list(expected), lock=True)
            same = [record.key for record in records if expected.get(record.key) == record.digest]
            status = relation.table.columns[str(self._settings.status)]
            for condition in keyed_by(relation, same):
                mark = sa.update(relation.table).values({status: self._settings.sent})
                connection.execute(mark.where(condition, self._is_new(relation)))
        self._pending.settle(text)

    def remarks(self) -> tuple[str, ...]:
        """Say nothing: what was read, the summary tells."""
        return ()

    def _page(self, last: tuple[Any, ...] | None) -> tuple[Relation, list[Record]] | None:
        with self._database.reading() as connection:
            relation = self._relation(connection)
            query = relation.select().where(self._is_new(relation)).order_by(*relation.key)
            if last is not None:
                query = query.where(behind(relation.key, last))
            rows = connection.execute(query.limit(self._settings.fetch_rows)).all()
            return (relation, [relation.record(values) for values in rows]) if rows else None

    def _is_new(self, relation: Relation) -> sa.ColumnElement[bool]:
        return chosen(relation.status) == self._settings.new
