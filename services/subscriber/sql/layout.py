"""Tables of a copy in a database: those of the items, what is known of them, and the positions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.sql.dialects import is_narrower, key_type, same_name, type_of
from creditbus.services.subscriber.table_model import KEY, Column, TableModel
from creditbus.topics.errors import ConfigurationError

__all__ = ["COLUMNS", "POSITIONS", "ItemTables", "own_columns"]

_OWN: Final = sa.MetaData()
_EXACT: Final[Mapping[str, Any]] = {"mysql_charset": "utf8mb4", "mariadb_charset": "utf8mb4"}
_MOST_COMMENT: Final = 1024
"""Characters that MySQL takes for the comment of a column; 2,048 for that of a table."""

POSITIONS: Final = sa.Table(
    "creditbus_feed_position",
    _OWN,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
    sa.Column("feed_seq", sa.BigInteger, nullable=False),
    sa.Column("last_hash", sa.String(64), nullable=False),
    **_EXACT,
)

#: Columns that were made here. Others belong to the people of the database: nobody empties them.
COLUMNS: Final = sa.Table(
    "creditbus_feed_column",
    _OWN,
    sa.Column("table_name", sa.String(128), primary_key=True),
    sa.Column("column_name", sa.String(128), primary_key=True),
    **_EXACT,
)


class _AddColumn(DDLElement):
    inherit_cache = False

    def __init__(self, table: sa.Table, column: sa.Column[Any]) -> None:
        self.table = table
        self.column = column


@compiles(_AddColumn)
def _add_column(element: _AddColumn, compiler: Any, **_: Any) -> str:
    table = compiler.preparer.format_table(element.table)
    return f"ALTER TABLE {table} ADD {compiler.get_column_specification(element.column)}"


class _ModifyColumns(DDLElement):
    """Of MySQL: a table is copied for it, so all columns of one go in one statement."""

    inherit_cache = False

    def __init__(self, table: sa.Table, columns: Sequence[sa.Column[Any]]) -> None:
        self.table = table
        self.columns = columns


@compiles(_ModifyColumns)
def _modify_columns(element: _ModifyColumns, compiler: Any, **_: Any) -> str:
    table = compiler.preparer.format_table(element.table)
    changes = (f"MODIFY {compiler.get_column_specification(column)}" for column in element.columns)
    return f"ALTER TABLE {table} {', '.join(changes)}"


class ItemTables:
    """The tables of the items, made and widened as the schemas of the feed ask for it.

    Statements that change tables end the transaction in MySQL. So they stand in transactions of their own, each can be
    repeated after a crash, and a column is noted as made here before it is made.
    """

    def __init__(self) -> None:
        self._tables: dict[str, sa.Table] = {}
        self._own: dict[str, set[str]] = {}

    def __getitem__(self, name: str) -> sa.Table:
        """Return a table that was prepared, with all of its columns that are ours."""
        return self._tables[name]

    @staticmethod
    def make_own(engine: sa.Engine) -> None:
        """Make the tables of positions and columns where they are not there."""
        with engine.begin() as connection:
            _OWN.create_all(connection)

    @staticmethod
    def names(connection: sa.Connection) -> list[str]:
        """Return the names of the tables that were made here."""
        found = connection.execute(sa.select(COLUMNS.c.table_name).distinct().order_by(COLUMNS.c.table_name))
        return list(found.scalars())

    def prepare(self, engine: sa.Engine, model: TableModel) -> None:
        """Make a table, or the columns that it lacks.

        Raises:
            ConfigurationError: a table or a column of this name is there and was not made here.

        """
        known = self._tables.get(model.name)
        if known is not None and set(model.names()) <= set(known.c.keys()):
            return
        with engine.connect() as connection:
            there = sa.inspect(connection)
            exists = there.has_table(model.name)
            present = {one["name"]: one["type"] for one in there.get_columns(model.name)} if exists else {}
            # after the columns: what another sync makes meanwhile was noted before it was made
            own = own_columns(connection, model.name)
        if exists:
            _refuse_what_is_others(engine, model, present.keys(), own)
        table = _table(engine.dialect, model)
        missing = [column for column in table.columns if column.name not in present]
        narrow = [column for column in table.columns if is_narrower(present.get(column.name), column.type)]
        _note(engine, model.name, {column.name for column in missing} - own)
        with engine.begin() as connection:
            if not exists:
                table.create(connection)
            for column in missing if exists else ():
                _widen(connection, table, column)
            if narrow:
                connection.execute(_ModifyColumns(table, narrow))
        for name in sorted(own & present.keys() - set(model.names())):
            table.append_column(sa.Column(name, present[name]))
        self._tables[model.name] = table


def _refuse_what_is_others(engine: sa.Engine, model: TableModel, present: Collection[str], own: set[str]) -> None:
    """Leave alone what people made: a grant may get an item or a field by whose name they called something.

    Raises:
        ConfigurationError: there is such a table, or such a column.

    """
    place = engine.url.render_as_string()
    # one that we made has the key; a note alone may be of a table that was dropped since, or never made
    if not own or not set(KEY) <= set(present):
        raise ConfigurationError(place, messages.FOREIGN_TABLE(table=model.name), messages.EMPTY_DATABASE())
    ours = set(map(same_name(engine.dialect), own))
    wanted = set(map(same_name(engine.dialect), model.names())) - ours
    for name in present:
        if same_name(engine.dialect)(name) in wanted:
            problem = messages.FOREIGN_COLUMN(table=model.name, column=name)
            raise ConfigurationError(place, problem, messages.RENAME_COLUMN())


def own_columns(connection: sa.Connection, table: str) -> set[str]:
    """Return the columns of a table that were made here."""
    found = connection.execute(sa.select(COLUMNS.c.column_name).where(COLUMNS.c.table_name == table))
    return set(found.scalars())


def _note(engine: sa.Engine, table: str, names: set[str]) -> None:
    if names:
        with engine.begin() as connection:
            rows = [{"table_name": table, "column_name": name} for name in sorted(names)]
            connection.execute(COLUMNS.insert(), rows)


def _widen(connection: sa.Connection, table: sa.Table, column: sa.Column[Any]) -> None:
    connection.execute(_AddColumn(table, column))
    if column.comment and connection.dialect.supports_comments and not connection.dialect.inline_comments:
        connection.execute(sa.schema.SetColumnComment(column))


def _table(dialect: Any, model: TableModel) -> sa.Table:
    columns = [_column(dialect, column) for column in model.columns]
    comment = model.comment[: 2 * _MOST_COMMENT]
    return sa.Table(model.name, sa.MetaData(), *columns, sa.PrimaryKeyConstraint(*KEY), comment=comment, **_EXACT)


def _column(dialect: Any, column: Column) -> sa.Column[Any]:
    of_key = column.name in KEY
    kind = key_type(dialect, column.name) if of_key else type_of(dialect, column.kind)
    # what a later version of the schema adds is empty in the rows that are there
    return sa.Column(column.name, kind, nullable=not of_key, comment=column.comment[:_MOST_COMMENT] or None)
