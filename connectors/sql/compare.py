"""Mode compare: all rows against those of last time, for tables that say neither what is new nor what is gone.

New and changed rows are published. A row that vanished is never withdrawn by itself: an emptied or half-loaded table
would take back every record of the department. It is proposed, and a person confirms it.

Which rows were published is kept in a file of the source's own (``known.py``), written after the commit; until then
the position remembers it, as in mode staging. What was published of them is kept by the connector's memory.
A digest of the whole table as its version was not taken: a table that is never still would never be published
(docs/adr/0020).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from creditbus.connectors.contract import Defect, Position, Row, Vanished
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.keys import Shared, alone, unkeyed
from creditbus.connectors.sql.known import KnownRow, KnownRows
from creditbus.connectors.sql.pending import Pending, entries, entry
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.source import SqlSource, remembered
from creditbus.connectors.sql.table import Record, Relation
from creditbus.connectors.sql.values import name_of, unpack

__all__ = ["CompareSource", "SnapshotDiff"]


@dataclass(slots=True)
class SnapshotDiff:
    """What one reading found."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0


class CompareSource(SqlSource):
    """A table that is compared as a whole."""

    def __init__(self, settings: SqlSettings) -> None:
        super().__init__(settings)
        assert settings.state is not None  # noqa: S101 -- the settings of this mode have it
        self._state = settings.state
        self._pending = Pending()
        self._comparison: SnapshotDiff | None = None
        self._unread: list[str] = []

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        self._comparison = None
        known = remembered(position, "count", "generation", "pending")
        text, number = str(known["pending"] or ""), int(known["count"] or 0)
        result = SnapshotDiff()
        with KnownRows.opened(self._state) as state, self._database.reading() as connection:
            generation = state.generation + 1 if position is None else int(known["generation"] or 0)
            if state.is_settled(text, number, generation):
                text = ""  # the file knows, and better: of these, some may be withdrawn by now
            done = {entry(key, content) for key, content in entries(text)}
            self._pending = Pending(text)
            relation = self._relation(connection)
            without, shared = unkeyed(connection, relation, self._settings), Shared()
            records = alone(self._in_order(connection, relation), shared)
            while batch := list(islice(records, self._settings.fetch_rows)):
                for record in self._unpublished(state, batch, generation, done, result):
                    number += 1
                    self._pending.add(entry(record.key, record.digest))
                    place: Position = {"count": number, "generation": generation, "pending": self._pending.text}
                    yield relation.place(record, number, place)
            result.vanished = sum(1 for _ in state.missed())
        self._unread = list(filter(None, (without, shared.told(relation, self._settings))))
        self._comparison = result

    def settle(self, position: Position) -> None:
        """Keep what is on the bus. Doing it twice changes nothing."""
        known = remembered(position, "count", "generation", "pending")
        text = str(known["pending"] or "")
        count, generation = int(known["count"] or 0), int(known["generation"] or 0)
        digests = {name_of(key): content for key, content in entries(text)}
        if not digests:
            return
        with KnownRows.opened(self._state) as state:
            if state.is_settled(text, count, generation):
                return
            state.keep(digests, generation, text, count)
        self._pending.settle(text)

    def settled(self, position: Position) -> Position:
        """See the contract. The file knows what is settled."""
        return position

    def remarks(self) -> tuple[str, ...]:
        """Tell what the reading found, and what is proposed."""
        result = self._comparison
        if result is None:
            return ()
        words = [messages.COMPARED(new=result.new, changed=result.changed, unchanged=result.unchanged)]
        if result.unchanged and not (result.new or result.changed):
            words.append(messages.NOT_SENT_AGAIN())
        if result.vanished:
            words.append(messages.VANISHED(count=result.vanished))
        return (*words, *self._unread)

    def vanished(self) -> Sequence[Vanished]:
        """Compare keys as they are now, and name the published rows that are gone."""
        with KnownRows.opened(self._state) as state, self._database.reading() as connection:
            relation = self._relation(connection)
            records = self._in_order(connection, relation)
            while batch := list(islice(records, self._settings.fetch_rows)):
                state.meet(name_of(record.key) for record in batch)
            table = relation.table.name
            return [_gone(row, table, number) for number, row in enumerate(state.missed(), start=1)]

    def known(self) -> int:
        """See the contract."""
        with KnownRows.opened(self._state) as state:
            return state.count()

    def release(self, keys: Sequence[str]) -> None:
        """See the contract."""
        with KnownRows.opened(self._state) as state:
            state.release(keys)

    def forget(self, keys: Sequence[str]) -> None:
        """Forget vanished rows whose withdrawal is on the bus."""
        with KnownRows.opened(self._state) as state:
            state.forget(keys)

    def _in_order(self, connection: Connection, relation: Relation) -> Iterator[Record]:
        return self._streamed(connection, relation, relation.select().order_by(*relation.key))

    def _unpublished(
        self,
        state: KnownRows,
        batch: list[tuple[Record, bool]],
        generation: int,
        done: set[str],
        result: SnapshotDiff,
    ) -> Iterator[Record]:
        keys = [name_of(record.key) for record, _ in batch]
        state.meet(keys)
        known = state.digests(keys)
        for key, (record, only) in zip(keys, batch, strict=True):
            if not only or None in record.key:
                continue  # met, for it is there, so that nobody is asked to withdraw what was published of it
            content, number = known.get(key, ("", 0))
            same = content == record.digest
            if entry(record.key, record.digest) in done or (same and number == generation):
                result.unchanged += 1
                continue
            result.new += not content
            result.changed += bool(content) and not same
            result.unchanged += same
            yield record


def _gone(row: KnownRow, table: str, number: int) -> Vanished:
    items = () if row.cells is None else unpack(row.cells)
    cells = dict(zip(items[::2], items[1::2], strict=True)) if row.cells is not None else None
    return Vanished(row.key, cells, table, number)
