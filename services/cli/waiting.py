"""`creditbus waiting`: rows that were received and cannot be placed yet."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.configured import Json, departments, known_department
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.rejected_rows import one_line
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.query.waiting_events import WaitingEvent

__all__ = ["register", "waiting_line"]


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command()(waiting)


def waiting(
    department: Annotated[
        str | None, typer.Argument(help="Id of a department; all when left out.", autocompletion=departments)
    ] = None,
    json: Json = False,
) -> None:
    """List parked and held rows: who waits for what, since when. What waits longest stands first."""
    from creditbus.services.query.waiting_events import read_waiting

    wanted = known_department(department) if department else ""
    found = asyncio.run(read_waiting(Connection.from_environment(store=False), wanted))
    if json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        OUTPUT.print(waiting_line(one), markup=False, soft_wrap=True)
    parked = sum(one.state == "parked" for one in found)
    held = len(found) - parked
    ERRORS.print(
        told(
            f"{parked:,} 行待登记，{held:,} 行待原记录",
            f"{counted(parked, 'row')} parked, {held:,} held",
        ),
        markup=False,
    )


def waiting_line(one: WaitingEvent) -> str:
    """Return who waits for what, and since when, as one line for a person."""
    since = f"{datetime.fromtimestamp(one.since / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"
    row = told(f"第 {one.row} 行", f"row {one.row}") if one.row else ""
    where = "  ".join(part for part in (one.department, one.file, one.sheet, row) if part)
    match one.waits_for:
        case "registration":
            what = told(f"待登记：{one.code}", f"waits for the registration of {one.code}")
        case "code":
            what = told(
                f"待登记给出旧代码 {one.code}", f"waits for a registration that names the legacy code {one.code}"
            )
        case _:
            record = one_line(one.record.replace("|", " "))
            what = told(f"待原记录：{one.code}  {record}", f"waits for the record {record} of {one.code}")
    of = "  ".join(part for part in (one.item, one.document_no) if part)
    return f"{since}  {where}  {one_line(of)}  {what}"
