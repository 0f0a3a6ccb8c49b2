"""`creditbus rejects export` and `redrive`: refused rows out to be corrected, and in again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, connector_named
from creditbus.services.cli.connector.preview import explained
from creditbus.services.cli.connector.running import outcome_line
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.fields import admitted, named_field
from creditbus.services.cli.language import spoken
from creditbus.services.cli.ledger.unread import looking_on
from creditbus.services.cli.messages import rejects as messages
from creditbus.services.cli.rejects.rows import DepartmentArgument, Run, place, question, returned_rows
from creditbus.services.cli.words import named_reason
from creditbus.services.cli.written_files import writing
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.returned.redrive import RedriveSummary
    from creditbus.connectors.returned.rejection import Fault, Rejection
    from creditbus.connectors.returned.sheets import CorrectedRow, ForeignRow, ReturnedSheet
    from creditbus.services.query.returned import ReturnedRow

__all__ = ["register"]

_WAIT_SECONDS = 60.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("export")(export_command)
    app.command("redrive")(redrive_command)


def export_command(
    department: DepartmentArgument,
    *,
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
    force: Annotated[bool, typer.Option("--force")] = False,
    run: Run = "",
    folder: Folder = FOLDER,
    json: Json = False,
) -> None:
    """Write the refused rows in the department's own columns: refused cells marked, reasons in a column after them."""
    from creditbus.connectors.returned.sheets import free_name, write

    unfixed = [row for row in returned_rows(department, run) if row.status == "open"]
    sheets, unknown = _sheets(unfixed, folder)
    wanted = output or Path(f"rejects-{department}.xlsx")
    # what is there may hold corrections that nobody has sent yet
    with writing(wanted):
        path = wanted if force else free_name(wanted)
        write(path, sheets)
    exported = sum(len(sheet.rows) for sheet in sheets)
    left = len(unfixed) - exported
    if json:
        facts = {"file": str(path), "rows": exported, "not_exported": left, "connectors_not_here": unknown}
        print_json(facts)
        return
    lines = [spoken(messages.EXPORTED, exported=exported, path=path)]
    if path != wanted:
        lines.append(spoken(messages.LEFT_AS_IT_IS, wanted=wanted))
    if left:
        lines.append(
            spoken(messages.NOT_EXPORTED_NATURAL_PERSONS_WHOM, left=left)
            + (f" ({', '.join(unknown)})" if unknown else "")
        )
    what_next = f"creditbus rejects redrive {path}"
    lines.append(spoken(messages.WHEN_CORRECTED, what_next=what_next))
    for line in lines:
        OUTPUT.print(line, markup=False, soft_wrap=True)


def redrive_command(
    file: Annotated[Path, typer.Argument()],
    *,
    folder: Folder = FOLDER,
    wait: Annotated[bool, typer.Option("--wait/--no-wait")] = True,
    wait_seconds: Annotated[float, typer.Option(min=0)] = _WAIT_SECONDS,
    json: Json = False,
) -> None:
    """Send corrected rows. Exit code 1 while some are still refused or do not belong here; nothing is sent twice."""
    from creditbus.connectors.returned.redrive import redrive
    from creditbus.connectors.returned.sheets import ForeignRow, read

    connection = connected()
    today = city_day(int(datetime.now(UTC).timestamp() * 1000))
    foreign: list[ForeignRow] = []
    by_connector: dict[str, list[CorrectedRow]] = {}
    for row in read(file):
        if isinstance(row, ForeignRow):
            foreign.append(row)
        else:
            by_connector.setdefault(row.reference.connector, []).append(row)
    connectors, unknown = _known(by_connector, folder)
    foreign += unknown
    summaries = [redrive(connector, connection, by_connector[name], today) for name, connector in connectors.items()]
    outcomes = _outcomes(connection, summaries, wait_seconds) if wait else {}
    _report(file, summaries, foreign, outcomes, json=json)
    refused = sum(found.account.counts["rejected"] for found in outcomes.values())
    if refused or foreign or any(summary.refused for summary in summaries):
        raise typer.Exit(1)


def _known(by_connector: dict[str, list[CorrectedRow]], folder: Path) -> tuple[dict[str, Any], list[ForeignRow]]:
    """Load the connectors that rows came through; rows of one that cannot be are named, the others go on.

    Raises:
        ConfigurationError: none of them can be loaded.
    """
    from creditbus.connectors.returned.sheets import ForeignRow

    found: dict[str, Any] = {}
    foreign: list[ForeignRow] = []
    for name, rows in by_connector.items():
        try:
            # a name from a file is never taken for the path of another one
            found[name] = connector_named(Path(name).name.removesuffix(".yaml").removesuffix(".yml"), folder)
        except ConfigurationError as error:
            if len(by_connector) == 1:
                raise
            foreign += [ForeignRow(row.sheet, row.number, error.text()) for row in rows]
    if by_connector and not found:
        raise ConfigurationError(
            str(folder), messages.NO_CONNECTOR_OF(by_connector=", ".join(by_connector)), messages.NAME_THE_FOLDER()
        )
    return found, foreign


