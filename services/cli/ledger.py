"""`creditbus ledger`: what became of every event."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.figures import Figures, print_figures
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.words import reason, word
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.domain.ledger import Account, Ledger

__all__ = ["funnel", "headings", "register"]

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
        print_figures(word("department"), headings(), funnel(sums, files=files))
        for line in _reasons(sums):
            OUTPUT.print(line, soft_wrap=True, markup=False)
        left = sums.in_flight
        OUTPUT.print(
            told("平衡", "balanced")
            if sums.balanced
            else told(f"不平衡：{left} 条尚无结果", f"NOT BALANCED: {counted(left, 'event')} without an outcome yet")
        )
    if not sums.balanced:
        raise typer.Exit(1)


def funnel(sums: Ledger, *, files: bool = False) -> list[Figures]:
    """Return the funnel, a line for each department and, when asked, for each file of a run."""
    lines = []
    for name, account in sorted(sums.departments.items()):
        lines.append(Figures(name, _cells(account)))
        if files:
            lines += [
                Figures(f"  {file or '-'}  {item}  {run}", _cells(of_file)[: len(_COLUMNS)], dim=True)
                for (department, item, file, run), of_file in sorted(sums.files.items())
                if department == name
            ]
    return lines


def headings() -> list[str]:
    """Return what stands above the figures."""
    return [word(column) for column in (*_COLUMNS, "balanced")]


def _cells(account: Account) -> list[str]:
    return [
        *(f"{account.counts[column]:,}" for column in _COLUMNS),
        told("是", "yes") if account.balanced else told("否", "NO"),
    ]


def _reasons(sums: Ledger) -> list[str]:
    lines = []
    for name, account in sorted(sums.departments.items()):
        counts = [f"{reason(code)} {count}" for code, count in _by_count(account) if count]
        if counts:
            lines.append(told(f"{name}：退回原因 {'；'.join(counts)}", f"{name}: rejected by {', '.join(counts)}"))
    return lines


def _by_count(account: Account) -> list[tuple[str, int]]:
    # equal counts would come in the order in which the ledger's records were read, another one at each call
    return sorted(account.reasons.items(), key=lambda found: (-found[1], found[0]))
