"""`creditbus catalogue`: what the bus carries, and whether a catalogue folder is right."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.services.domain.catalogue import Catalogue, Item

__all__ = ["app"]

app = typer.Typer(help="Catalogue: what the bus may carry, by whom, about whom.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print facts for a machine.")]


def _catalogue() -> Catalogue:
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue

    return Catalogue.parse(raw_catalogue())


@app.command("list")
def list_command(json: Json = False) -> None:
    """List the catalogue items."""
    facts = [_facts(item) for item in _catalogue()]
    if json:
        print_json(facts)
        return
    for item in facts:
        line = f"{item['id']:28} {item['title']} ({item['title_en']})  by {', '.join(item['entitled'])}"
        OUTPUT.print(line, soft_wrap=True, markup=False)


@app.command()
def show(item: Annotated[str, typer.Argument(help="Id of the item.")], json: Json = False) -> None:
    """Show one catalogue item: basis, publishers, verbs, publication periods, fields."""
    catalogue = _catalogue()
    found = catalogue.item(item)
    if found is None:
        raise ConfigurationError("ITEM", f"{item!r} is not in the catalogue", f"it has: {', '.join(catalogue.items)}")
    facts = {**_facts(found), "publication": _periods(found), "fields": _fields(found)}
    if json:
        print_json(facts)
        return
    for line in _lines(facts):
        OUTPUT.print(line, soft_wrap=True, markup=False)


@app.command("lint")
def lint_command(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the items; the product's own without it.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Folder of the mappings; the product's own without it.")
    ] = None,
    scenarios: Annotated[Path | None, typer.Option(help="Folder of the stories; not looked for without it.")] = None,
    json: Json = False,
) -> None:
    """Check every folder of a catalogue, one line for each fault. Exit code 1 when there is one."""
    from creditbus.services.cli.catalogue_lint import lint

    for name, given in (("FOLDER", folder), ("--templates", templates), ("--scenarios", scenarios)):
        if given is not None and not given.is_dir():
            raise ConfigurationError(name, f"{given} is no folder", "give the path of a folder")
    faults = lint(
        folder or files("creditbus.avro_schemas"),
        templates or files("creditbus.connectors").joinpath("templates"),
        scenarios,
    )
    if json:
        print_json([fault._asdict() for fault in faults])
    else:
        for fault in faults:
            OUTPUT.print(str(fault), soft_wrap=True, markup=False)
        ERRORS.print(f"{len(faults)} faults")
    if faults:
        raise typer.Exit(1)


def _facts(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "title_en": item.title_en,
        "category": item.category,
        "legal_basis": list(item.legal_basis),
        "entitled": sorted(item.entitled),
        "subject_kinds": sorted(item.subject_kinds),
        "verbs": sorted(item.verbs),
        "acts_on_other_items": item.acts_on is not None,
        "due_working_days": item.due_working_days,
    }


def _periods(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "class": period.category,
            "effective_from": period.effective_from,
            "effective_to": period.effective_to,
            "min_months": period.min_months,
            "max_months": period.max_months,
            "source": period.source,
            "verified": period.verified,
        }
        for period in item.publication
    ]


def _fields(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "code": field.code,
            "title": field.title,
            "title_en": field.title_en,
            "format": field.format.value,
            "disclosure": field.disclosure.value,
            "mandatory": field.mandatory,
            "max_length": field.max_length,
            "values": list(field.values),
        }
        for field in item.fields.values()
    ]


def _lines(facts: dict[str, Any]) -> list[str]:
    due = facts["due_working_days"]
    periods = [
        f"  published {period['min_months']} to {period['max_months']} months: {period['class']}, from "
        f"{period['effective_from']} to {period['effective_to'] or 'now'}, {period['source']}"
        + ("" if period["verified"] else " (not verified)")
        for period in facts["publication"]
    ]
    fields = [
        f"  {field['code']:12} {field['title']}  {field['title_en']}  {field['format']} {field['disclosure']}"
        + (" mandatory" if field["mandatory"] else "")
        for field in facts["fields"]
    ]
    return [
        f"{facts['id']}  {facts['title']} ({facts['title_en']})",
        f"  {facts['category']}  basis: {'; '.join(facts['legal_basis'])}",
        f"  by {', '.join(facts['entitled'])}  about {', '.join(facts['subject_kinds'])}",
        f"  verbs {', '.join(facts['verbs'])}" + (f"  due in {due} working days" if due is not None else ""),
        *periods,
        *fields,
    ]
