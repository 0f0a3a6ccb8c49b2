"""`creditbus connector`: a department connects its files, sees what would be refused, and publishes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.configuration import Connector
    from creditbus.connectors.preview import Preview, RefusedField
    from creditbus.connectors.runner import RunSummary

__all__ = ["app"]

app = typer.Typer(help="Connectors: a department's own rows onto the bus.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print facts for a machine.")]
Folder = Annotated[Path, typer.Option("--folder", "-d", help="Where the connectors' configurations are.")]
Name = Annotated[str, typer.Argument(help="Id of a connector, or the path of its configuration.", metavar="CONNECTOR")]

_FOLDER = Path("connectors.d")
_ROWS_NAMED = 5
_CITY_TIME = ZoneInfo("Asia/Shanghai")


@app.command("list")
def list_command(folder: Folder = _FOLDER, json: Json = False) -> None:
    """List configured connectors, kinds of sources and templates of mappings."""
    from creditbus.connectors.configuration import configured, load_connector, templates
    from creditbus.connectors.kinds import kinds

    connectors = [load_connector(file) for file in configured(folder)]
    if json:
        listed = [
            {
                "id": one.id,
                "department": one.department,
                "item": one.item.id,
                "kind": one.kind.name,
                "file": str(one.file),
            }
            for one in connectors
        ]
        print_json({"connectors": listed, "kinds": sorted(kinds()), "templates": templates()})
        return
    for one in connectors:
        OUTPUT.print(f"{one.id:24} {one.kind.name:6} {one.item.id:26} {one.department}", markup=False, soft_wrap=True)
    OUTPUT.print(f"kinds: {', '.join(sorted(kinds()))}", markup=False, soft_wrap=True)
    OUTPUT.print(f"templates: {', '.join(templates())}", markup=False, soft_wrap=True)


@app.command("spec")
def spec_command(kind: Annotated[str, typer.Argument(help="Kind of source.")]) -> None:
    """Print the JSON Schema of a kind's settings."""
    from creditbus.connectors.kinds import kind_named

    print_json(kind_named(kind).settings.model_json_schema())


@app.command("check")
def check_command(name: Name, folder: Folder = _FOLDER, json: Json = False) -> None:
    """Try everything a run needs: source, columns, registry, broker. Exit code 1 when something is missing."""
    from creditbus.connectors.checking import check_bus, check_source

    connector = _connector(name, folder)
    findings = [*check_source(connector), *check_bus(connector, Connection.from_environment(store=False))]
    if json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            OUTPUT.print(
                f"{'ok ' if finding.ok else 'NO '} {finding.subject:9} {finding.message}", markup=False, soft_wrap=True
            )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command("discover")
def discover_command(name: Name, folder: Folder = _FOLDER, json: Json = False) -> None:
    """Show tables and columns of a source, and which columns the mapping uses."""
    connector = _connector(name, folder)
    tables = connector.open().discover()
    fits = [connector.mapper.columns(table.columns) for table in tables]
    if json:
        print_json([asdict(table) | {"mapping": asdict(fit)} for table, fit in zip(tables, fits, strict=True)])
        return
    for table, fit in zip(tables, fits, strict=True):
        details = "  ".join(f"{key} {value!r}" for key, value in table.details.items())
        OUTPUT.print(f"{table.name}  {details}", markup=False, soft_wrap=True)
        for column in table.columns:
            mark = " " if column.name in fit.recognised else "-"
            OUTPUT.print(f"  {mark} {column.name:24} {column.title}".rstrip(), markup=False, soft_wrap=True)
        if fit.missing:
            OUTPUT.print(f"  no column for mandatory {', '.join(fit.missing)}", markup=False, soft_wrap=True)


@app.command("preview")
def preview_command(
    name: Name,
    folder: Folder = _FOLDER,
    rows: Annotated[int | None, typer.Option("-n", "--rows", min=1, help="Only so many rows.")] = None,
    shown: Annotated[int, typer.Option(min=0, help="Show the findings of so many refused rows.")] = 20,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 when a row would be refused.")] = False,
    json: Json = False,
) -> None:
    """Show what each row would become and what would be refused. Nothing is sent."""
    from creditbus.connectors.preview import preview

    connector = _connector(name, folder)
    result = preview(connector, today.date() if today else _today(), limit=rows, shown=shown)
    if json:
        print_json(_preview_facts(result))
    else:
        _show_preview(connector, result)
    if strict and result.refused:
        raise typer.Exit(1)


