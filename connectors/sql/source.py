"""What the three modes share: check, discover, version, and pages of rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from creditbus.connectors.contract import Cell, Finding, Position, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql import inspection, messages
from creditbus.connectors.sql.database import Database
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.table import Record, Relation, keyed_by, locked

__all__ = ["SqlSource", "remembered"]


class SqlSource:
    """One table or view. Its rows are never finished, so it has no version and is always read on.

    Args:
        settings: The connector's settings.
    """

    def __init__(self, settings: SqlSettings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._found: Relation | None = None

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        return list(inspection.findings(self._database, self._settings))

    def discover(self) -> Sequence[Table]:
        """See the contract."""
        return inspection.tables(self._database, self._settings)

    def sample(self, table: str, count: int) -> Sequence[Mapping[str, Cell]]:
        """See the contract. It needs neither a mode nor a key."""
        chosen = {"table": table, "key": (), "watermark": None, "status": None, "reason": None}
        with self._database.reading() as connection:
            relation = Relation.find(connection, self._database, self._settings.model_copy(update=chosen))
            rows = connection.execute(relation.select().limit(count)).all()
            return [relation.record(values).cells for values in rows]

    def version(self) -> str:
        """See the contract: a table grows."""
        return ""

    def size(self) -> int | None:
        """Tell nothing: counting the rows of a table costs a reading."""
        return None

    def _relation(self, connection: Connection) -> Relation:
        if self._found is None:
            self._found = Relation.find(connection, self._database, self._settings)
        return self._found

    def _streamed(self, connection: Connection, relation: Relation, query: sa.Select[Any]) -> Iterator[Record]:
        """Stream a result: the driver holds ``fetch_rows`` rows at a time, the database keeps the rest."""
        options = {"yield_per": self._settings.fetch_rows}
        with connection.execute(query, execution_options=options) as result:
            for values in result:
                yield relation.record(values)

    def _reselected(
        self, connection: Connection, relation: Relation, keys: Sequence[tuple[Any, ...]], among: ColumnElement[bool]
    ) -> Iterator[Record]:
        """Read rows again by their keys, and hold them until the end of the transaction."""
        for condition in keyed_by(relation, keys):
            query = locked(relation.select().where(condition, among), relation)
            for values in connection.execute(query).all():
                yield relation.record(values)


def remembered(position: Position | None, *names: str, later: Sequence[str] = ()) -> dict[str, str | int | None]:
    """Take a position apart.

    Args:
        position: Where an earlier reading stopped.
        names: What it holds.
        later: What positions of earlier versions do not hold yet; it is None of them.

    Raises:
        SourceError: it was made by another mode or kind.
    """
    if position is None:
        return dict.fromkeys((*names, *later))
    if not isinstance(position, Mapping) or set(position) - set(later) != set(names):
        problem = messages.OTHER_KIND()
        raise SourceError(messages.POSITION(), problem, messages.BEGIN_AGAIN())
    return dict.fromkeys(later) | dict(position)
