"""Whether every folder of a catalogue is complete and right: entry, schemas, mapping, story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from creditbus.avro_schemas.catalogue_files import item_folders, versions
from creditbus.avro_schemas.composition import compose
from creditbus.connectors.errors import MappingError, SourceError
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, parse_document, validated
from creditbus.services.cli.messages import catalogue as messages
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Item
from creditbus.services.domain.entitlement import carries
from creditbus.topics.compatibility import backward_problems
from creditbus.topics.declarations import declarations
from creditbus.topics.text import Text
from creditbus.topics.yaml_text import YamlError, load_yaml

__all__ = ["LintViolation", "lint"]

_TEXT = ["null", "string"]


class LintViolation(NamedTuple):
    """One thing that is wrong, and where."""

    item: str
    file: str
    message: str
    line: int = 0
    """From 1; 0 where no line can be named."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    @property
    def place(self) -> str:
        """The item, its file and the line."""
        return f"{self.item}/{self.file}:{self.line}" if self.line else f"{self.item}/{self.file}"


def lint(root: Traversable, templates: Traversable, scenarios: Path | None) -> list[LintViolation]:
    """Check every item of a catalogue folder.

    Args:
        root: folder of the items' folders.
        templates: folder of the mappings.
        scenarios: folder of the stories; None: they are not looked for.

    """
    mappings = list(_mappings(templates))
    stories = None if scenarios is None else set(_items_of(scenarios))
    return [fault for folder in item_folders(root) for fault in _item(folder, mappings, stories)]


def _item(folder: Traversable, mappings: list[Document], stories: set[str] | None) -> Iterator[LintViolation]:
    schemas, faults = _schemas(folder)
    yield from faults
    if not folder.joinpath("item.yaml").is_file():
        yield LintViolation(folder.name, "item.yaml", messages.ENTRY_MISSING())
    elif schemas:
        latest = max(schemas)
        try:
            entry = load_yaml(folder.joinpath("item.yaml"))
            raw = {folder.name: (schemas[latest], entry.value)}
            (item,) = Catalogue.parse(raw, {folder.name: entry.lines})
        except YamlError as error:
            key = ".".join(map(str, error.path))
            problem = messages.AT_KEY(key=key, fix=error.problem) if key else error.problem
            yield LintViolation(folder.name, "item.yaml", problem, error.line)
        except CatalogueError as error:
            file = f"v{latest}.avsc" if error.file == "schema" else error.file
            fix = Text(error.fix, error.fix_zh)
            yield LintViolation(folder.name, file, messages.AT_KEY(key=error.key, fix=fix), error.line)
        else:
            yield from _entitled(item)
            yield from _authority(item)
            yield from _mapped(item, mappings)
    if stories is not None and folder.name not in stories:
        yield LintViolation(folder.name, "item.yaml", messages.NO_SCENARIO())


def _schemas(folder: Traversable) -> tuple[dict[int, Any], list[LintViolation]]:
    found: dict[int, Any] = {}
    faults: list[LintViolation] = []
    for number, file in versions(folder).items():
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
            problems = list(_fields(schema)) or backward_problems(compose(schema), [])
            found[number] = schema
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems = [messages.NOT_A_SCHEMA(kind=type(error).__name__, error=error)]
        faults += [LintViolation(folder.name, file.name, problem) for problem in problems]
        if problems:
            found.pop(number, None)
    if not versions(folder):
        faults.append(LintViolation(folder.name, "v1.avsc", messages.SCHEMA_MISSING()))
    elif found and not faults:
        *earlier, latest = map(compose, found.values())
        problems = backward_problems(latest, earlier)
        faults += [
            LintViolation(folder.name, f"v{max(found)}.avsc", messages.DOES_NOT_READ(problem=problem))
            for problem in problems
        ]
    return found, faults


def _fields(schema: Any) -> Iterator[str]:
    for field in schema["fields"]:
        if field["type"] != _TEXT:
            yield messages.WRITE_THE_TYPE(field=field["name"], type=json.dumps(_TEXT))
        if field.get("default", "") is not None:
            yield messages.WRITE_NULL(field=field["name"])


def _entitled(item: Item) -> Iterator[LintViolation]:
    departments = declarations().departments
    for department in sorted(item.entitled - departments.keys()):
        yield LintViolation(item.id, "item.yaml", messages.NOT_IN_DEPARTMENTS(department=department))
    for role in sorted(item.entitled_roles):
        if not any(carries(department, role, item.id) for department in departments.values()):
            yield LintViolation(item.id, "item.yaml", messages.NOBODY_CARRIES(role=role))


def _authority(item: Item) -> Iterator[LintViolation]:
    named = [code for code in item.fields if f"{{{code}}}" in item.natural_key.authority_code]
    if named and not item.authority_field:
        yield LintViolation(item.id, "item.yaml", messages.NOT_A_CREDIT_CODE(field=named[0]))


def _mapped(item: Item, mappings: list[Document]) -> Iterator[LintViolation]:
    mine = [document for document in mappings if document.value.get("item") == item.id]
    if not mine:
        yield LintViolation(item.id, "item.yaml", messages.NO_MAPPING())
    for document in mine:
        try:
            resolve(validated(MappingModel, document), document, item, Path())
        except (MappingError, SourceError) as error:
            yield LintViolation(item.id, "item.yaml", messages.MAPPING(error=error.text()))


def _mappings(templates: Traversable) -> Iterator[Document]:
    for entry in sorted(templates.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield parse_document(Path(entry.name), entry.read_text(encoding="utf-8"))


def _items_of(scenarios: Path) -> Iterator[str]:
    for file in scenarios.glob("*.yaml"):
        story = yaml.safe_load(file.read_text(encoding="utf-8"))
        yield from (event["item"] for event in story["events"] if "item" in event)
