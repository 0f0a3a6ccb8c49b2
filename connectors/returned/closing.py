"""Closes refused rows that their department will not correct, each with its reason, and opens them again."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.publish.latest import read_latest
from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.connectors.returned import messages
from creditbus.connectors.run.outgoing import whole
from creditbus.services.domain.statements import ClosedRow, Closing, decode_statement
from creditbus.topics.connection import Connection
from creditbus.topics.names import STATEMENTS, ingest

__all__ = ["ClosingSummary", "close_rows", "reopen_rows"]

_CHUNK_ROWS = 1000
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class ClosingSummary:
    """What was said.

    Attributes:
        changed: rows that were closed, or opened, now.
        already: rows that stood so before: nothing is said twice.
    """

    changed: int
    already: int


def close_rows(
    connection: Connection,
    department: str,
    rows: Iterable[ClosedRow],
    reason: str,
    *,
    clock: Callable[[], float] = time.time,
) -> ClosingSummary:
    """Say of rows that they will not be corrected, and why. Kill it anywhere and run it again: each is said once.

    Raises:
        ConfigurationError: the reason is empty or too long.
        UserError: broker or topics.
    """
    words = whole(" ".join(reason.split()))
    if not 0 < len(words) <= _LONGEST_REASON:
        fix = messages.SAY_WHY(longest_reason=_LONGEST_REASON)
        raise ConfigurationError("--reason", messages.EMPTY() if not words else messages.REASON_TOO_LONG(), fix)
    moment = int(clock() * 1000)
    wanted = [Closing(department, row, words, moment) for row in dict.fromkeys(rows)]
    with _publisher(connection, department) as publisher:
        publisher.fence()
        said = _said(connection, department)
        fresh = [one for one in wanted if (before := said.get(one.closed)) is None or before.reason != one.reason]
        _commit(publisher, [Beside(STATEMENTS, one.key, one.encode()) for one in fresh])
    return ClosingSummary(len(fresh), len(wanted) - len(fresh))


def reopen_rows(connection: Connection, department: str, rows: Iterable[ClosedRow]) -> ClosingSummary:
    """Take back that rows are closed.

    Raises:
        UserError: broker or topics.
    """
    wanted = list(dict.fromkeys(rows))
    with _publisher(connection, department) as publisher:
        publisher.fence()
        said = _said(connection, department)
        known = [said[row] for row in wanted if row in said]
        _commit(publisher, [Beside(STATEMENTS, one.key, None) for one in known])
    return ClosingSummary(len(known), len(wanted) - len(known))


def _publisher(connection: Connection, department: str) -> Publisher:
    return Publisher(connection.bootstrap_servers, f"{department}-closing", ingest(department))


def _said(connection: Connection, department: str) -> dict[ClosedRow, Closing]:
    values = read_latest(connection.bootstrap_servers, STATEMENTS).values()
    found = (one for one in map(decode_statement, values) if isinstance(one, Closing))
    return {one.closed: one for one in found if one.department == department}


def _commit(publisher: Publisher, statements: Sequence[Beside]) -> None:
    for start in range(0, len(statements), _CHUNK_ROWS):
        publisher.commit([], statements[start : start + _CHUNK_ROWS])
