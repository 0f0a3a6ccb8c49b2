"""What became of the rows of one run, from the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from creditbus.services.domain.ledger import Account, Ledger, Outcome
from creditbus.services.query.backlog import StageBacklog, read_backlog
from creditbus.services.query.ledger import LedgerReader
from creditbus.topics.connection import Connection

__all__ = ["RunOutcomes", "account_of", "await_outcomes"]

_PAUSE_SECONDS = 0.5
#: From one look at what waits and who works on it to the next.
_LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunOutcomes:
    """The account of a run; `settled` when every published row has an outcome.

    `stages` is what waited unread for each stage when the time was up; empty when it is settled.
    """

    account: Account
    settled: bool
    stages: tuple[StageBacklog, ...] = ()


async def await_outcomes(
    connection: Connection,
    run: str,
    published: int,
    timeout_seconds: float,
    *,
    look: Callable[[Sequence[StageBacklog]], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> RunOutcomes:
    """Read the ledger until every row of a run has an outcome, or until the time is up.

    Args:
        connection: where the bus is.
        run: the run.
        published: messages that it sent, those of earlier processes of the run included.
        timeout_seconds: how long to wait.
        look: is shown what waits for each stage, and how many workers it has: when the waiting begins, and again and
            again.
        clock: seconds that never go back.
        pause: waits this number of seconds.

    Raises:
        DependencyDownError: no broker answers.
        ConfigurationError: the ledger's topic does not exist.

    """
    reader = LedgerReader(connection)
    end, next_look = clock() + timeout_seconds, clock()
    while True:
        account = account_of(await reader.refresh(), run)
        if account.counts[Outcome.RECEIVED] >= published and account.balanced:
            return RunOutcomes(account, settled=True)
        if clock() >= end:
            return RunOutcomes(account, settled=False, stages=tuple(await read_backlog(connection)))
        if clock() >= next_look:
            next_look = clock() + _LOOK_SECONDS
            look(await read_backlog(connection))
        await pause(_PAUSE_SECONDS)


def account_of(ledger: Ledger, run: str) -> Account:
    """Return the account of a run over all its files."""
    total = Account()
    for (_, _, _, of_run), account in ledger.files.items():
        if of_run == run:
            total.counts.update(account.counts)
            total.reasons.update(account.reasons)
            total.changes.update(account.changes)
            total.cautions.update(account.cautions)
    return total
