"""What ``check`` and ``discover`` tell about a database."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from creditbus.connectors.contract import Column, Finding, Table
from creditbus.connectors.errors import SourceError, UserError
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.database import Database
from creditbus.connectors.sql.keys import keyed, shared_keys, unkeyed
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.states import state, try_states
from creditbus.connectors.sql.table import (
    Relation,
    behind,
    binary,
    chosen,
    keyed_by,
    never,
    numbered,
    reflected,
    without_reason,
)
from creditbus.connectors.sql.values import pack, unpack

__all__ = ["findings", "tables", "unread"]

_MOST_NAMED = 5


def findings(database: Database, settings: SqlSettings) -> Iterator[Finding]:
    """Try reach, table, columns and rights, each only where the ones before it are good."""
    try:
        with database.reading() as connection:
            yield Finding("database", ok=True, message=database.place)
            if not settings.table:
                yield Finding("table", ok=False, message=messages.NO_TABLE_NAMED())
                return
            relation = Relation.find(connection, database, settings)
            yield _columns(relation, settings)
            if relation.status is not None:
                try_states(connection, relation, settings)
            yield from _key(connection, relation, settings)
            _read_on(connection, relation, settings)
            yield Finding("read", ok=True, message=messages.MAY_BE_READ(table=settings.table))
            if relation.watermark is not None:
                yield _watermark(connection, relation, settings)
            if settings.refused is not None:
                yield _refusals(relation, settings)
        if settings.mode == "staging":
            yield _marking(database, settings)
    except UserError as error:
        yield Finding("database", ok=False, message=error.text())


def _columns(relation: Relation, settings: SqlSettings) -> Finding:
    count = len(relation.columns)
    left = ", ".join(one.name for one in relation.table.columns if binary(one) and not settings.columns)
    if left:
        return Finding("table", ok=True, message=messages.COLUMNS_LESS(table=settings.table, count=count, left=left))
    return Finding("table", ok=True, message=messages.COLUMNS(table=settings.table, count=count))


def _key(connection: Connection, relation: Relation, settings: SqlSettings) -> Iterator[Finding]:
    among = None if relation.status is None else relation.status == state(relation, settings, "new")
    if without := unkeyed(connection, relation, settings, among):
        yield Finding("key", ok=False, message=without)
    key = {relation.named(name).name for name in settings.key}
    words = ", ".join(settings.key)
    unique = [set(relation.table.primary_key.columns.keys())]
    inspector = sa.inspect(connection)
    try:
        indexes = inspector.get_indexes(relation.table.name, schema=relation.table.schema)
    except SQLAlchemyError:  # a view of some databases has no indexes to ask for
        indexes = []
    # an index of an expression names no column, and one of some rows says nothing of the others
    whole = (one for one in indexes if one["unique"] and "postgresql_where" not in one.get("dialect_options", {}))
    unique += [set(filter(None, one["column_names"])) for one in whole if None not in one["column_names"]]
    if any(columns and columns <= key for columns in unique):
        yield Finding("key", ok=True, message=messages.IS_UNIQUE(words=words))
        return
    if settings.mode != "watermark" and (twice := shared_keys(connection, relation, settings, among)):
        yield Finding("key", ok=False, message=twice)
        return
    yield Finding("key", ok=True, message=messages.NO_UNIQUE_INDEX(words=words))


def _read_on(connection: Connection, relation: Relation, settings: SqlSettings) -> None:
    """Do what a reading does: the first row in its order, those after it, and that row again by its key.

    Raises:
        SourceError: the database does not find that row again.
    """
    order = relation.key if relation.watermark is None else (relation.watermark, *relation.key)
    query = relation.select().where(keyed(relation)).order_by(*order).limit(1)
    if relation.status is not None:
        query = query.where(relation.status == state(relation, settings, "new"))
    if relation.watermark is not None:
        query = query.where(relation.watermark.is_not(None))
    first = connection.execute(query).first()
    if first is None:
        return
    record = relation.record(first)
    if settings.mode != "compare":
        place = record.key if relation.watermark is None else (record.watermark, *record.key)
        connection.execute(query.where(behind(order, unpack(pack(place))))).all()
    if settings.mode == "staging":
        [again] = keyed_by(relation, [unpack(pack(record.key))])
        if connection.execute(query.where(again)).first() is None:
            columns = ", ".join(settings.key)
            place_of = f"{relation.table.name}: settings.key"
            raise SourceError(place_of, messages.KEY_NOT_FOUND(columns=columns), messages.ANOTHER_KEY())


def _watermark(connection: Connection, relation: Relation, settings: SqlSettings) -> Finding:
    name = settings.watermark
    kind = relation.named(str(name)).type
    if isinstance(kind, sa.Boolean | sa.LargeBinary | sa.JSON):
        return Finding("watermark", ok=False, message=messages.NOT_A_WATERMARK(name=name))
    if words := unread(connection, relation, settings):
        return Finding("watermark", ok=False, message=words)
    return Finding("watermark", ok=True, message=messages.WATERMARK_WINDOW(name=name, window=settings.window))


def unread(connection: Connection, relation: Relation, settings: SqlSettings) -> str:
    """Say how many rows have no watermark, so that no reading meets them, and name the first; empty: none."""
    without = chosen(relation.watermark).is_(None)
    count = connection.execute(sa.select(sa.func.count()).select_from(relation.table).where(without)).scalar_one()
    if not count:
        return ""
    query = sa.select(*relation.key).select_from(relation.table).where(without).order_by(*relation.key)
    first = [", ".join(map(str, key)) for key in connection.execute(query.limit(_MOST_NAMED)).all()]
    more = "; …" if count > len(first) else ""
    keys = f"{', '.join(settings.key)}: {'; '.join(first)}{more}"
    return messages.NEVER_READ(watermark=settings.watermark, count=count, table=relation.table.name, keys=keys)


def _refusals(relation: Relation, settings: SqlSettings) -> Finding:
    if numbered(relation, settings):
        if settings.reason:
            words = messages.REFUSED_WITH_REASON(refused=settings.refused, reason=settings.reason)
            return Finding("refused", ok=True, message=words)
        return Finding("refused", ok=True, message=messages.REFUSED_BECOME(refused=settings.refused))
    return Finding("refused", ok=False, message=messages.NEEDS_NUMBER_KEY())


def _marking(database: Database, settings: SqlSettings) -> Finding:
    try:
        with database.writing() as connection:
            relation = Relation.find(connection, database, settings)
            states = [state(relation, settings, name) for name in ("sent", "refused")]
            for value in (one for one in states if one is not None):
                values = {relation.named(str(settings.status)).name: value, **without_reason(relation, settings)}
                # no row fulfils it, and the database still asks for the right
                connection.execute(sa.update(relation.table).values(values).where(never()))
    except SourceError as error:
        columns = ", ".join(filter(None, (settings.status, settings.reason)))
        return Finding("mark", ok=False, message=messages.NEEDS_UPDATE(problem=error.problem, columns=columns))
    return Finding("mark", ok=True, message=messages.MAY_BE_SET(status=settings.status, sent=settings.sent))


def tables(database: Database, settings: SqlSettings) -> list[Table]:
    """Describe the table of the settings, or all tables and views where they name none."""
    with database.reading() as connection:
        if settings.table:
            relation = Relation.find(connection, database, settings)
            return [_described(connection, database, relation.table, relation.columns)]
        inspector = sa.inspect(connection)
        schema = settings.db_schema
        names = [*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)]
        found = []
        for name in sorted(names):
            table = reflected(connection, name, schema)
            found.append(_described(connection, database, table, tuple(table.columns)))
        return found


def _described(
    connection: Connection, database: Database, table: sa.Table, columns: tuple[sa.Column[object], ...]
) -> Table:
    # drivers give names of a type of their own, which YAML cannot write
    described = tuple(Column(str(column.name), column.comment or "") for column in columns)
    types = ", ".join(f"{column.name} {_type(column)}" for column in columns)
    estimate = _estimate(connection, database, table)
    details = {"types": types} | ({} if estimate is None else {"rows": messages.ABOUT(count=estimate)})
    return Table(str(table.name), described, details=details)


def _type(column: sa.Column[object]) -> str:
    try:
        return str(column.type).lower()
    except SQLAlchemyError:
        return "unknown"


def _estimate(connection: Connection, database: Database, table: sa.Table) -> int | None:
    """Return the number of rows that the planner goes by; PostgreSQL alone tells it."""
    if database.backend != "postgresql":
        return None
    name = connection.dialect.identifier_preparer.format_table(table)
    tables = "relkind IN ('r', 'p', 'm')"  # a view has no rows of its own
    query = sa.text(f"SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = to_regclass(:name) AND {tables}")  # noqa: S608 -- constants
    rows = connection.execute(query, {"name": name}).scalar()
    return int(rows) if rows is not None and rows >= 0 else None
