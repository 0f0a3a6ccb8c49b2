"""A copy in tables of a database: data and positions change in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch, Change, Taken, without_nul
from creditbus.services.subscriber.comparing import HeldRow
from creditbus.services.subscriber.copy import View
from creditbus.services.subscriber.planning import Plan, plan_changes
from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.services.subscriber.sql.database import database_errors
from creditbus.services.subscriber.sql.dialects import MYSQL
from creditbus.services.subscriber.sql.layout import POSITIONS, ItemTables, own_columns
from creditbus.services.subscriber.sql.row_writing import RowWriting, key_at
from creditbus.services.subscriber.table_model import KEY
from creditbus.topics.errors import ConfigurationError

__all__ = ["SqlCopy"]

_AT_ONCE: Final = 300
"""Rows that are fetched at once."""

#: Column of the number of the feed's record that a row is from, and what stands there while a view is written again.
_NUMBER: Final = "feed_seq"
_OF_BEFORE: Final = -1


class SqlCopy:
    """A copy of one feed in a database; see `copy.Copy`.

    Args:
        engine: makes connections (`engine_of`).
        topic: of the feed.

    """

    pause_seconds: Final = 0.0

    def __init__(self, engine: sa.Engine, topic: str) -> None:
        self._engine = engine
        self._topic = topic
        self._tables = ItemTables()
        self._rows = RowWriting(self._tables)

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def __enter__(self) -> Self:
        """Open it."""
        try:
            self._open()
        except BaseException:
            self._engine.dispose()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._engine.dispose()

    def _open(self) -> None:
        with database_errors(self._engine):
            self._tables.make_own(self._engine)
            with self._engine.connect() as connection:
                topics = connection.execute(sa.select(POSITIONS.c.topic).distinct()).scalars().all()
        for topic in topics:
            if topic != self._topic:
                raise ConfigurationError(self.place, messages.ANOTHER_FEED(topic=topic), messages.ONE_FEED_EACH())

    def positions(self) -> Mapping[int, Position]:
        """See the contract."""
        with database_errors(self._engine), self._engine.connect() as connection:
            return self._positions(connection)

    def _positions(self, connection: sa.Connection) -> Mapping[int, Position]:
        rows = connection.execute(sa.select(POSITIONS).where(POSITIONS.c.topic == self._topic)).all()
        return {row.partition_no: Position(row.next_offset, row.feed_seq, bytes.fromhex(row.last_hash)) for row in rows}

    @contextmanager
    def snapshot(self) -> Iterator[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
        """Give positions and rows as they were at one moment, whoever goes on writing."""
        level = "REPEATABLE READ" if self._engine.dialect.name in ("postgresql", *MYSQL) else None
        engine = self._engine.execution_options(isolation_level=level) if level else self._engine
        with database_errors(self._engine), engine.connect() as connection:
            yield self._positions(connection), self._held(connection)

    def _held(self, connection: sa.Connection) -> Iterator[HeldRow]:
        for name in self._tables.names(connection):
            if not sa.inspect(connection).has_table(name):
                continue
            own = own_columns(connection, name)
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            columns = [column for column in table.c if column.name in own]
            names = [column.name for column in columns]
            places = [names.index(column) for column in KEY]
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(sa.select(*columns))
            for row in rows:
                yield HeldRow(name, key_at(tuple(row), places), dict(zip(names, row, strict=True)))

    def take(self, batch: Batch) -> Taken:
        """See the contract."""
        try:
            return self._take(plan_changes(batch.changes), batch.moves)
        except ConfigurationError:
            storable = [without_nul(change) for change in batch.changes]
            if self._engine.dialect.name != "postgresql" or storable == batch.changes:
                raise
        # PostgreSQL has no such character, and a record that holds one must not end the copy for ever
        return self._take(plan_changes(storable), batch.moves)

    def _take(self, plan: Plan, moves: Mapping[int, Move]) -> Taken:
        with database_errors(self._engine):
            for model in plan.models:
                self._tables.prepare(self._engine, model)
        with database_errors(self._engine), self._engine.begin() as connection:
            # first: whoever else writes to the copy waits here, and then finds that it was moved
            for partition, move in sorted(moves.items()):
                self._move(connection, partition, move)
            for name in sorted(plan.rows):
                self._rows.remove(connection, name, plan.removed(name))
                for place, rows in plan.kept(name).items():
                    self._rows.write(connection, plan.models[place], rows)
        counts = plan.counts()
        return Taken(counts[True], counts[False])

    def replace(self, before: Mapping[int, Position], view: View) -> Taken:
        """See the contract."""
        # as for `take`: texts as they are, unless the database has no such character
        try:
            return self._replace(before, view, view.chunks())
        except ConfigurationError:
            if self._engine.dialect.name != "postgresql" or not any(map(_with_nul, view.chunks())):
                raise
        return self._replace(before, view, ([without_nul(one) for one in chunk] for chunk in view.chunks()))

    def _replace(self, before: Mapping[int, Position], view: View, chunks: Iterable[Sequence[Change]]) -> Taken:
        with database_errors(self._engine):
            # statements that make tables end a transaction in MySQL, so they come before it
            for model in view.models():
                self._tables.prepare(self._engine, model)
        after, written = view.positions(), 0
        with database_errors(self._engine), self._engine.begin() as connection:
            # first, as in `take`: another sync waits here, and then finds that the copy was moved
            for partition in sorted(before.keys() | after.keys()):
                move = Move(before.get(partition, AT_BEGINNING), after.get(partition, AT_BEGINNING))
                if move.before != move.after:
                    self._move(connection, partition, move)
            there = set(self._tables.names(connection)) & set(sa.inspect(connection).get_table_names())
            tables = [sa.table(name, sa.column(_NUMBER, sa.BigInteger())) for name in sorted(there)]
            for table in tables:
                connection.execute(table.update().values({_NUMBER: _OF_BEFORE}))
            for chunk in chunks:
                plan = plan_changes(chunk)
                for name in sorted(plan.rows):
                    for place, rows in plan.kept(name).items():
                        self._rows.write(connection, plan.models[place], rows)
                        written += len(rows)
            # what was not written again is in the view no more; columns that people added stay with the other rows
            stale = (table.delete().where(table.c[_NUMBER] == _OF_BEFORE) for table in tables)
            removed = sum(connection.execute(one).rowcount for one in stale)
        return Taken(written, removed)

    def _move(self, connection: sa.Connection, partition: int, move: Move) -> None:
        here = (POSITIONS.c.topic == self._topic) & (POSITIONS.c.partition_no == partition)
        if move.before == AT_BEGINNING:
            if connection.execute(sa.select(POSITIONS.c.feed_seq).where(here)).first() is not None:
                raise self._moved()
            place = {"topic": self._topic, "partition_no": partition}
            try:
                connection.execute(POSITIONS.insert().values(**place, **_stored(move.after)))
            except sa.exc.IntegrityError as error:
                raise self._moved() from error
            return
        for name, value in _stored(move.before).items():
            here &= POSITIONS.c[name] == value
        if connection.execute(POSITIONS.update().where(here).values(**_stored(move.after))).rowcount != 1:
            raise self._moved()

    def _moved(self) -> ConfigurationError:
        return ConfigurationError(self.place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC())


def _with_nul(chunk: Sequence[Change]) -> bool:
    return [without_nul(one) for one in chunk] != list(chunk)


def _stored(position: Position) -> dict[str, Any]:
    return {**position._asdict(), "last_hash": position.last_hash.hex()}
