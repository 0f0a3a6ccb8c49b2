"""`creditbus objections`: objections that are not answered, and when they are due."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.configured import Json
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import profile as messages
from creditbus.services.cli.profile_lines import objection_text
from creditbus.services.worker.city_day import city_today
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.query.objections import RecordObjection

__all__ = ["app", "objection_line"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Objections to records."""


@app.command("list")
def list_command(
    *,
    overdue: Annotated[bool, typer.Option("--overdue")] = False,
    json: Json = False,
) -> None:
    """List open objections, those that are due first at the top. Exit code 1 when one is overdue."""
    found = asyncio.run(_read(connected(store=True), city_today()))
    late = [one for one in found if one.judged.overdue]
    listed = late if overdue else found
    if json:
        print_json([one.as_json() for one in listed])
    else:
        for one in listed:
            OUTPUT.print(objection_line(one), markup=False, soft_wrap=True)
        unknown = sum(one.judged.overdue is None for one in found)
        ERRORS.print(
            spoken(messages.OBJECTIONS, count=len(found), late=len(late), unknown=unknown), markup=False, soft_wrap=True
        )
    if late:
        raise typer.Exit(1)


async def _read(connection: Connection, today: date) -> list[RecordObjection]:
    from creditbus.services.query.objections import clock_of, read_objections
    from creditbus.services.query.profile import open_profiles

    reader = await open_profiles(connection)
    try:
        return await read_objections(reader, clock_of(reader.catalogue), today)
    finally:
        await reader.close()


def objection_line(one: RecordObjection) -> str:
    """Return which record is under objection, and until when, as one line for a person."""
    record = one.record
    named = f"{one.subject}  {record['item']}  {record['document_no']}  {record['authority_name']}"
    return f"{named}  {objection_text(one.as_json())}"
