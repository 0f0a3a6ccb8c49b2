"""`creditbus rejects list`: what was refused, where and why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.query.rejects import RejectedEvent

__all__ = ["app"]

app = typer.Typer(help="Rejects: rows on their way back to their department.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Rejects: rows on their way back to their department."""


@app.command("list")
def list_command(
    department: Annotated[str, typer.Argument(help="Id of the department, as in topics/departments.")],
    run: Annotated[str, typer.Option(help="Only what this run of a connector published.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print facts for a machine.")] = False,
) -> None:
    """List a department's refused rows: file, row, field, reason and, where there is one, the proposed correction."""
    rejected = asyncio.run(_read(Connection.from_environment(store=False), department, run))
    if json:
        print_json([event.as_json() for event in rejected])
        return
    for event in rejected:
        for finding in event.findings():
            proposed = f"  did you mean {finding['proposed']} ?" if finding["proposed"] else ""
            line = f"{event.place}  {finding['field']}  {finding['reason']}  {finding['en']}{proposed}"
            OUTPUT.print(line, soft_wrap=True, markup=False)
    ERRORS.print(f"{len(rejected):,} refused")


async def _read(connection: Connection, department: str, run: str) -> list[RejectedEvent]:
    from creditbus.services.query.rejects import read_rejects

    found = [event async for event in read_rejects(connection, department, run)]
    return sorted(found, key=lambda event: (event.fields["file"], event.fields["sheet"], event.fields["row"]))
