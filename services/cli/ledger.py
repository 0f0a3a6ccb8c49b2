"""`creditbus ledger`: what became of every event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.figures import Figures, print_figures
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.unread import at_most, stages_without_workers, waiting_line
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
    json: Annotated[bool, typer.Option("--json", help="Print facts for a machine.")] = False,
    files: Annotated[bool, typer.Option("--files", help="Show each file of each run, too.")] = False,
    accept_loss: Annotated[
        str, typer.Option(metavar="TOPIC", help="Write down that what this topic has lost was seen to.")
    ] = "",
    reason: Annotated[str, typer.Option(help="What was done about it, with --accept-loss.")] = "",
) -> None:
    """Show published = received + waiting + expired unread, and received = applied + duplicate + … + parked.

    Exit code 1 when it does not balance: something waits unread, has no outcome yet, or was cut before it was read.
    """
    from creditbus.services.query.ledger import read_accounts

    connection = Connection.from_environment(store=False)
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
    from creditbus.connectors.accepting import accept_loss
    from creditbus.services.domain.statements import Acceptance

    if not reason.strip():
        raise ConfigurationError("--reason", "is not given", "say what was done about the loss")
    loss = next((one for one in accounts.losses if one.topic == topic), None)
    if loss is None:
        lost = ", ".join(one.topic for one in accounts.losses) or "none has"
        raise ConfigurationError("--accept-loss", f"{topic!r} has lost nothing", f"topics that have: {lost}")
    department = department_of(topic)
    moment = int(time.time() * 1000)
    accept_loss(connection, Acceptance(department, topic, loss.offsets, loss.recreated, reason.strip(), moment))


def funnel(accounts: Accounts, *, files: bool = False) -> list[Figures]:
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
        balance = told("是", "yes") if accounts.balanced(name) else told("否", "NO")
        lines.append(Figures(name, [*before, *_cells(accounts.account(name)), balance]))
        if files:
            lines += [
                Figures(f"  {file or '-'}  {item}  {run}", ["" for _ in _BEFORE] + _cells(of_file), dim=True)
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
        yield told(
            f"批次 {gap.run}：已发布 {gap.published:,} 条，已收到 {gap.received:,} 条",
            f"run {gap.run}: {gap.received:,} received of {gap.published:,} published",
        )
    if len(accounts.gaps) > _MOST_RUNS:
        more = len(accounts.gaps) - _MOST_RUNS
        yield told(f"另有 {more:,} 个批次（--json）", f"and {counted(more, 'run')} more (--json)")
    if idle := stages_without_workers(accounts.stages):
        yield told(f"没有工作进程运行：{idle}", f"no worker runs: {idle}")


def _loss_line(loss: Loss) -> str:
    if loss.accepted:
        many = at_most(loss.records, exact=loss.exact)
        return told(
            f"{loss.topic}：{many} 条记录未读即过期，已处理：{loss.accepted}",
            f"{loss.topic}: {many} expired unread, seen to: {loss.accepted}",
        )
    if loss.unknown:
        return told(
            f"{loss.topic}：主题曾被重建，原主题未读记录数不详；见 docs/runbooks/topic-recreated.md",
            f"{loss.topic} was created again; what was unread of the one before is not known; see "
            "docs/runbooks/topic-recreated.md",
        )
    many = at_most(loss.records, exact=loss.exact)
    least = "" if loss.exact else "at most "
    return told(
        f"{loss.topic}：{many} 条记录未读即过期，请重新报送；见 docs/runbooks/records-expired.md",
        f"{loss.topic}: {least}{counted(loss.records, 'record')} expired before they were read; have them sent again; "
        "see docs/runbooks/records-expired.md",
    )


def _verdict(accounts: Accounts) -> str:
    if accounts.is_balanced:
        return told("平衡", "balanced")
    reasons = []
    unread = sum(stage.records for stage in accounts.waiting)
    if unread:
        exact = all(stage.exact for stage in accounts.waiting)
        least = "" if exact else told("至多 ", "at most ")
        reasons.append(told(f"{least}{unread:,} 条未读", f"{least}{counted(unread, 'record')} waiting unread"))
    if left := sum(abs(account.in_flight) for account in accounts.ledger.departments.values()):
        reasons.append(told(f"{left:,} 条尚无结果", f"{counted(left, 'event')} without an outcome yet"))
    losses = [loss for loss in accounts.losses if not loss.settled]
    if lost := sum(loss.records for loss in losses):
        exact = all(loss.exact for loss in losses)
        least = "" if exact else told("至多 ", "at most ")
        reasons.append(told(f"{least}{lost:,} 条未读即过期", f"{least}{counted(lost, 'record')} expired unread"))
    if gone := [loss.topic for loss in losses if loss.unknown]:
        named = told("、", ", ").join(gone)
        reasons.append(told(f"{named} 曾被重建，丢失数不详", f"{named} created again, nobody knows what was unread"))
    if missing := sum(accounts.supply(name).missing for name in accounts.departments):
        reasons.append(told(f"{missing:,} 条已发布而下落不明", f"{counted(missing, 'record')} published and nowhere"))
    if not accounts.through:
        reasons.append(
            told("账本末尾仍在未结束的事务之后，请稍后再查", "the ledger's end is behind a transaction: ask again")
        )
    return told("不平衡：", "NOT BALANCED: ") + told("；", "; ").join(reasons)


def _reasons(accounts: Accounts) -> Iterator[str]:
    for name, account in sorted(accounts.ledger.departments.items()):
        counts = [f"{reason(code)} {count}" for code, count in _by_count(account) if count]
        if counts:
            yield told(f"{name}：退回原因 {'；'.join(counts)}", f"{name}: rejected by {', '.join(counts)}")


def _by_count(account: Account) -> list[tuple[str, int]]:
    # equal counts would come in the order in which the ledger's records were read, another one at each call
    return sorted(account.reasons.items(), key=lambda found: (-found[1], found[0]))
