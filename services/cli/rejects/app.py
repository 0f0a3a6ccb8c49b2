"""`creditbus rejects`: what was refused, where and why, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, connector_named
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.fields import admitted, named_field
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import rejects as messages
from creditbus.services.cli.rejects import way_back
from creditbus.services.cli.rejects.rows import DepartmentArgument, Run, one_line, place, question, returned_rows
from creditbus.topics.errors import ConfigurationError, UserError

if TYPE_CHECKING:
    from creditbus.services.query.returned import ReturnedRow

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_STATUS = {
    "fixed": messages.FIXED,
    "replaced": messages.REPLACED,
    "closed": messages.HAS_BEEN_CLOSED,
}
_LONGEST_REASON = 240
_HOUR = 3600
_MINUTE = 60


@app.callback()
def _group() -> None:
    """Rejects: rows on their way back to their department."""


way_back.register(app)


@app.command("list")
def list_command(
    department: DepartmentArgument,
    *,
    run: Run = "",
    unfixed: Annotated[bool, typer.Option("--open")] = False,
    folder: Folder = FOLDER,
    json: Json = False,
) -> None:
    """List a department's refused rows: file, row, column, value, reason, proposed correction, what became of it."""
    rows = returned_rows(department, run)
    shown = [row for row in rows if row.status == "open" or not unfixed]
    column = _columns(folder)
    if json:
        print_json([_facts(row, column) for row in shown])
        return
    for row in shown:
        for line in _lines(row, column):
            OUTPUT.print(line, soft_wrap=True, markup=False)
    ERRORS.print(_totals(rows), markup=False)


@app.command("close")
def close_command(
    department: DepartmentArgument,
    keys: Annotated[list[str] | None, typer.Argument()] = None,
    *,
    reason: Annotated[str, typer.Option()] = "",
    run: Run = "",
    because: Annotated[str, typer.Option()] = "",
    reopen: Annotated[bool, typer.Option("--reopen")] = False,
    json: Json = False,
) -> None:
    """Close refused rows that will not be corrected, with a reason. What is sent again as it was stays closed."""
    from creditbus.connectors.returned.closing import close_rows, reopen_rows
    from creditbus.services.query.returned import closed_row

    chosen = _chosen(returned_rows(department, run), keys or [], because, "closed" if reopen else "open")
    connection = connected()
    closed = [closed_row(row.event) for row in chosen]
    done = reopen_rows(connection, department, closed) if reopen else close_rows(connection, department, closed, reason)
    if json:
        print_json({"closed": 0 if reopen else done.changed, "opened": done.changed if reopen else 0})
        return
    line = (
        spoken(messages.OPEN_AGAIN, changed=done.changed)
        if reopen
        else spoken(messages.CLOSED, changed=done.changed, reason=reason)
    )
    OUTPUT.print(line, markup=False, soft_wrap=True)


def _chosen(rows: Sequence[ReturnedRow], keys: Sequence[str], because: str, status: str) -> list[ReturnedRow]:
    """Return the rows that keys or a reason of refusal name.

    Raises:
        ConfigurationError: a key names none, or several; or neither is given.
    """
    fix = messages.SEE_LIST()
    if bool(keys) == bool(because):
        raise ConfigurationError("KEYS", messages.KEYS_OR_BECAUSE(), fix)
    if because:
        known = {finding["reason"] for row in rows for finding in row.event.fields["findings"]}
        if because not in known:
            raise ConfigurationError(
                "--because", messages.NO_ROW_OF_REASON(because=because), messages.ONE_OF(known=", ".join(sorted(known)))
            )
        of_status = [row for row in rows if row.status == status]
        return [row for row in of_status if any(one["reason"] == because for one in row.event.fields["findings"])]
    chosen: dict[str, ReturnedRow] = {}
    for key in keys:
        named = [row for row in rows if row.key.startswith(key.lower())]
        if len(named) != 1:
            problem = messages.KEY_OF_SEVERAL(count=len(named)) if named else messages.KEY_OF_NONE()
            raise ConfigurationError(messages.KEY(key=key), problem, fix)
        if named[0].status not in {"open", "closed"}:
            raise ConfigurationError(
                messages.KEY(key=key),
                messages.HAS_STATUS(status=_STATUS[named[0].status]()),
                messages.NOTHING_TO_CLOSE(),
            )
        chosen[named[0].key] = named[0]
    return list(chosen.values())


def _columns(folder: Path) -> Callable[[str, str], str]:
    """Return what tells a column as its department calls it; nothing where its connector is not on this machine."""
    known: dict[str, Callable[[str], str | None]] = {}

    def column(connector: str, field: str) -> str:
        from creditbus.connectors.returned.giving_back import column_names

        if connector not in known:
            try:
                known[connector] = column_names(connector_named(connector, folder))
            except UserError:
                known[connector] = lambda _: None
        return known[connector](field) or ""

    return column


def _facts(row: ReturnedRow, column: Callable[[str, str], str]) -> dict[str, Any]:
    facts = row.as_json()
    connector = facts["connector"]
    findings = [one | {"column": column(connector, one["field"]) or None} for one in facts["findings"]]
    return facts | {"findings": findings}


def _lines(row: ReturnedRow, column: Callable[[str, str], str]) -> list[str]:
    """Return a line for each finding of a row: where, which column and value, why, and by what the row is named."""
    event = row.event
    item = str(event.fields["item"])
    head = _status(row.status) + place(event.fields)
    closed = f"  ({row.closing.reason})" if row.closing is not None and row.status == "closed" else ""
    tail = "  ".join(part for part in (event.connector, row.key) if part)
    lines = []
    for finding in event.findings():
        field = str(finding["field"])
        named = named_field(item, field)
        name = column(event.connector, field) or str(finding["title"] or "")
        of = named if name in named else f"{named}  {name}"
        value = f"  “{one_line(finding['value'])}”" if finding["value"] else ""
        why = _why(event.detail, str(finding["zh"] if language() == "zh" else finding["en"]))
        if values := admitted(item, field, str(finding["reason"]), str(event.fields["department"])):
            why = f"{why} {values}"
        asked = question(finding["proposed"])
        lines.append(
            f"{head}  {of}{value}  {finding['reason']}  {one_line(why, _LONGEST_REASON)}{asked}{closed}  [{tail}]"
        )
    return lines


def _why(detail: str, sentence: str) -> str:
    """Say why a row was refused: what its reader found; words of it that are not known in Chinese are quoted."""
    from creditbus.connectors.returned.details import in_both

    said = in_both(detail)
    if detail and language() == "zh" and said.zh == detail:
        return f"{sentence}“{detail}”"
    return spoken(said) or sentence


def _status(status: str) -> str:
    return f"{spoken(_STATUS[status])}  " if status in _STATUS else ""


def _totals(rows: Sequence[ReturnedRow]) -> str:
    fixed = sorted(row.seconds_to_fix for row in rows if row.seconds_to_fix is not None)
    left, again, closed = (sum(row.status == status for row in rows) for status in ("open", "replaced", "closed"))
    line = spoken(messages.TOTALS, count=len(rows), left=left, count_2=len(fixed))
    if again:
        line += spoken(messages.SENT_AGAIN_SINCE, again=again)
    if closed:
        line += spoken(messages.CLOSED_2, closed=closed)
    if not fixed:
        return line
    return line + spoken(messages.MEDIAN_TIME_TO_FIX) + _duration(fixed[len(fixed) // 2])


def _duration(seconds: float) -> str:
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _MINUTE:.1f} min" if seconds >= _MINUTE else f"{seconds:.0f} s"