@app.command("run")
def run_command(
    name: Name,
    folder: Folder = _FOLDER,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send a source that was already published once more.")
    ] = False,
    json: Json = False,
) -> None:
    """Publish. Run it again at any time: nothing is lost and nothing is sent twice."""
    from creditbus.connectors.reporting import BarReporter
    from creditbus.connectors.runner import run_connector

    connector = _connector(name, folder)
    with BarReporter(ERRORS) as reporter:
        summary = run_connector(connector, Connection.from_environment(store=False), progress=reporter, resend=resend)
    if json:
        print_json(asdict(summary))
    else:
        _show_summary(summary, connector.department)


def _connector(name: str, folder: Path) -> Connector:
    from creditbus.connectors.configuration import configured, load_connector

    if name.endswith((".yaml", ".yml")):
        return load_connector(Path(name))
    known = {file.stem: file for file in configured(folder)}
    if name not in known:
        fix = f"it has: {', '.join(known) or 'none'}; or give the path of a .yaml file"
        raise ConfigurationError(str(folder), f"has no connector {name!r}", fix)
    return load_connector(known[name])


def _today() -> date:
    return datetime.now(_CITY_TIME).date()


def _preview_facts(result: Preview) -> dict[str, Any]:
    facts = asdict(result)
    shown = [asdict(one) | {"sentence": one.reason.sentence, "sentence_zh": one.reason.zh} for one in result.shown]
    return facts | {"shown": shown, "reasons": dict(result.reasons), "cautions": dict(result.cautions)}


def _show_preview(connector: Connector, result: Preview) -> None:
    from rich.table import Table

    say = OUTPUT.print
    say(
        f"{connector.id}: {result.rows:,} rows as {connector.item.title} ({connector.item.title_en})",
        markup=False,
        soft_wrap=True,
    )
    for columns in result.columns:
        if columns.unknown:
            say(f"  columns not used: {', '.join(columns.unknown)}", markup=False, soft_wrap=True)
        if columns.missing:
            say(f"  no column for mandatory: {', '.join(columns.missing)}", markup=False, soft_wrap=True)
    say(f"  {result.publishable:,} would be published   {result.refused:,} would be refused")
    if result.shown:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), header_style="bold")
        for heading in ("row", "field", "value", "why", "reason"):
            table.add_column(heading, overflow="fold", no_wrap=heading in ("field", "value", "reason"))
        for one in result.shown:
            table.add_row(*_cells(one))
        say(table)
    for caution, count in result.cautions.items():
        rows = ", ".join(map(str, result.caution_rows[caution][:_ROWS_NAMED]))
        say(
            f"  warning {caution}: {count:,} rows ({rows}{', …' if count > _ROWS_NAMED else ''})  {caution.sentence}",
            markup=False,
            soft_wrap=True,
        )
    if result.normalised:
        say(f"  {result.normalised:,} rows with cells that are trimmed or brought to half width")
    say(f"Nothing was sent.      next: creditbus connector run {connector.id}", markup=False, soft_wrap=True)


def _cells(one: RefusedField) -> tuple[str, ...]:
    from rich.markup import escape

    why = one.detail or one.reason.sentence
    if one.proposed:
        why += f" Did you mean {one.proposed}?"
    place = f"{one.sheet} {one.row}".strip()
    return tuple(map(escape, (place, one.column, one.value, why, one.reason)))


def _show_summary(summary: RunSummary, department: str) -> None:
    if summary.complete and not summary.rows and summary.skipped:
        OUTPUT.print(
            f"already published: {summary.skipped:,} rows, unchanged (run {summary.run_id}); --resend sends them again",
            markup=False,
        )
        return
    rate = summary.rows / summary.seconds if summary.seconds else 0
    parts = [f"{summary.published:,} published"]
    parts += [f"{count:,} {word}" for count, word in _remarks(summary) if count]
    OUTPUT.print(f"{' · '.join(parts)}   {rate:,.0f} rows/s   run {summary.run_id}", markup=False, soft_wrap=True)
    for remark in summary.remarks:
        OUTPUT.print(remark, markup=False, soft_wrap=True)
    what_next = f"creditbus rejects list {department} --run {summary.run_id}"
    OUTPUT.print(f"what was refused, and why: {what_next}", markup=False, soft_wrap=True)


def _remarks(summary: RunSummary) -> list[tuple[int, str]]:
    return [
        (summary.unreadable, "of them unreadable"),
        (summary.withheld, "of them about natural persons, withheld"),
        (summary.skipped, "already published before"),
    ]
