"""`creditbus ledger`: what became of every event."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import told
from creditbus.services.cli.words import reason, word
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.domain.ledger import Account, Ledger

__all__ = ["funnel", "register"]

_COLUMNS = ("received", "applied", "duplicate", "stale", "rejected", "held", "parked")


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command()(ledger)


def ledger(
    json: Annotated[bool, typer.Option("--json", help="Print facts for a machine.")] = False,
    files: Annotated[bool, typer.Option("--files", help="Show each file of each run, too.")] = False,
) -> None:
    """Show received = applied + duplicate + stale + rejected + held + parked. Exit code 1 when it does not balance."""
    from creditbus.services.query.ledger import read_ledger

    sums = asyncio.run(read_ledger(Connection.from_environment(store=False)))
    if json:
        print_json(sums.as_json())
    else:
        OUTPUT.print(funnel(sums, files=files))
        for line in _reasons(sums):
            OUTPUT.print(line, soft_wrap=True, markup=False)
        left = sums.in_flight
        OUTPUT.print(
            told("平衡", "balanced")
            if sums.balanced
            else told(f"不平衡：{left} 条尚无结果", f"NOT BALANCED: {left} events have no outcome yet")
        )
    if not sums.balanced:
        raise typer.Exit(1)


def funnel(sums: Ledger, *, files: bool = False) -> Table:
    """Return the funnel as a table, a line for each department and, when asked, for each file of a run."""
    table = Table(box=None, pad_edge=False)
    table.add_column(word("department"), no_wrap=True)
    for column in _COLUMNS:
        table.add_column(word(column), justify="right", no_wrap=True)
    table.add_column(word("balanced"))
    for name, account in sorted(sums.departments.items()):
        table.add_row(name, *_cells(account))
        if files:
            for (department, item, file, run), of_file in sorted(sums.files.items()):
                if department == name:
                    table.add_row(f"  {file or '-'}  {item}  {run}", *_cells(of_file), style="dim")
    return table


def _cells(account: Account) -> list[str]:
    return [
        *(f"{account.counts[column]:,}" for column in _COLUMNS),
        told("是", "yes") if account.balanced else told("否", "NO"),
    ]


def _reasons(sums: Ledger) -> list[str]:
    lines = []
    for name, account in sorted(sums.departments.items()):
        counts = [f"{reason(code)} {count}" for code, count in account.reasons.most_common() if count]
        if counts:
            lines.append(told(f"{name}：退回原因 {'；'.join(counts)}", f"{name}: rejected by {', '.join(counts)}"))
    return lines
