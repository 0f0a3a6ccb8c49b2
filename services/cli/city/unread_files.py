"""Files in a city's folder that nobody reads, because of their names or of the folder that they lie in."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from creditbus.avro_schemas.catalogue_files import item_folders, versions
from creditbus.services.cli.city.fault import CityFault
from creditbus.services.cli.messages import city as messages
from creditbus.topics.city.folder import CATALOGUE, ITEM_FILE, ROOT_FOLDERS
from creditbus.topics.suggestion import suggestion

__all__ = ["BACKUPS", "unread_files"]

#: What editors and systems leave, which git is to pass over, too.
BACKUPS: Final = ("*~", "*.swp", "*.bak", ".DS_Store")
#: What may lie there though nobody reads it: these, notes, and what systems hide.
_PASSED_OVER: Final = (*BACKUPS, "*.md", ".*", "~$*", "thumbs.db", "desktop.ini")
_YAML: Final = ".yaml"
#: From here on a folder's name is a slip of the pen: departements, catalog, working-days; not deployments.
_ALIKE: Final = 0.85


def unread_files(folder: Path) -> Iterator[CityFault]:
    """Name what may have been meant to be read, and is not: its content would be missing without a word."""
    yield from _misnamed_folders(folder)
    for name, suffixes in ROOT_FOLDERS.items():
        tables = tuple(suffix for suffix in suffixes if suffix != _YAML)
        fix = messages.NAME_YAML_OR_TABLE() if tables else messages.NAME_YAML()
        for path in _entries(folder / name):
            if path.is_dir():
                yield from _below(path, tables, messages.MOVE_UP(folder=name))
            elif not path.name.endswith(suffixes):
                yield _unread(path, fix)
    yield from _of_catalogue(folder / CATALOGUE)


def _misnamed_folders(folder: Path) -> Iterator[CityFault]:
    known = (*ROOT_FOLDERS, CATALOGUE)
    for path in _entries(folder):
        near = difflib.get_close_matches(path.name.casefold(), known, n=1, cutoff=_ALIKE)
        if path.is_dir() and near and path.name not in known:
            yield _unread(path, suggestion(near[0], known))


def _of_catalogue(catalogue: Path) -> Iterator[CityFault]:
    items = {one.name for one in item_folders(catalogue)} if catalogue.is_dir() else set()
    for path in _entries(catalogue):
        if path.name in items:
            read = {ITEM_FILE, *(file.name for file in versions(path).values())}
            for inside in _entries(path):
                if inside.is_dir():
                    yield from _below(inside, (), messages.NAME_ITEM_FILES())
                elif inside.name not in read:
                    yield _unread(inside, messages.NAME_ITEM_FILES())
        elif path.is_dir():
            yield from _below(path, (), messages.NAME_ITEM_FILES())
        elif not path.name.endswith(_YAML):
            yield _unread(path, messages.NAME_YAML())


def _below(folder: Path, read: Collection[str], fix: str) -> Iterator[CityFault]:
    """Name a folder once, if anything lies in it at any depth that nobody reads."""
    files = (file for file in folder.rglob("*") if not file.is_dir())
    if any(not file.name.endswith(tuple(read)) and not _passed_over(file) for file in files):
        yield _unread(folder, fix)


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not _passed_over(path)) if folder.is_dir() else []


def _passed_over(path: Path) -> bool:
    """Tell whether nobody expects a file or folder to be read."""
    name = path.name.casefold()
    return any(fnmatch(name, pattern.casefold()) for pattern in _PASSED_OVER)


def _unread(path: Path, fix: str) -> CityFault:
    return CityFault(str(path), 0, "", messages.NOT_READ(), fix)
