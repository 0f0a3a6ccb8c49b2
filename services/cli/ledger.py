"""`creditbus ledger`: what became of every event."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from creditbus.services.cli.console import OUTPUT, print_json
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
        OUTPUT.print("balanced" if sums.balanced else f"NOT BALANCED: {sums.in_flight} events have no outcome yet")
    if not sums.balanced:
        raise typer.Exit(1)


def funnel(sums: Ledger, *, files: bool = False) -> Table:
    """Return the funnel as a table, a line for each department and, when asked, for each file of a run."""
    table = Table(box=None, pad_edge=False)
    table.add_column("department", no_wrap=True)
    for column in _COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("balanced")
    for name, account in sorted(sums.departments.items()):
        table.add_row(name, *_cells(account))
        if files:
            for (department, item, file, run), of_file in sorted(sums.files.items()):
                if department == name:
                    table.add_row(f"  {file or '-'}  {item}  {run}", *_cells(of_file), style="dim")
    return table


def _cells(account: Account) -> list[str]:
    return [*(f"{account.counts[column]:,}" for column in _COLUMNS), "yes" if account.balanced else "NO"]


def _reasons(sums: Ledger) -> list[str]:
    return [
        f"{name}: rejected by {', '.join(f'{reason} {n}' for reason, n in account.reasons.most_common() if n)}"
        for name, account in sorted(sums.departments.items())
        if account.reasons.total()
    ]
