"""Reads the files of the catalogue, of the package or of a city: one folder for each item."""

import json
import re
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import yaml

__all__ = [
    "RawItem",
    "item_folders",
    "per_catalogue",
    "raw_catalogue",
    "read_item",
    "read_schema",
    "use_catalogue",
    "versions",
]

_P = ParamSpec("_P")
_T = TypeVar("_T")

_VERSION = re.compile(r"v([0-9]+)\.avsc")
_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's where PyYAML has it, ten times as fast: every command that needs the catalogue waits for it."""


class RawItem(NamedTuple):
    """A catalogue item as its files say it: latest content schema and catalogue entry, not yet checked."""

    schema: dict[str, Any]
    entry: dict[str, Any]


_chosen: list[Traversable] = []


def use_catalogue(root: Traversable) -> None:
    """Choose the folder of items that `raw_catalogue` reads in this process (topics/city/current.py)."""
    _chosen[:] = [root]


def raw_catalogue(root: Traversable | None = None) -> dict[str, RawItem]:
    """Read all items of a folder, by item id. The result is shared: do not change it.

    Args:
        root: holds a folder for each item; None: the one that was chosen, and of this package when none was.

    """
    return _items_of(root or _root())


def _root() -> Traversable:
    return _chosen[-1] if _chosen else _shipped()


@cache
def _shipped() -> Traversable:
    """Return the folder of this package: it is asked for with every remembered result."""
    return files(__package__)


def per_catalogue(make: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function that works on the chosen catalogue remember its results as long as that is chosen."""
    kept: Any = lru_cache(maxsize=256)(lambda _, *args, **named: make(*args, **named))

    @wraps(make)
    def made(*args: _P.args, **named: _P.kwargs) -> _T:
        result: _T = kept(_root(), *args, **named)
        return result

    return made


def _read_items(root: Traversable) -> dict[str, RawItem]:
    return {folder.name: read_item(folder) for folder in item_folders(root)}


#: Of folders on a disk and in memory alike: all of them can be hashed, which their protocol does not say.
_items_of: Callable[[Traversable], dict[str, RawItem]] = lru_cache(maxsize=4)(_read_items)  # type: ignore[assignment]


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


def read_item(folder: Traversable) -> RawItem:
    """Read the item of a folder that holds one. The result is shared: do not change it."""
    *_, latest = versions(folder).values()
    return _parse_item(folder.joinpath("item.yaml").read_text(encoding="utf-8"), latest.read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)
def _parse_item(entry: str, schema: str) -> RawItem:
    """Parse an item; most of a city's are the package's own, and those of one version what the one before had."""
    return RawItem(json.loads(schema), yaml.load(entry, _Loader))  # noqa: S506 # it is a safe one
