"""Whether every folder of a catalogue is complete and right: entry, schemas, mapping, story."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import yaml

from creditbus.avro_schemas.catalogue_files import item_folders
from creditbus.connectors.errors import MappingError, SourceError
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, parse_document, validated
from creditbus.services.cli.catalogue.checked_item import checked_item
from creditbus.services.cli.messages import catalogue as messages
from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.entitlement import carries
from creditbus.topics.declarations import declarations

__all__ = ["LintViolation", "lint"]

_ENTRY = "item.yaml"


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
        templates: folder of the mappings and their lookup tables.
        scenarios: folder of the stories; None: they are not looked for.

    """
    mappings = list(_mappings(templates))
    stories = None if scenarios is None else set(_items_of(scenarios))
    return [fault for folder in item_folders(root) for fault in _item(folder, mappings, templates, stories)]


def _item(
    folder: Traversable, mappings: list[Document], templates: Traversable, stories: set[str] | None
) -> Iterator[LintViolation]:
    checked = checked_item(folder)
    for fault in checked.faults:
        message = messages.AT_KEY(key=fault.key, fix=fault.problem) if fault.key else fault.problem
        yield LintViolation(folder.name, fault.file, message, fault.line)
    if checked.item is not None:
        yield from _entitled(checked.item)
        yield from _authority(checked.item)
        yield from _mapped(checked.item, mappings, templates)
    if stories is not None and folder.name not in stories:
        yield LintViolation(folder.name, _ENTRY, messages.NO_SCENARIO())


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


def _mapped(item: Item, mappings: list[Document], tables: Traversable) -> Iterator[LintViolation]:
    mine = [document for document in mappings if document.value.get("item") == item.id]
    if not mine:
        yield LintViolation(item.id, "item.yaml", messages.NO_MAPPING())
    for document in mine:
        try:
            resolve(validated(MappingModel, document), document, item, tables)
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
