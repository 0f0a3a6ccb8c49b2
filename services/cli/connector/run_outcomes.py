"""What became of the rows of a watched run: waited for between two looks at the source, and no longer."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from creditbus.topics.errors import UserError

if TYPE_CHECKING:
    from creditbus.connectors.run.summary import RunSummary
    from creditbus.services.query.outcomes import RunOutcomes
    from creditbus.topics.connection import Connection

__all__ = ["outcomes_until"]

_MOST_SECONDS = 30.0


class _StoppedError(Exception):
    """Nobody waits any more."""


def outcomes_until(
    connection: Connection, summary: RunSummary, seconds: float, stop: threading.Event
) -> RunOutcomes | None:
    """Wait for the outcomes of a run; at most for a number of seconds, and for half a minute.

    Returns:
        What is known then; None where nothing was published, the bus is away, or `stop` was set meanwhile.
    """
    if not summary.published:
        return None
    from creditbus.services.query.outcomes import await_outcomes

    async def pause(length: float) -> None:
        # this thread has nothing else to do
        if stop.wait(length):
            raise _StoppedError

    published = summary.published + summary.skipped
    waiting = await_outcomes(connection, summary.run_id, published, min(seconds, _MOST_SECONDS), pause=pause)
    try:
        return asyncio.run(waiting)
    except (_StoppedError, UserError):
        return None  # the run's own line says by which command refused rows are listed
