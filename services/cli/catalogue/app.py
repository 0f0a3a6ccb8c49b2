"""`creditbus catalogue`: what the bus carries, and whether a catalogue folder is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import learn_city
from creditbus.services.cli.fields import named_field
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.messages import catalogue as messages
from creditbus.services.cli.words import word
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.services.domain.catalogue import Catalogue, Item

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json")]


def _catalogue() -> Catalogue:
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue

    return Catalogue.parse(raw_catalogue())


@app.command("list")
def list_command(json: Json = False) -> None:
    """List the catalogue items."""
    learn_city()
    facts = [_facts(item) for item in _catalogue()]
    if json:
        print_json(facts)
        return
    for item in facts:
        OUTPUT.print(spoken(messages.ITEM, **_words(item), by=_by(item)), soft_wrap=True, markup=False)


@app.command()
def show(item: Annotated[str, typer.Argument()], json: Json = False) -> None:
    """Show one catalogue item: basis, publishers, verbs, publication periods, fields."""
    learn_city()
    catalogue = _catalogue()
    found = catalogue.item(item)
    if found is None:
        raise ConfigurationError(
            "ITEM", messages.NO_SUCH_ITEM(item=item), messages.ITEMS(items=", ".join(catalogue.items))
        )
    facts = {**_facts(found), "publication": _periods(found), "fields": _fields(found)}
    facts["withheld_unless_disclosed"] = found.withheld_unless_disclosed or None
    if json:
        print_json(facts)
        return
    for line in _lines(facts, found):
        OUTPUT.print(line, soft_wrap=True, markup=False)


@app.command("lint")
def lint_command(
    folder: Annotated[Path | None, typer.Argument()] = None,
    templates: Annotated[Path | None, typer.Option()] = None,
    scenarios: Annotated[Path | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """Check every folder of a catalogue, one line for each fault. Exit code 1 when there is one."""
    from creditbus.connectors.setup.templates import template_folder
    from creditbus.services.cli.catalogue.lint import lint
    from creditbus.topics.city import current_city

    for name, given in (("FOLDER", folder), ("--templates", templates), ("--scenarios", scenarios)):
        if given is not None and not given.is_dir():
            raise ConfigurationError(name, messages.NOT_A_FOLDER(given=given), messages.GIVE_A_FOLDER())
    faults = lint(folder or current_city().catalogue, templates or template_folder(), scenarios)
    if json:
        print_json([fault._asdict() for fault in faults])
    else:
        for fault in faults:
            OUTPUT.print(f"{fault.place}: {spoken(fault.message)}", soft_wrap=True, markup=False)
        ERRORS.print(spoken(messages.FAULTS, count=len(faults)))
    if faults:
        raise typer.Exit(1)


def _facts(item: Item) -> dict[str, Any]:
    from creditbus.services.domain.entitlement import publishers
    from creditbus.topics.declarations import declarations

    return {
        "id": item.id,
        "title": item.title,
        "title_en": item.title_en,
        "category": item.category,
        "legal_basis": list(item.legal_basis),
        "entitled": sorted(publishers(item, declarations().departments.values())),
        "entitled_roles": sorted(item.entitled_roles),
        "authority_field": item.authority_field or None,
        "subject_kinds": sorted(item.subject_kinds),
        "verbs": sorted(item.verbs),
        "acts_on_other_items": item.acts_on is not None,
        "publication_from": item.publication.start or None,
        "publication_until": item.publication.until or None,
        "objections": [asdict(rule) for rule in item.objections],
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
            "when": {period.when_field: sorted(period.when_values)} if period.when_field else None,
        }
        for period in item.publication.periods
    ]


def _fields(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "code": field.code,
            "title": field.title,
            "title_en": field.title_en,
            "format": field.format.value,
            "disclosure": field.disclosure.value,
            "disclosure_by_value": {value: disclosure.value for value, disclosure in field.by_value.items()},
            "mandatory": field.mandatory,
            "mandatory_where": [
                {"field": rule.when_field, "values": sorted(rule.when_values), "reason": rule.reason.value}
                for rule in item.rules.required
                if rule.field == field.code
            ],
            "max_length": field.max_length,
            "values": list(field.values),
            "separator": field.separator,
        }
        for field in item.fields.values()
    ]


def _lines(facts: dict[str, Any], found: Item) -> list[str]:
    due = facts["due_working_days"]
    return [
        spoken(messages.TITLE, **_words(facts)),
        spoken(messages.BASIS, category=facts["category"], basis=listed(facts["legal_basis"], clauses=True)),
        spoken(messages.BY_AND_ABOUT, by=_by(facts), about=listed(map(word, facts["subject_kinds"]))),
        *_authority(facts),
        spoken(messages.VERBS, verbs=listed(map(word, facts["verbs"])))
        + ("" if due is None else spoken(messages.DUE, days=due)),
        *map(_period_line, facts["publication"]),
        *map(_objection_line, facts["objections"]),
        *(_field_line(field, found) for field in facts["fields"]),
        *([spoken(messages.WITHHELD, field=withheld)] if (withheld := facts["withheld_unless_disclosed"]) else []),
    ]


def _words(facts: dict[str, Any]) -> dict[str, str]:
    """Return what names an item, for messages."""
    return {name: facts[name] for name in ("id", "title", "title_en")}


def _by(facts: dict[str, Any]) -> str:
    """Say who may publish an item, and by which roles."""
    by = listed(facts["entitled"]) or spoken(messages.NOBODY)
    return by + spoken(messages.BY_ROLES, roles=listed(facts["entitled_roles"])) if facts["entitled_roles"] else by


def _authority(facts: dict[str, Any]) -> Iterator[str]:
    """Say which field names the authority that a department must speak for."""
    if facts["authority_field"] and not facts["acts_on_other_items"]:
        yield spoken(messages.SPEAKS_FOR, field=named_field(facts["id"], facts["authority_field"]))


def _objection_line(rule: dict[str, Any]) -> str:
    line = spoken(
        messages.ANSWERED,
        days=rule["working_days"],
        first=rule["effective_from"],
        last=rule["effective_to"] or messages.NOW(),
        source=rule["source"],
    )
    return line + ("" if rule["verified"] else spoken(messages.NOT_VERIFIED))


def _period_line(period: dict[str, Any]) -> str:
    line = spoken(
        messages.PUBLISHED,
        least=period["min_months"],
        most=period["max_months"],
        kind=period["class"],
        first=period["effective_from"],
        last=period["effective_to"] or messages.NOW(),
        source=period["source"],
    )
    return line if period["verified"] else line + spoken(messages.NOT_VERIFIED)


def _field_line(field: dict[str, Any], item: Item) -> str:
    from creditbus.connectors.common.field_names import mandatory_where

    names = {name: field[name] for name in ("code", "title", "title_en")}
    codes = {name: word(field[name]) for name in ("format", "disclosure")}
    line = spoken(messages.FIELD, **names, **codes)
    if field["disclosure_by_value"]:
        line += spoken(messages.BY_VALUE, classes=listed(_classes(field["disclosure_by_value"]), clauses=True))
    if field["mandatory"]:
        line += spoken(messages.MANDATORY)
    if conditions := mandatory_where(item, field["code"]):
        line += f"  {listed(map(spoken, conditions), clauses=True)}"
    if not field["values"]:
        return line
    values = listed(field["values"])
    if field["separator"]:
        return f"{line}\n{spoken(messages.VALUES_JOINED, values=values, separator=field['separator'])}"
    return f"{line}\n{spoken(messages.VALUES, values=values)}"


def _classes(by_value: dict[str, str]) -> Iterator[str]:
    """Give each class with its values."""
    for disclosure in dict.fromkeys(by_value.values()):
        values = [value for value, own in by_value.items() if own == disclosure]
        yield f"{', '.join(values)} {word(disclosure)}"
