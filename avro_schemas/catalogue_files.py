"""Reads the files of the package: one folder a catalogue item."""

import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import yaml

__all__ = ["RawItem", "raw_catalogue", "read_schema"]

_VERSION = re.compile(r"v([0-9]+)\.avsc")


class RawItem(NamedTuple):
    """A catalogue item as its files say it: latest content schema and catalogue entry, not yet checked."""

    schema: dict[str, Any]
    entry: dict[str, Any]


@cache
def raw_catalogue() -> dict[str, RawItem]:
    """Read all items of the package, by item id. The result is shared: do not change it."""
    folders = (folder for folder in files(__package__).iterdir() if folder.joinpath("item.yaml").is_file())
    return {folder.name: _read_item(folder) for folder in sorted(folders, key=lambda folder: folder.name)}


def read_schema(name: str) -> Any:
    """Read a schema file of the package's root."""
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _read_item(folder: Traversable) -> RawItem:
    entry = yaml.safe_load(folder.joinpath("item.yaml").read_text(encoding="utf-8"))
    return RawItem(json.loads(_latest(folder).read_text(encoding="utf-8")), entry)


def _latest(folder: Traversable) -> Traversable:
    versions = {int(match[1]): file for file in folder.iterdir() if (match := _VERSION.fullmatch(file.name))}
    return versions[max(versions)]
