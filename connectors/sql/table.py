"""One table: its columns, its order, and the rows of a result as the contract wants them."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.elements import ColumnElement

from creditbus.connectors.common.titles import folded
from creditbus.connectors.contract import Cell, Defect, DefectReason, Position, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.mapping.naming import Names
from creditbus.connectors.sql import messages, mysql
from creditbus.connectors.sql.database import Database
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.values import cell_of, digest, name_of, temporal
from creditbus.services.domain.identifiers.persons import names_person

__all__ = [
    "Record",
    "Relation",
    "behind",
    "binary",
    "chosen",
    "keyed_by",
    "locked",
    "named",
    "never",
    "numbered",
    "reflected",
    "without_reason",
]

_LARGEST_ROW = 2**31 - 1
"""Places are 32 bits wide on the bus."""
_KEYS = 200
_COUNTED = "counted"
"""In place of a sheet: these rows are numbered in the order of reading, because their key is not a number."""


class _Truth(sa.TypeDecorator[Any]):
    """A BOOLEAN of SQLite, which keeps what it is given: 0 and 1 are truth values, all else stays what it is."""

    impl = sa.types.NullType
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        del dialect
        return bool(value) if isinstance(value, int) and value in {0, 1} else value


class Record(NamedTuple):
    """One row of a result."""

    key: tuple[Any, ...]
    watermark: Any
    cells: Mapping[str, Cell]
    digest: str
    problem: str
    """Why it cannot be a row; empty for all but few."""

    def __repr__(self) -> str:
        return "Record()"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view as the database describes it, with the columns that the settings choose."""

    table: sa.Table
    columns: tuple[sa.Column[Any], ...]
    key: tuple[ColumnElement[Any], ...]
    watermark: ColumnElement[Any] | None
    status: ColumnElement[Any] | None
    zone: ZoneInfo
    backend: str
    layout: str
    """Digest of the names of the columns, in their order: a row whose column is renamed says something else."""

    @classmethod
    def find(cls, connection: Connection, database: Database, settings: SqlSettings) -> "Relation":
        """Ask the database for the table of the settings.

        Raises:
            SourceError: a column is not there, or none is left to read.
        """
        if not settings.table:
            raise SourceError(database.place, messages.TABLE_NOT_NAMED(), messages.SEE_DISCOVER())
        table = reflected(connection, settings.table, settings.db_schema)

        def column(name: str) -> sa.Column[Any]:
            found = named(table, name)
            if found is None:
                raise SourceError(
                    f"{database.place}: {settings.table}", messages.NO_SUCH_COLUMN(name=name), _have(table)
                )
            return found

        # written by us, so no part of the row
        mine = () if settings.reason is None else (column(settings.reason).name,)
        names = settings.columns or tuple(one.name for one in table.columns if not binary(one) and one.name not in mine)
        columns = tuple(map(column, names))

        def expression(name: str | None) -> ColumnElement[Any] | None:
            return None if name is None else _plain(column(name), database.backend)

        # what was read before moments were taken for such stands in positions as other values than now
        in_utc = ["UTC"] if database.backend in mysql.MYSQL and mysql.has_moments(columns) else []
        return cls(
            table,
            columns,
            tuple(_plain(column(name), database.backend) for name in settings.key),
            expression(settings.watermark),
            expression(settings.status),
            ZoneInfo(settings.time_zone),
            database.backend,
            digest([*(folded(one.name) for one in columns), *in_utc]),
        )

    def named(self, name: str) -> sa.Column[Any]:
        """Return a column that the settings name, which :meth:`find` has found."""
        found = named(self.table, name)
        if found is None:
            raise KeyError(name)
        return found

    def select(self) -> sa.Select[Any]:
        """Select key, watermark and columns, in that order, for :meth:`record`."""
        ahead = [*self.key, *([] if self.watermark is None else [self.watermark])]
        columns = [_read(column, self.backend) for column in self.columns]
        labelled = [one.label(f"c{number}") for number, one in enumerate([*ahead, *columns])]
        return sa.select(*labelled).select_from(self.table)

    def record(self, values: Sequence[Any]) -> Record:
        """Read one row of :meth:`select`."""
        width = len(self.key)
        first = width + (self.watermark is not None)
        cells: dict[str, Cell] = {}
        problem = ""
        for column, value in zip(self.columns, values[first:], strict=True):
            try:
                typed = temporal(value) if self.backend == "sqlite" and _is_temporal(column) else value
                cells[column.name] = cell_of(typed, self.zone)
            except ValueError:
                problem = messages.BINARY(column=column.name)
        watermark = values[width] if self.watermark is not None else None
        return Record(tuple(values[:width]), watermark, cells, digest([self.layout, *values[first:]]), problem)

    def place(self, record: Record, number: int, position: Position) -> Row | Defect:
        """Make the contract's row; its number is the key where that can be one, else the number in reading order.

        Raises:
            SourceError: the key is a citizen's number, which would leave the department with the connector's position.
        """
        if any(names_person(str(part)) for part in record.key if part is not None):
            fix = messages.ANOTHER_KEY()
            raise SourceError(f"{self.table.name}: settings.key", messages.KEY_IS_PERSON(), fix)
        key = record.key[0] if len(record.key) == 1 else None
        keyed = isinstance(key, int) and not isinstance(key, bool) and 1 <= key <= _LARGEST_ROW
        sheet, row = ("", int(key or 0)) if keyed else (_COUNTED, number)
        if record.problem:
            return Defect(DefectReason.UNPARSABLE, record.problem, b"", self.table.name, sheet, row, position)
        return Row(record.cells, self.table.name, sheet, row, position, name_of(record.key))


