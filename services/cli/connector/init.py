"""`creditbus connector init`: from a file to a connector in five questions, or by options with none."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from creditbus.services.cli.asking import ask, choose_one
from creditbus.services.cli.configured import FOLDER, Folder, Json, departments, known_department
from creditbus.services.cli.connector.given_settings import given_settings
from creditbus.services.cli.connector.looking import looked_at
from creditbus.services.cli.connector.skeleton import chosen_skeleton, skeleton_facts, skeleton_lines, write_mapping
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import learn_city
from creditbus.services.cli.fields import named_fields
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import common
from creditbus.services.cli.messages import connector as messages
from creditbus.services.cli.written_files import writing
from creditbus.services.domain.invisible import visible
from creditbus.topics.errors import ConfigurationError, UserError

if TYPE_CHECKING:
    from creditbus.connectors.contract import Kind, Table
    from creditbus.connectors.setup.guess import Guess
    from creditbus.connectors.setup.skeleton import Skeleton

__all__ = ["guess_line", "register"]

_ENDINGS = frozenset({"csv", "tsv", "xlsx", "xls", "jsonl", "xml"})
"""Of files whose kind is named as they end; what others hold, the kind `files` finds out."""

_KIND_BY_SCHEME = {
    **dict.fromkeys(("http", "https"), "http"),
    **dict.fromkeys(("sftp", "ftp", "s3", "webdav", "webdavs"), "remote-folder"),
}
"""Of addresses; all others are of databases."""

_WEAK = 0.5
"""A guess is weak where its template knows less than this share of the columns."""
_SEVERAL = 2
_SHOWN_COLUMNS = 8
_LONGEST_NAME = 40

_OF_WORKBOOKS = frozenset({"xlsx", "xls"})
"""Endings that systems give to text, too."""

_PLAUSIBLE = 0.5
"""A template is offered where it is at least so likely, compared with the best one."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    *,
    department: Annotated[str, typer.Option(autocompletion=departments)] = "",
    kind: Annotated[str, typer.Option()] = "",
    source: Annotated[str, typer.Option()] = "",
    template: Annotated[str, typer.Option()] = "",
    item: Annotated[str, typer.Option()] = "",
    connector: Annotated[str, typer.Option("--id")] = "",
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE")] = None,
    folder: Folder = FOLDER,
    yes: Annotated[bool, typer.Option("--yes", "-y")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
    json: Json = False,
) -> None:
    """Connect a source: looks at it, guesses item and mapping, and writes the connector's configuration.

    Where no template fits well, it writes a mapping to be filled in, and ends with exit code 1.
    """
    from creditbus.connectors.setup.guess import free_name, guesses
    from creditbus.connectors.setup.kinds import kind_named

    learn_city()
    silent = yes or json
    chosen = _department(department, silent=silent)
    with writing(folder):
        taken = [file.stem for file in folder.glob("*.y*ml")] if folder.is_dir() and not force else []
    kind = kind or _kind(source, silent=silent)
    made = kind_named(kind)
    raw = _settings(made, source, settings or [], folder, silent=silent)
    tables, source_of_rows = looked_at(made, _validated(made, raw, folder))
    found = [one for one in guesses(tables, chosen) if item in ("", one.item)]
    best = _best(found, template, silent=silent)
    if best is None:
        tables = _one_table(made, raw, tables, silent=silent)
        looks = "" if not found or found[0].entitled else messages.NOT_ENTITLED(item=found[0].item, department=chosen)
        guessed = chosen_skeleton(tables, source_of_rows, chosen, item, looks, silent=silent)
        _add_table(made, raw, tables, guessed.table.name)
        _validated(made, raw, folder)
        plain = _plain_name(raw, folder, guessed.item.id)
        name = connector or _name(free_name(plain, taken), silent=silent)
        _write_skeleton(
            folder, _configuration(name, chosen, made, raw, guessed.item.id, ""), guessed, json=json, force=force
        )
        raise typer.Exit(1)
    _add_table(made, raw, tables, best.table)
    _validated(made, raw, folder)
    plain = _plain_name(raw, folder, best.template)
    name = connector or _name(free_name(plain, taken), silent=silent)
    beside = "" if connector or plain not in taken or name == plain else str(folder / f"{plain}.yaml")
    path = _write(folder, _configuration(name, chosen, made, raw, best.item, best.template), force=force)
    following = f"creditbus connector preview {name}" + ("" if folder == FOLDER else f" --folder {folder}")
    if json:
        print_json({"file": str(path), "looks_like": _guess_facts(best), "next": following, "beside": beside})
        return
    OUTPUT.print(spoken(messages.LOOKS_LIKE) + guess_line(best), markup=False, soft_wrap=True)
    if beside:
        OUTPUT.print(
            spoken(messages.LEFT_AS_IT_IS, beside=beside),
            markup=False,
            soft_wrap=True,
        )
    OUTPUT.print(spoken(messages.WROTE, path=path), markup=False, soft_wrap=True)
    OUTPUT.print(spoken(messages.NEXT, following=following), markup=False, soft_wrap=True)


