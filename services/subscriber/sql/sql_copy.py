"""A copy in tables of a database: data and positions change in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch, Change, Taken, without_nul
from creditbus.services.subscriber.copy import View
from creditbus.services.subscriber.planning import Plan, plan_changes
from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.services.subscriber.sql.held import positions_in, refuse_another_feed
from creditbus.services.subscriber.sql.layout import POSITIONS, ItemTables
from creditbus.services.subscriber.sql.refusals import ValueRefusedError, database_errors, without_password
from creditbus.services.subscriber.sql.row_writing import RowWriting
from creditbus.services.subscriber.table_model import TableModel
from creditbus.topics.errors import ConfigurationError

__all__ = ["SqlCopy"]

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
        return without_password(self._engine)

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
                refuse_another_feed(connection, self.place, self._topic)

    def positions(self) -> Mapping[int, Position]:
        """See the contract."""
        with database_errors(self._engine), self._engine.connect() as connection:
            return positions_in(connection, self._topic)

    def take(self, batch: Batch) -> Taken:
        """See the contract."""
        plan = plan_changes(batch.changes)
        self._prepare(plan.models)
        try:
            return self._take(plan, batch.moves)
        except ValueRefusedError as error:
            storable = self._storable(batch.changes)
            if storable == batch.changes:
                raise self._naming(storable, error) from error
        # PostgreSQL has no such character, and a record that holds one must not end the copy for ever
        try:
            return self._take(plan_changes(storable), batch.moves)
        except ValueRefusedError as error:
            raise self._naming(storable, error) from error

    def _storable(self, changes: Sequence[Change]) -> Sequence[Change]:
        return [without_nul(one) for one in changes] if self._engine.dialect.name == "postgresql" else changes

    def _prepare(self, models: Iterable[TableModel]) -> None:
        # statements that make tables end a transaction in MySQL, so they come before it
        with database_errors(self._engine):
            for model in models:
                self._tables.prepare(self._engine, model)

    def _take(self, plan: Plan, moves: Mapping[int, Move]) -> Taken:
        with database_errors(self._engine), self._engine.begin() as connection:
            # first: whoever else writes to the copy waits here, and then finds that it was moved
            for partition, move in sorted(moves.items()):
                self._move(connection, partition, move)
            self._write(connection, plan)
        counts = plan.counts()
        return Taken(counts[True], counts[False])

    def _write(self, connection: sa.Connection, plan: Plan) -> None:
        for name in sorted(plan.rows):
            self._rows.remove(connection, name, plan.removed(name))
            for place, rows in plan.kept(name).items():
                self._rows.write(connection, plan.models[place], rows)

    def _naming(self, changes: Sequence[Change], error: ValueRefusedError) -> ValueRefusedError:
        """Return an error with the record whose value is refused, one of these."""
        while len(changes) > 1:
            half = changes[: len(changes) // 2]
            # the newest record of a key is in one of the halves, and is the newest there as well
            changes = half if self._refuses(half) else changes[len(half) :]
        if not changes or not self._refuses(changes):
            return error
        (one,) = changes
        number = one.fields["feed"]["feed_seq"]
        problem = messages.RECORD_REFUSED(partition=one.partition, number=number, why=error.problem)
        return ValueRefusedError(error.place, problem, error.fix, error.state)

    def _refuses(self, changes: Sequence[Change]) -> bool:
        try:
            with database_errors(self._engine), self._engine.connect() as connection:
                # never committed
                self._write(connection, plan_changes(changes))
                connection.rollback()
        except ValueRefusedError:
            return True
        return False

    def replace(self, before: Mapping[int, Position], view: View) -> Taken:
        """See the contract."""
        # as for `take`: texts as they are, unless the database has no such character
        self._prepare(view.models())
        try:
            return self._replace(before, view, view.chunks())
        except ValueRefusedError:
            if self._engine.dialect.name != "postgresql" or not any(map(_with_nul, view.chunks())):
                raise
        return self._replace(before, view, map(self._storable, view.chunks()))

    def _replace(self, before: Mapping[int, Position], view: View, chunks: Iterable[Sequence[Change]]) -> Taken:
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
                self._write(connection, plan)
                written += plan.counts()[True]
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
