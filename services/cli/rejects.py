"""`creditbus rejects`: what was refused, where and why, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, connector_named, departments, known_department
from creditbus.services.cli.connector_preview import explained
from creditbus.services.cli.connector_running import outcome_line
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.language import counted, language, told
from creditbus.services.cli.unread import looking_on
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.statements import connector_of
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.connectors.returned.originals import Original
    from creditbus.connectors.returned.redrive import RedriveSummary
    from creditbus.connectors.returned.rejection import Fault, Rejection
    from creditbus.connectors.returned.sheets import ReturnedSheet
    from creditbus.services.query.returned import ReturnedRow

__all__ = ["app"]

app = typer.Typer(help="Rejects: rows on their way back to their department.", no_args_is_help=True)

_STATUS = {"open": ("", ""), "fixed": ("已改正  ", "fixed  "), "replaced": ("已重新发送  ", "sent again since  ")}
_WAIT_SECONDS = 60.0
_HOUR = 3600
_MINUTE = 60

Department = Annotated[
    str, typer.Argument(help="Id of the department, as in topics/departments.", autocompletion=departments)
]
Run = Annotated[str, typer.Option(help="Only what this run of a connector published.")]


@app.callback()
def _group() -> None:
    """Rejects: rows on their way back to their department."""


@app.command("list")
def list_command(
    department: Department,
    run: Run = "",
    unfixed: Annotated[bool, typer.Option("--open", help="Leave out what was corrected or sent again.")] = False,
    json: Json = False,
) -> None:
    """List a department's refused rows: file, row, field, reason, the proposed correction, and whether it was fixed."""
    rows = _returned_rows(department, run)
    shown = [row for row in rows if row.status == "open" or not unfixed]
    if json:
        print_json([row.as_json() for row in shown])
        return
    for row in shown:
        head = told(*_STATUS[row.status]) + _place(row.event.fields)
        for finding in row.event.findings():
            why = finding["zh"] if language() == "zh" else finding["en"]
            line = f"{head}  {finding['field']}  {finding['reason']}  {why}{_question(finding['proposed'])}"
            OUTPUT.print(line, soft_wrap=True, markup=False)
    ERRORS.print(_totals(rows), markup=False)


@app.command("export")
def export_command(
    department: Department,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=".xlsx or .csv; else rejects-<department>.xlsx.")
    ] = None,
    run: Run = "",
    folder: Folder = FOLDER,
    json: Json = False,
) -> None:
    """Write the refused rows in the department's own columns: refused cells marked, reasons in a column behind them."""
    from creditbus.connectors.returned.sheets import write

    rows = _returned_rows(department, run)
    # of a natural person nothing was kept, and what no connector sent has no row to correct
    unfixed = [row for row in rows if row.status == "open"]
    left = [row for row in unfixed if row.event.fields["original"] and row.event.fields["row"]]
    sheets = _sheets(left, folder)
    path = output or Path(f"rejects-{department}.xlsx")
    write(path, sheets)
    exported = sum(len(sheet.rows) for sheet in sheets)
    unexported = len(unfixed) - exported
    if json:
        print_json({"file": str(path), "rows": exported, "not_exported": unexported})
        return
    OUTPUT.print(
        told(
            f"{exported:,} 行 → {path}（单元格已标出，原因在末列）",
            f"{counted(exported, 'row')} → {path} (cells marked, reasons in the last column)",
        ),
        markup=False,
        soft_wrap=True,
    )
    if unexported:
        OUTPUT.print(
            told(
                f"{unexported:,} 行未导出：自然人信息不保留，或不是由连接器发送",
                f"{unexported:,} not exported: natural persons, of whom nothing is kept, or not sent by a connector",
            ),
            markup=False,
            soft_wrap=True,
        )
    what_next = f"creditbus rejects redrive {path}"
    OUTPUT.print(told(f"改正后：{what_next}", f"when corrected: {what_next}"), markup=False, soft_wrap=True)


@app.command("redrive")
def redrive_command(
    file: Annotated[Path, typer.Argument(help="A corrected file that `rejects export` wrote.")],
    *,
    folder: Folder = FOLDER,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for what becomes of the rows.")] = True,
    wait_seconds: Annotated[float, typer.Option(min=0, help="Longest wait for the outcomes.")] = _WAIT_SECONDS,
    json: Json = False,
) -> None:
    """Send corrected rows. Exit code 1 while some are still refused; what was sent is never sent twice."""
    from creditbus.connectors.returned.redrive import redrive
    from creditbus.connectors.returned.sheets import read

    connection = Connection.from_environment(store=False)
    today = city_day(int(datetime.now(UTC).timestamp() * 1000))
    by_connector: dict[str, list[Any]] = {}
    for row in read(file):
        by_connector.setdefault(row.reference.connector, []).append(row)
    summaries = [redrive(connector_named(name, folder), connection, rows, today) for name, rows in by_connector.items()]
    outcomes = _outcomes(connection, summaries, wait_seconds) if wait else {}
    _report(file, summaries, outcomes, json=json)
    refused = sum(found.account.counts["rejected"] for found in outcomes.values())
    if refused or any(summary.refused for summary in summaries):
        raise typer.Exit(1)


def _returned_rows(department: str, run: str) -> list[ReturnedRow]:
    from creditbus.services.query.returned import read_returned

    known_department(department)
    return asyncio.run(read_returned(Connection.from_environment(store=False), department, run))