def _one_table(kind: Kind, raw: Mapping[str, Any], tables: Sequence[Table], *, silent: bool) -> Sequence[Table]:
    """Let the table of a database be chosen where no template knows one: the first one may be anything."""
    key = "table"
    if key not in kind.settings.model_fields or raw.get(key) or len(tables) < _SEVERAL:
        return tables
    option = f"--set {key}=..."
    choices = [(str(one.name), ", ".join(column.name for column in one.columns[:_SHOWN_COLUMNS])) for one in tables]
    if silent:
        names = ", ".join(name for name, _ in choices)
        raise ConfigurationError(option, messages.SEVERAL_TABLES(count=len(tables)), common.ONE_OF(names=names))
    chosen = choose_one(spoken(messages.WHICH_TABLE), option, choices, silent=False, default="")
    return [one for one in tables if str(one.name) == chosen]


def _add_table(kind: Kind, raw: dict[str, Any], tables: Sequence[Table], name: str) -> None:
    """Write into the settings which sheet or table is read."""
    from creditbus.connectors.files.sheet_choice import proposed_sheet

    fields = kind.settings.model_fields
    if "sheet" in fields and "sheet" not in raw and (sheet := proposed_sheet(tables, name)) is not None:
        raw["sheet"] = sheet
    if "table" in fields and not raw.get("table"):
        raw["table"] = str(name)  # drivers give names of their own types


def _write_skeleton(folder: Path, configuration: dict[str, Any], guessed: Skeleton, *, json: bool, force: bool) -> None:
    name = configuration["id"]
    configuration["mapping"] = write_mapping(folder, name, guessed, force=force)
    mapping = folder / configuration["mapping"]
    path = _write(folder, configuration, force=force, beside=mapping)
    following = f"creditbus connector preview {name}" + ("" if folder == FOLDER else f" --folder {folder}")
    if json:
        facts = skeleton_facts(guessed)
        print_json({"file": str(path), "mapping": str(mapping), "skeleton": facts, "next": following})
        return
    for line in (*skeleton_lines(guessed, mapping), spoken(messages.WROTE, path=path)):
        OUTPUT.print(line, markup=False, soft_wrap=True)
    OUTPUT.print(spoken(messages.FILL_IN, mapping=mapping, following=following), markup=False, soft_wrap=True)


def guess_line(guess: Guess) -> str:
    """Say what a table looks like, and how well."""
    known, total = len(guess.recognised), len(guess.recognised) + len(guess.unknown)
    line = spoken(messages.GUESS, item=guess.item, template=guess.template, known=known, total=total, score=guess.score)
    if guess.unknown:
        line += spoken(messages.GUESS_UNKNOWN) + ", ".join(visible(name, _LONGEST_NAME) for name in guess.unknown)
    if guess.missing:
        line += spoken(messages.GUESS_MISSING) + named_fields(guess.item, guess.missing)
    return line + spoken(messages.GUESS_END)


def _plain_name(raw: Mapping[str, Any], folder: Path, made_by: str) -> str:
    """Name a connector by its file, where that name may be an id, else by the last word of its template or item."""
    from creditbus.connectors.setup.configuration import is_id
    from creditbus.connectors.setup.guess import short_name

    given = raw.get("path")
    path = Path(os.path.normpath(folder.absolute() / given)) if isinstance(given, str) else None
    return path.stem if path is not None and path.is_file() and is_id(path.stem) else short_name(made_by)


def _name(default: str, *, silent: bool) -> str:
    return ask(spoken(messages.NAME_OF_THE_CONNECTOR), "--id", silent=silent, default=default)


def _department(given: str, *, silent: bool) -> str:
    from creditbus.topics.declarations import declarations

    if given:
        return known_department(given, "--department")
    known = declarations().departments.values()
    choices = [(one.id, one.name.zh if language() == "zh" else one.name.en) for one in known]
    return choose_one(spoken(messages.DEPARTMENT), "--department", choices, silent=silent, default="")


def _kind(source: str, *, silent: bool) -> str:
    from creditbus.connectors.setup.kinds import kinds

    known = kinds()
    told_by_source = _kind_by_source(source)
    if told_by_source in known:
        return told_by_source
    choices = [(name, kind.title[language()]) for name, kind in known.items()]
    return choose_one(spoken(messages.WHAT_DO_YOU_HAVE), "--kind", choices, silent=silent, default="")


def _kind_by_source(source: str) -> str:
    """Return the kind that a source tells by itself: a folder, a web address, a database, a file by its ending."""
    scheme, colon, _ = source.partition("://")
    if colon:
        return _KIND_BY_SCHEME.get(scheme.lower(), "sql")
    path = Path(source)
    with writing(path):
        if source and path.is_dir():
            return "folder"
        ending = path.suffix.removeprefix(".").lower()
        if ending in _ENDINGS and not (path.is_file() and _is_disguised(path, ending)):
            return ending
        return "files" if path.is_file() else ""


