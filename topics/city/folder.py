"""Reads the folder of a city from a disk.

`catalogue/` holds what differs from the product's catalogue: a folder for each item of the city's own, as the product's
are (`item.yaml`, `v1.avsc`), and `<item>.yaml` for each item of the product that the city carries otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

from creditbus.avro_schemas.catalogue_files import item_folders
from creditbus.topics import messages
from creditbus.topics.city.current import City
from creditbus.topics.city.overlay import laid_over
from creditbus.topics.city.settings import CITY_FILE, CitySettings, read_settings
from creditbus.topics.city.texts import KeptText, folder_of, kept_text, texts_of
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import suggestion
from creditbus.topics.yaml_text import YamlError, load_yaml

__all__ = ["CATALOGUE", "ITEM_FILE", "ITEM_SUFFIXES", "ROOT_FOLDERS", "read_city"]

CATALOGUE: Final = "catalogue"
ITEM_FILE: Final = "item.yaml"
#: What a city's folder holds next to `city.yaml` and its catalogue, and how the names of the city's files there end.
ROOT_FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "departments": (".yaml",),
    "subscribers": (".yaml",),
    "working_days": (".yaml",),
    "mappings": (".yaml", ".csv"),  # with the tables that the mappings look values up in
}
#: The same of the folder of an item.
ITEM_SUFFIXES: Final = (".yaml", ".avsc")


def read_city(folder: Path) -> City:
    """Read a city's folder whole, so that it stays as it is while a command works with it.

    Raises:
        ConfigurationError: there is none, `city.yaml` is wrong, or an overlay is, or names no item, or a file is not
            UTF-8.

    """
    if not (folder / CITY_FILE).is_file():
        raise ConfigurationError(str(folder), messages.NO_CITY_FILE(file=CITY_FILE), messages.INIT_A_CITY())
    settings = read_settings(folder / CITY_FILE)
    own = {CITY_FILE: kept_text(folder / CITY_FILE)}
    for name, suffixes in ROOT_FOLDERS.items():
        own |= {f"{name}/{path}": kept for path, kept in texts_of(folder / name, suffixes).items()}
    catalogue = dict(_catalogue(folder / CATALOGUE, settings, folder / CITY_FILE))
    return City(folder_of(own, str(folder)), folder_of(catalogue, str(folder / CATALOGUE)), str(folder))


def _catalogue(folder: Path, settings: CitySettings, city_file: Path) -> Iterator[tuple[str, KeptText]]:
    """Give the files of all items that the city carries: its own, and the product's with the overlays over them."""
    shipped = {item.name: item for item in item_folders(files("creditbus.avro_schemas"))}
    carried = _carried(shipped, settings, city_file)
    own = {item.name: item for item in item_folders(folder)} if folder.is_dir() else {}
    overlays = {path.stem: path for path in sorted(folder.glob("*.yaml"))} if folder.is_dir() else {}
    for item, path in overlays.items():
        if item in own or item not in carried:
            fix = messages.OVERLAY_BELONGS(item=item) if item in own else suggestion(item, list(carried))
            raise ConfigurationError(str(path), messages.OVERLAY_OF_NONE(item=item), fix)
    for item, files_of in {**carried, **own}.items():
        texts = texts_of(files_of, ITEM_SUFFIXES)
        if item in overlays:
            texts[ITEM_FILE] = _with_overlay(texts[ITEM_FILE], overlays[item])
        yield from ((f"{item}/{path}", kept) for path, kept in texts.items())


def _carried(shipped: Mapping[str, Traversable], settings: CitySettings, city_file: Path) -> dict[str, Traversable]:
    if settings.shipped_items is None:
        return dict(shipped)
    for item in settings.shipped_items:
        if item not in shipped:
            raise ConfigurationError(
                f"{city_file}: shipped_items", messages.NO_SHIPPED_ITEM(item=item), suggestion(item, list(shipped))
            )
    return {item: shipped[item] for item in settings.shipped_items}


def _with_overlay(entry: KeptText, path: Path) -> KeptText:
    try:
        overlay: dict[str, Any] = load_yaml(path).value
    except YamlError as error:
        place = f"{path}:{error.line}" if error.line else str(path)
        raise ConfigurationError(place, error.problem, error.fix) from error
    merged = laid_over(yaml.safe_load(entry.text), overlay)
    return KeptText(yaml.safe_dump(merged, allow_unicode=True, sort_keys=False), str(path))
