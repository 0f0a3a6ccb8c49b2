"""`creditbus connector`: a department connects its files, sees what would be refused, and publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.connector import init, preview, running, state, withdraw
from creditbus.services.cli.connector.init import guess_line
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected, learn_city
from creditbus.services.cli.fields import named_fields
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.services.domain.invisible import visible
from creditbus.topics.errors import UserError

if TYPE_CHECKING:
    from creditbus.connectors.contract import Table
    from creditbus.connectors.mapping.compiler import Columns
    from creditbus.connectors.setup.guess import Guess

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
for _commands in (init, preview, running, state, withdraw):
    _commands.register(app)

_MAPPING = "mapping"
"""In the place of a kind: the language of mapping files."""
_GUESSES_SHOWN = 3
_LONGEST_NAME = 60
_LONGEST_LINE = 1000


@app.command("list")
def list_command(folder: Folder = FOLDER, json: Json = False) -> None:
    """List configured connectors, kinds of sources and templates of mappings."""
    from creditbus.connectors.setup.configuration import configured, load_connector
    from creditbus.connectors.setup.kinds import kinds
    from creditbus.connectors.setup.templates import templates

    learn_city()
    connectors, broken = [], list[tuple[Path, UserError]]()
    for file in configured(folder):
        try:
            connectors.append(load_connector(file))
        except UserError as error:
            broken.append((file, error))
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
        faults = [{"file": str(file), "error": str(fault)} for file, fault in broken]
        print_json({"connectors": listed, "broken": faults, "kinds": sorted(kinds()), "templates": templates()})
        return
    for one in connectors:
        _say(f"{one.id:24} {one.kind.name:6} {one.item.id:26} {one.department}")
    for file, fault in broken:
        _say(spoken(messages.CANNOT_BE_LOADED, id=file.stem, error=visible(spoken(fault.text()), _LONGEST_LINE)))
    _say(spoken(messages.KINDS) + ", ".join(sorted(kinds())))
    _say(spoken(messages.TEMPLATES) + ", ".join(templates()))


@app.command("spec")
def spec_command(kind: Annotated[str, typer.Argument()], json: Json = False) -> None:
    """Print the JSON Schema of a kind's settings, or of `mapping` the page of the mapping language."""
    from creditbus.connectors.contract import tells
    from creditbus.connectors.setup.kinds import kind_named

    if kind == _MAPPING:
        _show_mapping_language(json=json)
        return
    found = kind_named(kind)
    told_by = {
        "tells": {
            "enum": ["state", "news"],
            "default": tells(found),
            "description": "Next to the settings. state: the latest reading of the source is the truth, and a value "
            "that is set back is a change; news: what happened, delivery by delivery: an old one changes nothing.",
        }
    }
    print_json(found.settings.model_json_schema() | {"connector": told_by})


def _show_mapping_language(*, json: bool) -> None:
    from creditbus.connectors.mapping.page import mapping_page
    from creditbus.connectors.mapping.schema import mapping_schema

    if json:
        print_json(mapping_schema())
    else:
        _say(mapping_page(language()).rstrip())


@app.command("check")
def check_command(name: Name, folder: Folder = FOLDER, json: Json = False) -> None:
    """Try everything a run needs: source, columns, registry, broker. Exit code 1 when something is missing."""
    from creditbus.connectors.setup.checks import check_bus, check_source

    connection = connected()
    connector = connector_named(name, folder)
    findings = [*check_source(connector), *check_bus(connector, connection)]
    if json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            said = visible(spoken(finding.message), _LONGEST_LINE)
            _say(f"{'ok ' if finding.ok else 'NO '} {finding.subject:9} {said}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command("discover")
def discover_command(
    name: Annotated[str, typer.Argument(metavar="SOURCE")],
    folder: Folder = FOLDER,
    json: Json = False,
) -> None:
    """Show tables and columns of a source, which columns the mapping uses, and which template they look like."""
    from creditbus.connectors.setup.guess import guesses

    learn_city()
    tables, fits, item = _discovered(name, folder)
    found = [[one for one in guesses([table]) if one.likelihood > 0][:_GUESSES_SHOWN] for table in tables]
    if json:
        print_json(
            [
                asdict(table)
                | {"mapping": None if fit is None else asdict(fit), "guesses": [asdict(one) for one in likely]}
                for table, fit, likely in zip(tables, fits, found, strict=True)
            ]
        )
        return
    for table, fit, likely in zip(tables, fits, found, strict=True):
        _show_table(table, fit, likely, item)


def _discovered(name: str, folder: Path) -> tuple[Sequence[Table], Sequence[Columns | None], str]:
    """Look at a file, or at the source of a connector, whose fit and item are known then."""
    from creditbus.connectors.setup.kinds import kinds

    path = Path(name)
    kind = kinds().get(path.suffix.removeprefix(".").lower())
    if kind is not None and path.suffix not in {".yaml", ".yml"}:
        tables = kind.open(kind.settings.model_validate({"path": path})).discover()
        return tables, [None] * len(tables), ""
    connector = connector_named(name, folder)
    tables = connector.open().discover()
    return tables, [connector.mapper.columns(table.columns) for table in tables], connector.item.id


def _show_table(table: Table, fit: Columns | None, likely: Sequence[Guess], item: str) -> None:
    details = "  ".join(f"{key} {spoken(value)!r}" for key, value in table.details.items())
    _say(f"{table.name}  {details}")
    known = set(fit.recognised if fit else likely[0].recognised if likely else ())
    for column in table.columns:
        mark = " " if column.name in known else "-"
        name, title = visible(column.name, _LONGEST_NAME), visible(column.title, _LONGEST_NAME)
        _say(f"  {mark} {name:24} {title}".rstrip())
    if fit and fit.missing:
        _say(spoken(messages.MANDATORY_WITHOUT_COLUMN) + named_fields(item, fit.missing))
    for one in likely:
        _say(spoken(messages.LOOKS_LIKE_LINE) + guess_line(one))


def _say(line: str) -> None:
    OUTPUT.print(line, markup=False, soft_wrap=True)
