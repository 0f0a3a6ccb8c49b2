"""`creditbus ledger`: what became of every event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.ledger.unread import at_most, least_of, stages_without_workers, waiting_line
from creditbus.services.cli.messages import ledger as messages
from creditbus.services.cli.words import reason, word
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import department_of

if TYPE_CHECKING:
    from creditbus.services.domain.ledger import Account
    from creditbus.services.query.accounts import Accounts, Loss

__all__ = ["funnel", "headings", "register"]

_BEFORE = ("published", "waiting", "expired")
_COLUMNS = ("received", "applied", "duplicate", "stale", "rejected", "held", "parked")
_MOST_RUNS = 10


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command()(ledger)


def ledger(
    json: Annotated[bool, typer.Option("--json")] = False,
    files: Annotated[bool, typer.Option("--files")] = False,
    accept_loss: Annotated[str, typer.Option(metavar="TOPIC")] = "",
    reason: Annotated[str, typer.Option()] = "",
) -> None:
    """Show published = received + waiting + expired unread, and received = applied + duplicate + … + parked.

    Exit code 1 when it does not balance: something waits unread, has no outcome yet, or was cut before it was read.
    """
    from creditbus.services.query.ledger import read_accounts

    connection = connected()
    accounts = asyncio.run(read_accounts(connection))
    if accept_loss:
        _accept(connection, accounts, accept_loss, reason)
        accounts = asyncio.run(read_accounts(connection))
    if json:
        print_json(accounts.as_json())
    else:
        print_figures(word("department"), headings(), funnel(accounts, files=files))
        for line in _remarks(accounts):
            OUTPUT.print(line, soft_wrap=True, markup=False)
        OUTPUT.print(_verdict(accounts), soft_wrap=True, markup=False)
    if not accounts.is_balanced:
        raise typer.Exit(1)


def _accept(connection: Connection, accounts: Accounts, topic: str, reason: str) -> None:
    from creditbus.connectors.publish.loss_acceptance import accept_loss
    from creditbus.services.domain.statements import Acceptance

    if not reason.strip():
        raise ConfigurationError("--reason", messages.NOT_GIVEN(), messages.SAY_WHAT_WAS_DONE())
    loss = next((one for one in accounts.losses if one.topic == topic), None)
    if loss is None:
        lost = listed(one.topic for one in accounts.losses) or messages.NONE_HAS()
        raise ConfigurationError(
            "--accept-loss", messages.NOTHING_LOST_OF(topic=topic), messages.TOPICS_WITH_LOSSES(lost=lost)
        )
    department = department_of(topic)
    moment = int(time.time() * 1000)
    accept_loss(connection, Acceptance(department, topic, loss.offsets, loss.recreated, reason.strip(), moment))


def funnel(accounts: Accounts, *, files: bool = False) -> list[TableRow]:
    """Return the funnel, a line for each department and, when asked, for each file of a run."""
    lines = []
    for name in accounts.departments:
        supply = accounts.supply(name)
        waiting, loss = supply.waiting, supply.loss
        exact = (waiting is None or waiting.exact) and (loss is None or loss.exact)
        before = (
            at_most(accounts.published(name), exact=exact),
            at_most(waiting.records, exact=waiting.exact) if waiting else "0",
            at_most(loss.records, exact=loss.exact) if loss else "0",
        )
        balance = spoken(messages.YES) if accounts.balanced(name) else spoken(messages.NO)
        lines.append(TableRow(name, [*before, *_cells(accounts.account(name)), balance]))
        if files:
            lines += [
                TableRow(f"  {file or '-'}  {item}  {run}", ["" for _ in _BEFORE] + _cells(of_file), dim=True)
                for (department, item, file, run), of_file in sorted(accounts.ledger.files.items())
                if department == name
            ]
    return lines


def headings() -> list[str]:
    """Return what stands above the figures."""
    return [word(column) for column in (*_BEFORE, *_COLUMNS, "balanced")]


def _cells(account: Account) -> list[str]:
    return [f"{account.counts[column]:,}" for column in _COLUMNS]


def _remarks(accounts: Accounts) -> Iterator[str]:
    yield from _reasons(accounts)
    for stage in accounts.waiting:
        for topic in stage.topics:
            if topic.records:
                yield waiting_line(stage, topic)
    yield from map(_loss_line, accounts.losses)
    for gap in accounts.gaps[:_MOST_RUNS]:
        yield spoken(messages.RUN_GAP, run=gap.run, received=gap.received, published=gap.published)
    if len(accounts.gaps) > _MOST_RUNS:
        more = len(accounts.gaps) - _MOST_RUNS
        yield spoken(messages.MORE_RUNS, more=more)
    if idle := stages_without_workers(accounts.stages):
        yield spoken(messages.NO_WORKER_RUNS, idle=idle)


def _loss_line(loss: Loss) -> str:
    if loss.accepted:
        many = at_most(loss.records, exact=loss.exact)
        return spoken(messages.LOSS_ACCEPTED, topic=loss.topic, many=many, accepted=loss.accepted)
    if loss.unknown:
        return spoken(messages.LOSS_UNKNOWN, topic=loss.topic)
    least = least_of(exact=loss.exact)
    return spoken(messages.LOSS, topic=loss.topic, least=least, records=loss.records)


def _verdict(accounts: Accounts) -> str:
    if accounts.is_balanced:
        return spoken(messages.BALANCED)
    reasons = []
    unread = sum(stage.records for stage in accounts.waiting)
    if unread:
        least = least_of(exact=all(stage.exact for stage in accounts.waiting))
        reasons.append(spoken(messages.WAITING_UNREAD, least=least, unread=unread))
    if left := sum(abs(account.in_flight) for account in accounts.ledger.departments.values()):
        reasons.append(spoken(messages.WITHOUT_OUTCOME, left=left))
    losses = [loss for loss in accounts.losses if not loss.settled]
    if lost := sum(loss.records for loss in losses):
        least = least_of(exact=all(loss.exact for loss in losses))
        reasons.append(spoken(messages.EXPIRED_UNREAD, least=least, lost=lost))
    if gone := [loss.topic for loss in losses if loss.unknown]:
        named = listed(gone)
        reasons.append(spoken(messages.CREATED_AGAIN, named=named))
    if missing := sum(accounts.supply(name).missing for name in accounts.departments):
        reasons.append(spoken(messages.PUBLISHED_AND_NOWHERE, missing=missing))
    if not accounts.through:
        reasons.append(spoken(messages.LEDGER_OPEN))
    return spoken(messages.NOT_BALANCED) + listed(reasons, clauses=True)


def _reasons(accounts: Accounts) -> Iterator[str]:
    for name, account in sorted(accounts.ledger.departments.items()):
        counts = [f"{reason(code)} {count}" for code, count in _by_count(account) if count]
        if counts:
            yield spoken(messages.REJECTED_BY, name=name, listed=listed(counts))


def _by_count(account: Account) -> list[tuple[str, int]]:
    # equal counts would come in the order in which the ledger's records were read, another one at each call
    return sorted(account.reasons.items(), key=lambda found: (-found[1], found[0]))
