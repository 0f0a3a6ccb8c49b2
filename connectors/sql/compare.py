"""Mode compare: all rows against those of last time, for tables that say neither what is new nor what is gone.

New and changed rows are published. A row that vanished is never withdrawn by itself: an emptied or half-loaded table
would take back every record of the department. It is proposed, and a person confirms it.

What was published is kept in a file of the connector's own (``known.py``), written behind the commit; until then the
position remembers it, as in mode staging.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from creditbus.connectors.contract import Cell, Defect, Position, Row, Vanished
from creditbus.connectors.sql.known import Known, KnownRow
from creditbus.connectors.sql.pending import Pending, entries, entry
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.source import SqlSource, remembered
from creditbus.connectors.sql.table import Record
from creditbus.connectors.sql.values import name_of, pack, unpack
from creditbus.services.domain.identifiers.persons import holds_number, without_numbers

__all__ = ["CompareSource", "Comparison"]

_MOST_UNKEPT = 5000
"""Rows held in memory until they are settled; what is forgotten is read again."""


@dataclass(slots=True)
class Comparison:
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
        self._unkept: OrderedDict[str, KnownRow] = OrderedDict()
        self._comparison: Comparison | None = None

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        self._comparison = None
        known = remembered(position, "count", "generation", "pending")
        text, number = str(known["pending"] or ""), int(known["count"] or 0)
        result = Comparison()
        with Known.opened(self._state) as state, self._database.reading() as connection:
            generation = state.generation + 1 if position is None else int(known["generation"] or 0)
            if state.is_settled(text, generation):
                text = ""  # the file knows, and better: of these, some may be withdrawn by now
            done = {entry(key, content) for key, content in entries(text)}
            self._pending = Pending(text)
            relation = self._relation(connection)
            records = self._streamed(connection, relation, relation.select().order_by(*relation.key))
            while batch := list(islice(records, self._settings.fetch_rows)):
                for record in self._unpublished(state, batch, generation, done, result):
                    number += 1
                    self._remember(record)
                    place: Position = {"count": number, "generation": generation, "pending": self._pending.text}
                    yield relation.place(record, number, place)
            result.vanished = sum(1 for _ in state.missed())
        self._comparison = result

    def settle(self, position: Position) -> None:
        """Keep what is on the bus. Doing it twice changes nothing."""
        known = remembered(position, "count", "generation", "pending")
        text = str(known["pending"] or "")
        generation = int(known["generation"] or 0)
        keys = {name_of(key): key for key, _ in entries(text)}
        expected = {name_of(key): content for key, content in entries(text)}
        if not expected:
            return
        with Known.opened(self._state) as state:
            if state.is_settled(text, generation):
                return
            lost = [key for key, content in expected.items() if not self._is_at_hand(key, content)]
            again = self._read_again([keys[key] for key in lost]) if lost else {}
            rows = (
                self._unkept[key]
                if self._is_at_hand(key, content)
                else KnownRow(key, content, again.get((key, content)))
                for key, content in expected.items()
            )
            state.keep(rows, generation, text)
        self._pending.settle(text)
        for key, content in expected.items():
            if self._is_at_hand(key, content):
                del self._unkept[key]

    def settled(self, position: Position) -> Position:
        """See the contract. The file knows what is settled."""
        return position

    def remarks(self) -> tuple[str, ...]:
        """Tell what the reading found, and what is proposed."""
        result = self._comparison
        if result is None:
            return ()
        words = f"{result.new:,} new, {result.changed:,} changed, {result.unchanged:,} unchanged"
        if not result.vanished:
            return (words,)
        proposed = f"{result.vanished:,} vanished: still published; `creditbus connector vanished` shows them"
        return (words, proposed)

    def vanished(self) -> Sequence[Vanished]:
        """Compare keys as they are now, and name the published rows that are gone."""
        with Known.opened(self._state) as state, self._database.reading() as connection:
            relation = self._relation(connection)
            records = self._streamed(connection, relation, relation.select().order_by(*relation.key))
            while batch := list(islice(records, self._settings.fetch_rows)):
                state.meet(name_of(record.key) for record in batch)
            table = relation.table.name
            return [_gone(row, table, number) for number, row in enumerate(state.missed(), start=1)]

    def known(self) -> int:
        """See the contract."""
        with Known.opened(self._state) as state:
            return state.count()

    def release(self, keys: Sequence[str]) -> None:
        """See the contract."""
        with Known.opened(self._state) as state:
            state.release(keys)

    def forget(self, keys: Sequence[str]) -> None:
        """Forget vanished rows whose withdrawal is on the bus."""
        with Known.opened(self._state) as state:
            state.forget(keys)

    def _unpublished(
        self, state: Known, batch: list[Record], generation: int, done: set[str], result: Comparison
    ) -> Iterator[Record]:
        keys = [name_of(record.key) for record in batch]
        state.meet(keys)
        known = state.digests(keys)
        for key, record in zip(keys, batch, strict=True):
            content, number = known.get(key, ("", 0))
            same = content == record.digest
            if entry(record.key, record.digest) in done or (same and number == generation):
                result.unchanged += 1
                continue
            result.new += not content
            result.changed += bool(content) and not same
            result.unchanged += same
            yield record

    def _remember(self, record: Record) -> None:
        self._pending.add(entry(record.key, record.digest))
        self._unkept[name_of(record.key)] = _kept(record)
        if len(self._unkept) > _MOST_UNKEPT:
            self._unkept.popitem(last=False)

    def _is_at_hand(self, key: str, content: str) -> bool:
        return key in self._unkept and self._unkept[key].digest == content

    def _read_again(self, keys: list[tuple[object, ...]]) -> dict[tuple[str, str], str | None]:
        """Read rows again whose cells went with the process that published them."""
        with self._database.reading() as connection:
            relation = self._relation(connection)
            records = self._reselected(connection, relation, keys)
            return {(row.key, row.digest): row.cells for row in map(_kept, records)}


def _kept(record: Record) -> KnownRow:
    # a row is kept to withdraw what was published of it, and a citizen's number never is
    cells = pack([item for name, cell in record.cells.items() for item in (name, _without_number(cell))])
    return KnownRow(name_of(record.key), record.digest, cells)


def _without_number(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return without_numbers(cell, "*")
    return None if isinstance(cell, int) and holds_number(str(cell)) else cell


def _gone(row: KnownRow, table: str, number: int) -> Vanished:
    items = () if row.cells is None else unpack(row.cells)
    cells = dict(zip(items[::2], items[1::2], strict=True)) if row.cells is not None else None
    return Vanished(row.key, cells, table, number)
