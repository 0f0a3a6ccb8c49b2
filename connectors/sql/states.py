"""Values of a status column, as the column has them, and whether it can have them at all.

A value of another type finds rows that nobody means, or none: MariaDB takes every text without a number for 0.
"""

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.table import Relation, chosen, never

__all__ = ["state", "try_states"]


def state(relation: Relation, settings: SqlSettings, name: str) -> str | int | None:
    """Return the value of a setting (new, sent or refused) as the status column has it.

    Raises:
        SourceError: the column cannot have it.
    """
    value: str | int | None = getattr(settings, name)
    column = relation.named(str(settings.status))
    if value is None or relation.backend == "sqlite":  # which keeps whatever it is given
        return value
    kind, said = column.type, value
    if isinstance(kind, sa.Boolean):
        fits = value in {0, 1}
        said = value == 1
    elif isinstance(kind, sa.String):
        said = str(value)
        fits = said in kind.enums if isinstance(kind, sa.Enum) else len(said) <= (kind.length or len(said))
    elif isinstance(kind, sa.Integer | sa.Numeric):
        fits = isinstance(value, int) or value.isdecimal()
        said = int(value) if fits else value
    else:
        return value
    if not fits:
        raise _unfit(relation, settings, name)
    return said


def try_states(connection: Connection, relation: Relation, settings: SqlSettings) -> None:
    """Ask the database whether it compares the status with each value, before a row is sent that cannot be marked.

    Raises:
        SourceError: the column cannot have one of them.
    """
    for name in ("new", "sent", "refused"):
        value = state(relation, settings, name)
        if value is None:
            continue
        query = sa.select(*relation.key).select_from(relation.table)
        try:
            connection.execute(query.where(never(), chosen(relation.status) == value)).all()
        except SQLAlchemyError as error:
            raise _unfit(relation, settings, name) from error


def _unfit(relation: Relation, settings: SqlSettings, name: str) -> SourceError:
    kind = relation.named(str(settings.status)).type
    words = ", ".join(kind.enums) if isinstance(kind, sa.Enum) else str(kind).lower()
    problem = messages.STATE_UNFIT(status=settings.status, value=getattr(settings, name), kind=words)
    return SourceError(f"{relation.table.name}: settings.{name}", problem, messages.STATE_OF_COLUMN(name=name))
