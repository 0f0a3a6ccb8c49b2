"""Reads the files of the package: one folder a catalogue item."""

import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import yaml

__all__ = ["RawItem", "item_folders", "raw_catalogue", "read_schema", "versions"]

_VERSION = re.compile(r"v([0-9]+)\.avsc")
_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's where PyYAML has it, ten times as fast: every command that needs the catalogue waits for it."""


class RawItem(NamedTuple):
    """A catalogue item as its files say it: latest content schema and catalogue entry, not yet checked."""

    schema: dict[str, Any]
    entry: dict[str, Any]


@cache
def raw_catalogue() -> dict[str, RawItem]:
    """Read all items of the package, by item id. The result is shared: do not change it."""
    return {folder.name: _read_item(folder) for folder in item_folders(files(__package__))}


def item_folders(root: Traversable) -> list[Traversable]:
    """Give the folders of items, by name: those that hold an entry or a schema."""
    folders = (folder for folder in root.iterdir() if folder.is_dir())
    holding = (folder for folder in folders if folder.joinpath("item.yaml").is_file() or versions(folder))
    return sorted(holding, key=lambda folder: folder.name)


def versions(folder: Traversable) -> dict[int, Traversable]:
    """Give the content schemas of an item by version, the oldest first."""
    found = {int(match[1]): file for file in folder.iterdir() if (match := _VERSION.fullmatch(file.name))}
    return dict(sorted(found.items()))


def read_schema(name: str) -> Any:
    """Read a schema file of the package's root."""
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _read_item(folder: Traversable) -> RawItem:
    entry = yaml.load(folder.joinpath("item.yaml").read_text(encoding="utf-8"), _Loader)  # noqa: S506 # it is a safe one
    *_, latest = versions(folder).values()
    return RawItem(json.loads(latest.read_text(encoding="utf-8")), entry)
