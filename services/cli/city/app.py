"""`creditbus city`, `department add`, `subscriber add`, `item add`: a city's folder is written, added to, checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from creditbus.services.cli.asking import ask
from creditbus.services.cli.chosen_city import chosen_folder
from creditbus.services.cli.city.defaults import CITY_CODE, CITY_NAME, CITY_NAME_EN, DISTRICTS
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import city as messages
from creditbus.services.cli.written_files import writing
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditbus.topics.city import City

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json")]
Name = Annotated[str, typer.Option("--name")]
NameEn = Annotated[str, typer.Option("--name-en")]
Id = Annotated[str, typer.Argument(metavar="ID")]

_HERE: Final = Path()

_city = typer.Typer(no_args_is_help=True)
_department = typer.Typer(no_args_is_help=True)
_subscriber = typer.Typer(no_args_is_help=True)
_item = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    app.command("init")(init)
    app.add_typer(_city, name="city")
    app.add_typer(_department, name="department")
    app.add_typer(_subscriber, name="subscriber")
    app.add_typer(_item, name="item")


@_city.command("init")
def init(
    folder: Annotated[Path, typer.Argument()],
    name: Name = "",
    name_en: NameEn = "",
    code: Annotated[str, typer.Option()] = "",
    district: Annotated[list[str] | None, typer.Option()] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    json: Json = False,
) -> None:
    """Write a city's folder to start from."""
    from creditbus.services.cli.city.start import Start, checked_code, checked_districts, refuse_filled, write_city

    refuse_filled(folder)
    zh = name or ask(spoken(messages.CITY_NAME), "--name", silent=yes, default=CITY_NAME)
    en = name_en or ask(spoken(messages.CITY_NAME_EN), "--name-en", silent=yes, default=CITY_NAME_EN)
    code = checked_code(code or ask(spoken(messages.CITY_CODE), "--code", silent=yes, default=CITY_CODE), "--code")
    given = district or [ask(spoken(messages.CITY_DISTRICTS), "--district", silent=yes, default=DISTRICTS)]
    written = write_city(folder, Start(zh, en, code, checked_districts(given, "--district")))
    _say_written(written, messages.NEXT_OF_CITY(folder=folder), json=json)


@_city.command("check")
def check(folder: Annotated[Path | None, typer.Argument()] = None, json: Json = False) -> None:
    """Say everything that is wrong with a city's folder. Exit code 1 when there is something."""
    from creditbus.services.cli.city.check import check_city
    from creditbus.services.cli.city.placeholders import placeholders

    found = folder or _folder()
    with writing(found):
        if not found.is_dir():
            raise ConfigurationError(str(found), messages.NOT_A_FOLDER(), messages.GIVE_CITY())
    faults = check_city(found)
    if json:
        print_json([fault._asdict() for fault in faults])
    elif faults:
        for fault in faults:
            OUTPUT.print(spoken(fault.text()), soft_wrap=True, markup=False)
        ERRORS.print(spoken(messages.FAULTS, count=len(faults)), markup=False)
    else:
        _say_clean(found)
        for remark in placeholders(found):
            ERRORS.print(spoken(remark.text()), soft_wrap=True, markup=False)
    if faults:
        raise typer.Exit(1)


@_city.command("schema")
def schema(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Print the JSON Schema of one kind of file."""
    from creditbus.services.cli.city.schemas import city_schema

    print_json(city_schema(name, language()))


@_department.command("add")
def add_department_command(id_: Id, name: Name = "", name_en: NameEn = "", json: Json = False) -> None:
    """Write the file of a department."""
    from creditbus.services.cli.city.additions import add_department

    folder, _ = _read()
    _say_added(add_department(folder, id_, name, name_en), folder, json=json)


@_subscriber.command("add")
def add_subscriber_command(
    id_: Id,
    name: Name = "",
    name_en: NameEn = "",
    kind: Annotated[str, typer.Option()] = "department",
    json: Json = False,
) -> None:
    """Write the file of a subscriber, with a narrow grant."""
    from creditbus.services.cli.city.additions import add_subscriber
    from creditbus.topics.parties import SUBSCRIBER_KINDS

    if kind not in SUBSCRIBER_KINDS:
        raise ConfigurationError("--kind", messages.NOT_A_KIND(kind=kind), suggestion(kind, SUBSCRIBER_KINDS))
    folder, city = _read()
    _say_added(add_subscriber(folder, city, id_, name, name_en, kind), folder, json=json)


@_item.command("add")
def add_item_command(id_: Id, name: Name = "", name_en: NameEn = "", json: Json = False) -> None:
    """Write an item of the city's own: entry, schema, mapping."""
    from creditbus.services.cli.city.additions import add_item

    folder, city = _read()
    _say_added(add_item(folder, city, id_, name, name_en), folder, json=json)


def _folder() -> Path:
    """Return the chosen folder, else the current one where it is that of a city."""
    from creditbus.topics.city.settings import CITY_FILE

    folder = chosen_folder()
    if folder is None and not (_HERE / CITY_FILE).is_file():
        raise ConfigurationError("--city", messages.NO_CITY(), messages.GIVE_CITY())
    return folder or _HERE


def _read() -> tuple[Path, City]:
    """Read the city that is added to."""
    from creditbus.topics.city import read_city

    folder = _folder()
    return folder, read_city(folder)


def _say_added(written: Sequence[Path], folder: Path, *, json: bool) -> None:
    _say_written(written, messages.NEXT_OF_FILE(folder=folder), json=json)


def _say_written(written: Sequence[Path], following: str, *, json: bool) -> None:
    if json:
        print_json({"files": [str(path) for path in written], "next": following})
        return
    for path in written:
        OUTPUT.print(spoken(messages.WROTE, path=path), markup=False, soft_wrap=True)
    OUTPUT.print(spoken(following), markup=False, soft_wrap=True)


def _say_clean(folder: Path) -> None:
    from creditbus.avro_schemas.catalogue_files import item_folders, raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.domain.entitlement import is_entitled
    from creditbus.services.domain.entitlement_faults import named_roles
    from creditbus.topics.city import read_city
    from creditbus.topics.declarations import declarations

    city = read_city(folder)
    declared = declarations(city.root)
    counts = {
        "departments": len(declared.departments),
        "subscribers": len(declared.subscribers),
        "items": len(item_folders(city.catalogue)),
    }
    OUTPUT.print(spoken(messages.CLEAN, folder=folder, **counts), markup=False, soft_wrap=True)
    items = list(Catalogue.parse(raw_catalogue(city.catalogue)))
    roles = ", ".join(named_roles(items))
    for department in declared.departments.values():
        if not any(is_entitled(item, department) for item in items):
            line = spoken(messages.PUBLISHES_NOTHING, department=department.id, roles=roles)
            ERRORS.print(line, markup=False, soft_wrap=True)