def _place(fields: Mapping[str, Any]) -> str:
    """Say where the department finds a row: numbered as in the file that it published."""
    row = told(f"第 {fields['row']} 行", f"row {fields['row']}") if fields["row"] else ""
    found = "  ".join(part for part in (fields["file"], fields["sheet"], row) if part)
    return found or told(f"位点 {fields['offset']}", f"offset {fields['offset']}")


def _sheets(rows: Sequence[ReturnedRow], folder: Path) -> list[ReturnedSheet]:
    from creditbus.connectors.returned.originals import originals
    from creditbus.connectors.returned.sheets import ReturnedSheet

    by_connector: dict[str, list[Rejection]] = {}
    for row in rows:
        rejection = _rejection(row)
        by_connector.setdefault(connector_of(rejection.place.run), []).append(rejection)
    sheets = []
    for name, rejections in by_connector.items():
        connector = connector_named(name, folder)
        columns, found = originals(connector, rejections)
        have = [column.name for column in columns]
        returned = [_returned(name, connector, have, one) for one in found]
        sheets.append(ReturnedSheet(name, columns, returned))
    return sheets


def _returned(name: str, connector: Any, have: Sequence[str], one: Original) -> Any:
    from creditbus.connectors.returned.sheets import Reference, ReturnedRow

    rejection = one.rejection
    marked = {connector.mapper.column_of(fault.field, have) for fault in rejection.faults} - {None}
    reasons = "\n".join(_bilingual(fault) for fault in rejection.faults)
    if one.text:
        reasons += f"\n原文 original: {one.text}"
    if one.lost:
        reasons += f"\n原值未能恢复，请重新填写 fill in again: {', '.join(sorted(one.lost))}"
    reference = Reference(name, rejection.place, rejection.rejected_at)
    return ReturnedRow(reference, one.cells, frozenset(marked) | one.lost, reasons)


def _rejection(row: ReturnedRow) -> Rejection:
    from creditbus.connectors.returned.rejection import Fault, Rejection
    from creditbus.services.query.returned import place_of

    fields = row.event.fields
    faults = tuple(Fault(one["reason"], one["field"], one["proposed"]) for one in fields["findings"])
    return Rejection(place_of(row.event), fields["item"], faults, row.rejected_at, fields["original"])


def _bilingual(fault: Fault) -> str:
    from creditbus.services.domain.reasons import Reason

    reason = Reason[fault.reason]
    proposed = f" → {fault.proposed}" if fault.proposed else ""
    return f"{fault.field} {reason.zh} {reason.sentence} [{reason}]{proposed}".strip()


def _spoken(fault: Fault) -> str:
    from creditbus.services.domain.reasons import Reason

    return f"{fault.field}  {fault.reason}  {explained(Reason[fault.reason])}{_question(fault.proposed)}".strip()


def _question(proposed: str | None) -> str:
    return told(f"  是否为 {proposed} ？", f"  did you mean {proposed} ?") if proposed else ""


def _outcomes(connection: Connection, summaries: Sequence[RedriveSummary], seconds: float) -> dict[str, Any]:
    from creditbus.services.query.outcomes import await_outcomes

    runs = {run: count for summary in summaries for run, count in summary.runs.items()}
    return {
        run: asyncio.run(await_outcomes(connection, run, count, seconds, look=looking_on))
        for run, count in runs.items()
    }


def _report(file: Path, summaries: Sequence[RedriveSummary], outcomes: dict[str, Any], *, json: bool) -> None:
    sent, already = sum(one.sent for one in summaries), sum(one.already for one in summaries)
    refused = [row for one in summaries for row in one.refused]
    if json:
        facts = {
            "sent": sent,
            "already_sent": already,
            "still_refused": [asdict(row) | {"faults": [one._asdict() for one in row.faults]} for row in refused],
            "outcomes": {
                run: {"settled": found.settled} | found.account.as_json() for run, found in sorted(outcomes.items())
            },
        }
        print_json(facts)
        return
    for row in refused:
        for fault in row.faults:
            here = told(f"{file.name} 第 {row.number} 行", f"row {row.number} of {file.name}")
            still = told(f"（{here}）仍不合格", f"  ({here}) is still refused")
            OUTPUT.print(f"{_place(asdict(row.place))}{still}  {_spoken(fault)}", markup=False, soft_wrap=True)
    parts = [told(f"已发送 {sent:,} 行", f"{sent:,} sent")]
    parts += [told(f"{already:,} 行此前已发送", f"{already:,} sent before")] if already else []
    parts += (
        [told(f"{len(refused):,} 行仍不合格，未发送", f"{len(refused):,} still refused, not sent")] if refused else []
    )
    OUTPUT.print(" · ".join(parts), markup=False, soft_wrap=True)
    for run, found in sorted(outcomes.items()):
        OUTPUT.print(f"{outcome_line(found)}   {told('批次', 'run')} {run}", markup=False, soft_wrap=True)


def _totals(rows: Sequence[ReturnedRow]) -> str:
    fixed = sorted(row.seconds_to_fix for row in rows if row.seconds_to_fix is not None)
    left, again = (sum(row.status == status for row in rows) for status in ("open", "replaced"))
    line = told(
        f"退回 {len(rows):,} 行，待改正 {left:,} 行，已改正 {len(fixed):,} 行",
        f"{len(rows):,} refused, {left:,} of them open, {len(fixed):,} fixed",
    )
    if again:
        line += told(f"，已重新发送 {again:,} 行", f", {again:,} sent again since")
    if not fixed:
        return line
    return line + told("，改正用时中位数 ", ", median time to fix ") + _duration(fixed[len(fixed) // 2])


def _duration(seconds: float) -> str:
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _MINUTE:.1f} min" if seconds >= _MINUTE else f"{seconds:.0f} s"