def _is_disguised(path: Path, ending: str) -> bool:
    """Say whether a file is text in spite of a workbook's ending, or something else in spite of a text's."""
    from creditbus.connectors.files.blob import blob_of
    from creditbus.connectors.files.disguise import TEXTS, Content, content_of

    content = content_of(blob_of(path))
    if ending in _OF_WORKBOOKS:
        return content is Content.TEXT
    as_xml = (Content.PAGE, Content.SPREADSHEET_XML) if ending == "xml" else ()
    return content not in {*TEXTS, Content.EMPTY, *as_xml}


def _settings(kind: Kind, source: str, given: Sequence[str], folder: Path, *, silent: bool) -> dict[str, Any]:
    """Collect the settings that the kind cannot do without; the first of them is the source."""
    schema = kind.settings.model_json_schema()
    required: list[str] = schema.get("required", [])
    raw = given_settings(schema, given)
    for place, key in enumerate(name for name in required if name not in raw):
        described: Mapping[str, Any] = schema["properties"][key]
        if place or not source:
            question = f"{key} ({described['description']})" if "description" in described else key
            option = "--source" if not place else f"--set {key}=..."
            value = ask(question, option, silent=silent)
        else:
            value = source
        if _is_path(described) and not Path(value).is_absolute():
            value = os.path.relpath(value, folder)
        raw[key] = value
    return raw


def _is_path(described: Mapping[str, Any]) -> bool:
    return described.get("format") in {"path", "file-path", "directory-path"}


def _validated(kind: Kind, raw: Mapping[str, Any], folder: Path) -> Any:
    from pydantic import ValidationError

    from creditbus.connectors.setup.faults import said_of

    # `connectors.d/../file` cannot be opened before there is a connectors.d
    properties = kind.settings.model_json_schema()["properties"]
    at_hand = {
        key: os.path.normpath(folder.absolute() / value) if _is_path(properties.get(key, {})) else value
        for key, value in raw.items()
    }
    try:
        return kind.settings.model_validate(at_hand, context={"folder": folder})
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, ("settings", *first["loc"])))
        raise ConfigurationError(place, said_of(first), messages.SEE_SPEC(name=kind.name)) from errors


def _best(found: Sequence[Guess], template: str, *, silent: bool) -> Guess | None:
    """Return the template to take, asked for where several are plausible; None where none fits well."""
    usable = [guess for guess in found if guess.entitled]
    if template:
        named = next((guess for guess in usable if guess.template == template), None)
        if named is None:
            fix = messages.FITTING(template=", ".join(guess.template for guess in usable) or messages.NONE_FIT())
            raise ConfigurationError("--template", messages.DOES_NOT_FIT(template=template), fix)
        return named
    if not usable or not _fits(usable[0]):
        if usable:
            ERRORS.print(spoken(messages.NOT_SURE, guess_line=guess_line(usable[0])), markup=False)
            ERRORS.print(spoken(messages.MAKE_SURE, template=usable[0].template), markup=False)
        return None
    plausible = [guess for guess in usable if _fits(guess) and guess.likelihood >= usable[0].likelihood * _PLAUSIBLE]
    if silent or len(plausible) <= 1:
        return usable[0]
    choices = [(guess.template, guess_line(guess)) for guess in plausible]
    picked = choose_one(spoken(messages.WHICH_TEMPLATE), "--template", choices, silent=False, default=choices[0][0])
    return next(guess for guess in usable if guess.template == picked)


def _fits(guess: Guess) -> bool:
    """Tell whether a guess can be taken without a person who looks at it."""
    return not guess.missing and guess.score >= _WEAK


def _configuration(
    name: str, department: str, kind: Kind, raw: Mapping[str, Any], item: str, mapping: str
) -> dict[str, Any]:
    from creditbus.connectors.contract import tells

    return {
        "id": name,
        "department": department,
        "item": item,
        "kind": kind.name,
        "settings": dict(raw),
        "mapping": mapping,
        "tells": tells(kind),
    }


def _write(folder: Path, configuration: Mapping[str, Any], *, force: bool, beside: Path | None = None) -> Path:
    """Write and load the configuration; where it cannot be loaded, take away what was written for it, a mapping too."""
    from creditbus.connectors.setup.configuration import load_connector

    path = folder / f"{configuration['id']}.yaml"
    text = yaml.safe_dump(dict(configuration), allow_unicode=True, sort_keys=False)
    written = [] if beside is None else [beside]
    try:
        with writing(path):
            if path.exists() and not force:
                raise ConfigurationError(str(path), messages.EXISTS(), messages.ANOTHER_ID())
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text.rstrip()}  # {_tells_comment()}\n", encoding="utf-8")
        written.append(path)
        load_connector(path)
    except UserError:
        for one in written:
            one.unlink()
        raise
    return path


def _tells_comment() -> str:
    """Say what the last line of a configuration means."""
    return spoken(messages.TELLS_COMMENT)


def _guess_facts(guess: Guess) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(guess)
