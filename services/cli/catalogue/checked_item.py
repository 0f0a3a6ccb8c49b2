"""Whether the files of a catalogue item are right by themselves: entry and schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from creditbus.avro_schemas.catalogue_files import RawItem, versions
from creditbus.avro_schemas.composition import compose
from creditbus.services.cli.catalogue.entry_faults import read_entry
from creditbus.services.cli.messages import catalogue as messages
from creditbus.services.domain.catalogue import Item
from creditbus.topics.compatibility import backward_problems
from creditbus.topics.text import Text
from creditbus.topics.yaml_text import Located, YamlError, load_yaml

__all__ = ["CheckedItem", "ItemFault", "checked_item"]

_TEXT = ["null", "string"]
_ENTRY = "item.yaml"


class ItemFault(NamedTuple):
    """One thing that is wrong with the files of an item by themselves."""

    file: str
    line: int
    """From 1; 0 where no line can be named."""
    key: str
    """Empty: the file as a whole."""
    problem: str


class CheckedItem(NamedTuple):
    """The files of an item as far as they are right.

    Attributes:
        schema: the latest one; None: there is none that is right.
        entry: `item.yaml`; None: it is missing, or not YAML.
        item: what both mean; None: something is wrong with them.
        faults: what is wrong.

    """

    schema: Any
    entry: Located | None
    item: Item | None
    faults: list[ItemFault]


def checked_item(folder: Traversable) -> CheckedItem:
    """Read and check the folder of an item by itself; nothing is compared with departments or mappings."""
    schemas, faults = _schemas(folder)
    schema = schemas[max(schemas)] if schemas else None
    if not folder.joinpath(_ENTRY).is_file():
        return CheckedItem(schema, None, None, [*faults, ItemFault(_ENTRY, 0, "", messages.ENTRY_MISSING())])
    try:
        entry = load_yaml(folder.joinpath(_ENTRY))
    except YamlError as error:
        not_yaml = ItemFault(_ENTRY, error.line, ".".join(map(str, error.path)), error.problem)
        return CheckedItem(schema, None, None, [*faults, not_yaml])
    if schema is None:
        return CheckedItem(None, entry, None, faults)
    item, errors = read_entry(folder.name, RawItem(schema, entry.value), entry.lines)
    for wrong in errors:
        file = f"v{max(schemas)}.avsc" if wrong.file == "schema" else wrong.file
        faults.append(ItemFault(file, wrong.line, wrong.key, Text(wrong.fix, wrong.fix_zh)))
    return CheckedItem(schema, entry, item, faults)


def _schemas(folder: Traversable) -> tuple[dict[int, Any], list[ItemFault]]:
    found: dict[int, Any] = {}
    faults: list[ItemFault] = []
    for number, file in versions(folder).items():
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
            problems = list(_fields(schema)) or backward_problems(compose(schema), [])
            found[number] = schema
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems = [messages.NOT_A_SCHEMA(kind=type(error).__name__, error=error)]
        faults += [ItemFault(file.name, 0, "", problem) for problem in problems]
        if problems:
            found.pop(number, None)
    if not versions(folder):
        faults.append(ItemFault("v1.avsc", 0, "", messages.SCHEMA_MISSING()))
    elif found and not faults:
        *earlier, latest = map(compose, found.values())
        problems = backward_problems(latest, earlier)
        faults += [
            ItemFault(f"v{max(found)}.avsc", 0, "", messages.DOES_NOT_READ(problem=problem)) for problem in problems
        ]
    return found, faults


def _fields(schema: Any) -> Iterator[str]:
    for field in schema["fields"]:
        if field["type"] != _TEXT:
            yield messages.WRITE_THE_TYPE(field=field["name"], type=json.dumps(_TEXT))
        if field.get("default", "") is not None:
            yield messages.WRITE_NULL(field=field["name"])