def reflected(connection: Connection, name: str, schema: str | None) -> sa.Table:
    """Ask the database how a table looks."""
    with warnings.catch_warnings():
        # A type that SQLAlchemy does not know is read as text; there is nothing to be warned of.
        warnings.simplefilter("ignore", SAWarning)
        return sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)


def named(table: sa.Table, name: str) -> sa.Column[Any] | None:
    """Find a column whatever its case, as mappings do; ``None``: it is not there, or nobody can say which is meant."""
    alike = [name] if name in table.columns else Names(one.name for one in table.columns).like(name)
    return table.columns[alike[0]] if len(alike) == 1 else None


def chosen(column: ColumnElement[Any] | None) -> ColumnElement[Any]:
    """Return a column that the settings of this mode are known to name."""
    if column is None:
        raise TypeError("another mode's settings")
    return column


def behind(columns: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    """Make the condition "sorted after these values", without row values, which not every database has."""
    alternatives = []
    for place, (column, value) in enumerate(zip(columns, values, strict=True)):
        equal = [before == known for before, known in zip(columns[:place], values[:place], strict=True)]
        # positions of earlier versions hold rows whose key is NULL, which databases sort differently: all others count
        alternatives.append(sa.and_(*equal, column.is_not(None) if value is None else column > value))
    return sa.or_(*alternatives)


def keyed_by(relation: Relation, keys: Sequence[tuple[Any, ...]]) -> Iterator[ColumnElement[bool]]:
    """Make conditions that pick rows by key, each short enough for every database."""
    for start in range(0, len(keys), _KEYS):
        part = keys[start : start + _KEYS]
        if len(relation.key) == 1:
            yield relation.key[0].in_([key[0] for key in part])
        else:
            yield sa.or_(
                *(sa.and_(*(col == value for col, value in zip(relation.key, key, strict=True))) for key in part)
            )


def locked(query: sa.Select[Any], relation: Relation) -> sa.Select[Any]:
    """Make a query hold what it reads until the end of the transaction; SQL Server has a word of its own for that."""
    return query.with_for_update().with_hint(relation.table, "WITH (UPDLOCK)", "mssql")


def never() -> ColumnElement[bool]:
    """Make a condition that no row fulfils, in words that every database takes: Oracle knows nothing of `false`."""
    return sa.literal_column("0") == sa.literal_column("1")


def numbered(relation: Relation, settings: SqlSettings) -> bool:
    """Say whether a place on the bus names a row by its key: one column of whole numbers."""
    names = settings.key
    return len(names) == 1 and isinstance(relation.named(names[0]).type, sa.Integer)


def without_reason(relation: Relation, settings: SqlSettings) -> dict[str, str | None]:
    """Return the value of the reason column, if the settings name one, for a row that is not refused."""
    if settings.reason is None:
        return {}
    column = relation.named(settings.reason)
    return {column.name: None if column.nullable else ""}


def binary(column: sa.Column[Any]) -> bool:
    """Say whether a column holds bytes, which no field of the catalogue takes."""
    try:
        return column.type.python_type is bytes
    except NotImplementedError:  # a type that says nothing of itself
        return False


def _have(table: sa.Table) -> str:
    return messages.IT_HAS(names=", ".join(column.name for column in table.columns))


def _is_temporal(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Date | sa.DateTime)


def _plain(column: sa.Column[Any], backend: str) -> ColumnElement[Any]:
    """Take a column as it is stored, for comparing."""
    # SQLite stores what it is given: a reader that insists on the declared type fails at the first stray value.
    if backend == "sqlite":
        return sa.type_coerce(column, sa.types.NullType())
    return mysql.read(column) if backend in mysql.MYSQL else column


def _read(column: sa.Column[Any], backend: str) -> ColumnElement[Any]:
    """Choose how a column is read: documents and unknown types as text, so that no number in them loses a digit."""
    if backend == "sqlite":
        return sa.type_coerce(column, _Truth() if isinstance(column.type, sa.Boolean) else sa.types.NullType())
    if isinstance(column.type, sa.JSON | sa.types.NullType):
        return sa.cast(column, sa.Text)
    return mysql.read(column) if backend in mysql.MYSQL else column
