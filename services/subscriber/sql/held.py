"""What the tables of a copy hold, for whoever reads them while they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.comparing import HeldRow
from creditbus.services.subscriber.planning import key_at
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.sql.dialects import MYSQL
from creditbus.services.subscriber.sql.layout import COLUMNS, POSITIONS, ItemTables, own_columns
from creditbus.services.subscriber.sql.refusals import database_errors, without_password
from creditbus.services.subscriber.table_model import KEY
from creditbus.topics.errors import ConfigurationError

__all__ = ["held_rows", "positions_in", "refuse_another_feed"]

_AT_ONCE: Final = 300
"""Rows that are fetched at once."""


@contextmanager
def held_rows(engine: sa.Engine, topic: str) -> Iterator[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
    """Give positions and rows as they were at one moment, whoever goes on writing. Nothing is made, nothing is changed.

    Args:
        engine: makes connections (`engine_of`); it is closed at the end.
        topic: of the feed.

    Raises:
        ConfigurationError: there is no copy, or it is of another feed.
        UnavailableError: the database cannot be reached.

    """
    place = without_password(engine)
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    # its driver would make an empty one
    if file and not file.startswith("file:") and not Path(file).exists():
        raise ConfigurationError(place, messages.NO_COPY(), messages.SYNC_FIRST())
    level = "REPEATABLE READ" if engine.dialect.name in ("postgresql", *MYSQL) else None
    try:
        with database_errors(engine):
            with engine.connect() as connection:
                there = sa.inspect(connection)
                made = all(there.has_table(own.name) for own in (POSITIONS, COLUMNS))
            if not made:
                raise ConfigurationError(place, messages.NO_COPY(), messages.SYNC_FIRST())
            reading = engine.execution_options(isolation_level=level) if level else engine
            with reading.connect() as connection:
                refuse_another_feed(connection, place, topic)
                yield positions_in(connection, topic), _rows(connection)
    finally:
        engine.dispose()


def positions_in(connection: sa.Connection, topic: str) -> Mapping[int, Position]:
    """Return where the copy of a feed stands in each partition that it has read of."""
    rows = connection.execute(sa.select(POSITIONS).where(POSITIONS.c.topic == topic)).all()
    return {row.partition_no: Position(row.next_offset, row.feed_seq, bytes.fromhex(row.last_hash)) for row in rows}


def refuse_another_feed(connection: sa.Connection, place: str, topic: str) -> None:
    """Look whose copy it is.

    Raises:
        ConfigurationError: it is that of another feed.

    """
    for other in connection.execute(sa.select(POSITIONS.c.topic).distinct()).scalars().all():
        if other != topic:
            raise ConfigurationError(place, messages.ANOTHER_FEED(topic=other), messages.ONE_FEED_EACH())


def _rows(connection: sa.Connection) -> Iterator[HeldRow]:
    for name in ItemTables.names(connection):
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
