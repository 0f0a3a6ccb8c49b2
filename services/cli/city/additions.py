"""Files to start from: a department, a subscriber with a narrow grant, an item of the city's own."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from creditbus.avro_schemas.catalogue_files import item_folders, raw_catalogue
from creditbus.services.cli.city.rendered import plain, rendered, schema_text
from creditbus.services.cli.city.start import Granted, department_text, subscriber_text
from creditbus.services.cli.city.written import write_new
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import city as messages
from creditbus.services.domain.invisible import visible
from creditbus.topics.city import City, city_settings
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.parties import LONGEST_ID

__all__ = ["add_department", "add_item", "add_subscriber"]

_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def add_department(folder: Path, id_: str, zh: str, en: str) -> list[Path]:
    """Write a department into a city's folder, and return what was written.

    Raises:
        ConfigurationError: it is there already, or the id is wrong.

    """
    _check(id_)
    return _written({folder / "departments" / f"{id_}.yaml": department_text(id_, zh or id_, en or id_)})


def add_subscriber(folder: Path, city: City, id_: str, zh: str, en: str, kind: str) -> list[Path]:
    """Write a subscriber with a grant of public fields of one item, for one district; errors as of `add_department`."""
    _check(id_)
    item, raw = next(iter(raw_catalogue(city.catalogue).items()))
    granted = Granted(item, raw.schema["fields"][0]["name"], city_settings(city).districts[0].code)
    text = subscriber_text(id_, zh or id_, en or id_, kind, granted)
    return _written({folder / "subscribers" / f"{id_}.yaml": text})


def add_item(folder: Path, city: City, id_: str, zh: str, en: str) -> list[Path]:
    """Write an item with its schema and a mapping, published by the city's first department.

    Raises:
        ConfigurationError: it is there already, the product has it, or the id is wrong.

    """
    _check(id_)
    if id_ in {one.name for one in item_folders(files("creditbus.avro_schemas"))}:
        raise ConfigurationError(id_, messages.SHIPPED_ITEM(), messages.WRITE_AN_OVERLAY(item=id_))
    title = {"zh": plain(zh or spoken(messages.NEW_ITEM)), "en": plain(en or str(messages.NEW_ITEM()))}
    departments = declarations(city.root).departments.values()
    # one that speaks for nobody could not publish a row of it
    publisher = next((one for one in departments if one.authorities != frozenset()), next(iter(departments)))
    values = {**title, "id": id_, "department": publisher.id}
    own = folder / "catalogue" / id_
    of_item, of_mapping = messages.OF_ITEM(item=id_), messages.OF_MAPPING(item=id_)
    return _written(
        {
            own / "item.yaml": rendered("item", spoken(of_item), values),
            own / "v1.avsc": schema_text(id_),
            folder / "mappings" / f"{id_}.yaml": rendered("mapping", spoken(of_mapping), values),
        }
    )


def _check(id_: str) -> None:
    if not _ID.fullmatch(id_) or len(id_) > LONGEST_ID:
        problem = messages.NOT_AN_ID(id=visible(id_, LONGEST_ID), longest=LONGEST_ID)
        raise ConfigurationError("ID", problem, messages.ID_EXAMPLE())


def _written(texts: dict[Path, str]) -> list[Path]:
    write_new(texts)
    return list(texts)
