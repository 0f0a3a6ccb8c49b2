"""`creditbus waiting`: rows that were received and cannot be placed yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.configured import Json, departments, known_department
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import ledger as messages
from creditbus.services.cli.moments import moment_text
from creditbus.services.cli.rejects.rows import one_line

if TYPE_CHECKING:
    from creditbus.services.query.waiting_events import WaitingEvent

__all__ = ["register", "waiting_line"]


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command()(waiting)


def waiting(
    department: Annotated[str | None, typer.Argument(autocompletion=departments)] = None,
    json: Json = False,
) -> None:
    """List parked and held rows: who waits for what, since when. What waits longest stands first."""
    from creditbus.services.query.waiting_events import read_waiting

    wanted = known_department(department) if department else ""
    found = asyncio.run(read_waiting(connected(), wanted))
    if json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        OUTPUT.print(waiting_line(one), markup=False, soft_wrap=True)
    parked = sum(one.state == "parked" for one in found)
    held = len(found) - parked
    ERRORS.print(
        spoken(messages.TOTALS, parked=parked, held=held),
        markup=False,
    )


def waiting_line(one: WaitingEvent) -> str:
    """Return who waits for what, and since when, as one line for a person."""
    since = moment_text(one.since)
    row = spoken(messages.ROW, row=one.row) if one.row else ""
    where = "  ".join(part for part in (one.department, one.file, one.sheet, row) if part)
    match one.waits_for:
        case "registration":
            what = spoken(messages.FOR_REGISTRATION, code=one.code)
        case "code":
            what = spoken(messages.FOR_LEGACY_CODE, code=one.code)
        case _:
            record = one_line(one.record.replace("|", " "))
            if _acts_on_others(one.item):
                # its own item stands in the key: what it acts on is of some other one
                what = spoken(messages.FOR_ANOTHER, record=record.partition(" ")[2], code=one.code)
            else:
                what = spoken(messages.FOR_RECORD, record=record, code=one.code)
    of = "  ".join(part for part in (one.item, one.document_no) if part)
    return f"{since}  {where}  {one_line(of)}  {what}"


def _acts_on_others(item: str) -> bool:
    from creditbus.avro_schemas.catalogue_files import raw_catalogue

    known = raw_catalogue().get(item)
    return known is not None and "acts_on" in known.entry