def _sheets(rows: Sequence[ReturnedRow], folder: Path) -> tuple[list[ReturnedSheet], list[str]]:
    """Give the rows back by connector; those of connectors that are not on this machine are left out and named."""
    from creditbus.connectors.returned.giving_back import returned_sheet
    from creditbus.connectors.returned.rejection import UnreadableEventError, original_event

    by_connector: dict[str, list[Rejection]] = {}
    for row in rows:
        # of a natural person nothing was kept, and what no connector sent has no row to correct
        if not row.event.fields["original"] or not row.event.connector:
            continue
        rejection = _rejection(row)
        try:
            original_event(rejection)
        except UnreadableEventError:
            continue
        by_connector.setdefault(row.event.connector, []).append(rejection)
    sheets, unknown = [], []
    for name, rejections in by_connector.items():
        try:
            connector = connector_named(name, folder)
        except ConfigurationError:
            if len(by_connector) == 1:
                raise
            unknown.append(name)
        else:
            sheets.append(returned_sheet(connector, rejections))
    return sheets, unknown


def _rejection(row: ReturnedRow) -> Rejection:
    from creditbus.connectors.returned.rejection import Fault, Rejection
    from creditbus.services.query.returned import place_of

    fields = row.event.fields
    faults = tuple(Fault(one["reason"], one["field"], one["proposed"]) for one in fields["findings"])
    return Rejection(place_of(row.event), fields["item"], faults, row.rejected_at, fields["original"])


def _spoken(item: str, department: str, fault: Fault) -> str:
    reason = named_reason(fault.reason)
    sentence = "" if reason is None else explained(reason)
    said = " ".join(filter(None, (sentence, admitted(item, fault.field, fault.reason, department))))
    return f"{named_field(item, fault.field)}  {fault.reason}  {said}{question(fault.proposed)}".strip()


def _outcomes(connection: Connection, summaries: Sequence[RedriveSummary], seconds: float) -> dict[str, Any]:
    from creditbus.services.query.outcomes import await_outcomes

    runs = {run: count for summary in summaries for run, count in summary.runs.items()}
    return {
        run: asyncio.run(await_outcomes(connection, run, count, seconds, look=looking_on))
        for run, count in runs.items()
    }


def _report(
    file: Path,
    summaries: Sequence[RedriveSummary],
    foreign: Sequence[ForeignRow],
    outcomes: dict[str, Any],
    *,
    json: bool,
) -> None:
    sent, already = sum(one.sent for one in summaries), sum(one.already for one in summaries)
    refused = [row for one in summaries for row in one.refused]
    if json:
        facts = {
            "sent": sent,
            "already_sent": already,
            "still_refused": [asdict(row) | {"faults": [one._asdict() for one in row.faults]} for row in refused],
            "not_ours": [row._asdict() for row in foreign],
            "outcomes": {
                run: {"settled": found.settled} | found.account.as_json() for run, found in sorted(outcomes.items())
            },
        }
        print_json(facts)
        return
    for row in refused:
        for fault in row.faults:
            here = spoken(messages.ROW_OF_FILE, number=row.number, name=file.name)
            still = spoken(messages.IS_STILL_REFUSED, here=here)
            OUTPUT.print(
                f"{place(asdict(row.place))}{still}  {_spoken(row.item, row.department, fault)}",
                markup=False,
                soft_wrap=True,
            )
    for one in foreign:
        where = "  ".join(part for part in (file.name, one.sheet, _numbered(one.number)) if part)
        OUTPUT.print(f"{where}  {spoken(messages.IS_NOT_SENT, problem=one.problem)}", markup=False, soft_wrap=True)
    parts = [spoken(messages.SENT, sent=sent)]
    parts += [spoken(messages.SENT_BEFORE, already=already)] if already else []
    parts += [spoken(messages.STILL_REFUSED, count=len(refused))] if refused else []
    parts += [spoken(messages.FOREIGN, count=len(foreign))] if foreign else []
    OUTPUT.print(" · ".join(parts), markup=False, soft_wrap=True)
    for run, found in sorted(outcomes.items()):
        OUTPUT.print(f"{outcome_line(found)}   {spoken(messages.RUN)} {run}", markup=False, soft_wrap=True)


def _numbered(number: int) -> str:
    return spoken(messages.ROW_NUMBER, number=number) if number else ""
