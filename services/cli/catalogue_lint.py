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
from creditbus.connectors.documents import parse_document, validated
from creditbus.connectors.errors import MappingError, SourceError
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Item
from creditbus.topics.compatibility import backward_problems
from creditbus.topics.declarations import declarations

__all__ = ["Fault", "lint"]

_TEXT = ["null", "string"]


class Fault(NamedTuple):
    """One thing that is wrong, and where."""

    item: str
    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.item}/{self.file}: {self.message}"


def lint(root: Traversable, templates: Traversable, scenarios: Path | None) -> list[Fault]:
    """Check every item of a catalogue folder.

    Args:
        root: folder of the items' folders.
        templates: folder of the mappings.
        scenarios: folder of the stories; None: they are not looked for.

    """
    mappings = list(_mappings(templates))
    told = None if scenarios is None else set(_told(scenarios))
    return [fault for folder in item_folders(root) for fault in _item(folder, mappings, told)]


def _item(folder: Traversable, mappings: list[tuple[str, str, str]], told: set[str] | None) -> Iterator[Fault]:
    schemas, faults = _schemas(folder)
    yield from faults
    if not folder.joinpath("item.yaml").is_file():
        yield Fault(folder.name, "item.yaml", "missing; add the entry")
    elif schemas:
        latest = max(schemas)
        try:
            entry = yaml.safe_load(folder.joinpath("item.yaml").read_text(encoding="utf-8"))
            (item,) = Catalogue.parse({folder.name: (schemas[latest], entry)})
        except yaml.YAMLError as error:
            yield Fault(folder.name, "item.yaml", f"not YAML: {' '.join(str(error).split())}")
        except CatalogueError as error:
            file = f"v{latest}.avsc" if error.file == "schema" else error.file
            yield Fault(folder.name, file, f"{error.key}: {error.fix}")
        else:
            yield from _entitled(item)
            yield from _mapped(item, mappings)
    if told is not None and folder.name not in told:
        yield Fault(folder.name, "item.yaml", "no scenario tells of this item; add one")


def _schemas(folder: Traversable) -> tuple[dict[int, Any], list[Fault]]:
    found: dict[int, Any] = {}
    faults: list[Fault] = []
    for number, file in versions(folder).items():
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
            problems = list(_fields(schema)) or backward_problems(compose(schema), [])
            found[number] = schema
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems = [f"not a record schema: {type(error).__name__}: {error}"]
        faults += [Fault(folder.name, file.name, problem) for problem in problems]
        if problems:
            found.pop(number, None)
    if not versions(folder):
        faults.append(Fault(folder.name, "v1.avsc", "missing; add the content schema"))
    elif found and not faults:
        *earlier, latest = map(compose, found.values())
        problems = backward_problems(latest, earlier)
        faults += [Fault(folder.name, f"v{max(found)}.avsc", f"does not read {problem}") for problem in problems]
    return found, faults


def _fields(schema: Any) -> Iterator[str]:
    for field in schema["fields"]:
        if field["type"] != _TEXT:
            yield f"{field['name']}: write the type {json.dumps(_TEXT)}: content is text in lexical form"
        if field.get("default", "") is not None:
            yield f"{field['name']}: write the default null, so that the field may be added and left out"


def _entitled(item: Item) -> Iterator[Fault]:
    for department in sorted(item.entitled - declarations().departments.keys()):
        yield Fault(item.id, "item.yaml", f"entitled: {department!r} is not declared in topics/departments")


def _mapped(item: Item, mappings: list[tuple[str, str, str]]) -> Iterator[Fault]:
    mine = [(name, text) for name, item_id, text in mappings if item_id == item.id]
    if not mine:
        yield Fault(item.id, "item.yaml", "no mapping in connectors/templates is for this item; add one")
    for name, text in mine:
        document = parse_document(Path(name), text)
        try:
            resolve(validated(MappingModel, document), document, item, Path())
        except (MappingError, SourceError) as error:
            yield Fault(item.id, "item.yaml", f"mapping: {error}")


def _mappings(templates: Traversable) -> Iterator[tuple[str, str, str]]:
    for entry in sorted(templates.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            text = entry.read_text(encoding="utf-8")
            yield entry.name, str(yaml.safe_load(text).get("item")), text


def _told(scenarios: Path) -> Iterator[str]:
    for file in scenarios.glob("*.yaml"):
        story = yaml.safe_load(file.read_text(encoding="utf-8"))
        yield from (event["item"] for event in story["events"] if "item" in event)
