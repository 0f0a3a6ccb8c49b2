"""What became of the rows of one run, from the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from creditbus.services.domain.ledger import Account, Ledger, Outcome
from creditbus.services.query.ledger import LedgerReader
from creditbus.topics.connection import Connection

__all__ = ["RunOutcomes", "account_of", "await_outcomes"]

_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class RunOutcomes:
    """The account of a run; `settled` when every published row has an outcome."""

    account: Account
    settled: bool


async def await_outcomes(
    connection: Connection,
    run: str,
    published: int,
    timeout_seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> RunOutcomes:
    """Read the ledger until every row of a run has an outcome, or until the time is up.

    Args:
        connection: where the bus is.
        run: the run.
        published: messages that it sent, those of earlier processes of the run included.
        timeout_seconds: how long to wait.
        clock: seconds that never go back.
        pause: waits so many seconds.

    Raises:
        DependencyDownError: no broker answers.
        ConfigurationError: the ledger's topic does not exist.

    """
    reader = LedgerReader(connection)
    end = clock() + timeout_seconds
    while True:
        account = account_of(await reader.refresh(), run)
        settled = account.counts[Outcome.RECEIVED] >= published and account.balanced
        if settled or clock() >= end:
            return RunOutcomes(account, settled)
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
