"""Rows that their key does not name: a column of it is NULL, or it stands in more than one row.

No reading takes them, for there is no going on after the first, no finding the second again, and no saying which of two
is changed. Every reading and every check counts them, so that their department fills or widens the key; all other
rows are read meanwhile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from creditbus.connectors.sql import messages
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.table import Record, Relation
from creditbus.connectors.sql.values import pack

__all__ = ["Shared", "alone", "keyed", "shared_keys", "unkeyed"]


def keyed(relation: Relation) -> ColumnElement[bool]:
    """Make the condition that no column of the key is NULL."""
    return sa.and_(*(column.is_not(None) for column in relation.key))


def unkeyed(
    connection: Connection, relation: Relation, settings: SqlSettings, among: ColumnElement[bool] | None = None
) -> str:
    """Say how many rows have NULL in their key, and in which columns of it; empty: none.

    Args:
        connection: to the database.
        relation: the table.
        settings: which name the key.
        among: of which rows; None: of all.
    """
    if not any(relation.named(name).nullable for name in settings.key):
        return ""
    counts = [sa.func.count(), *map(sa.func.count, relation.key)]
    query = sa.select(*counts).select_from(relation.table).where(sa.not_(keyed(relation)))
    count, *filled = connection.execute(query if among is None else query.where(among)).one()
    if not count:
        return ""
    empty = [name for name, those in zip(settings.key, filled, strict=True) if those < count]
    return messages.KEY_IS_NULL(table=relation.table.name, columns=", ".join(empty), count=count)


@dataclass(slots=True)
class Shared:
    """Keys that stand in more than one row, as far as a reading has come."""

    keys: int = 0

    def told(self, relation: Relation, settings: SqlSettings) -> str:
        """Say how many these are; empty: none."""
        if not self.keys:
            return ""
        return messages.KEY_IS_SHARED(table=relation.table.name, columns=", ".join(settings.key), count=self.keys)


def alone(records: Iterable[Record], shared: Shared) -> Iterator[tuple[Record, bool]]:
    """Give of each key its first record, and whether that is its only one.

    Args:
        records: in the order of their keys.
        shared: counts the keys that have more.
    """
    for _, group in groupby(records, key=lambda record: pack(record.key)):
        first, *more = islice(group, 2)
        shared.keys += bool(more) and None not in first.key  # what is NULL is counted as that
        yield first, not more


def shared_keys(
    connection: Connection, relation: Relation, settings: SqlSettings, among: ColumnElement[bool] | None = None
) -> str:
    """Say how many keys stand in more than one row; empty: none. Arguments are those of :func:`unkeyed`."""
    # counted here as a reading counts them: a database may take two texts for one, whose key is not the same
    query = sa.select(*relation.key).select_from(relation.table).where(keyed(relation)).order_by(*relation.key)
    options = {"yield_per": settings.fetch_rows}
    with connection.execute(query if among is None else query.where(among), execution_options=options) as keys:
        count = sum(len(list(islice(group, 2))) > 1 for _, group in groupby(map(pack, keys)))
    return Shared(count).told(relation, settings)
