"""Of which city a command works: `--city FOLDER`, else CREDITBUS_CITY, else the example that comes with the product."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.services.cli.city.fault import CityFault
    from creditbus.topics.city import City

__all__ = ["CITY_OPTION", "CITY_VARIABLE", "choose_city", "chosen_folder", "read_chosen_city"]

CITY_OPTION: Final = "--city"
CITY_VARIABLE: Final = "CREDITBUS_CITY"

#: Commands that work without the city's files, because they write or check them, or bring rows of the example city.
_WITHOUT: Final = frozenset({"city", "init", "department", "subscriber", "item", "demo"})


def choose_city(folder: str | None) -> None:
    """Choose a folder for this process and for those that it starts; None: leave it to CREDITBUS_CITY.

    The path is kept absolute, since a process of ours may work in another folder.
    """
    if folder is not None:
        os.environ[CITY_VARIABLE] = str(Path(folder).expanduser().absolute())


def chosen_folder() -> Path | None:
    """Return the chosen folder; None: the example."""
    given = os.environ.get(CITY_VARIABLE, "")
    return Path(given).expanduser().absolute() if given else None


def read_chosen_city(arguments: Sequence[str]) -> None:
    """Read the chosen city for a command, so that all that is declared comes from it.

    Args:
        arguments: the command and what follows it. For a help page nothing is read.

    Raises:
        ConfigurationError: there is no such city, its folder cannot be read, or what it says of an item is wrong.

    """
    folder = chosen_folder()
    command = next((word for word in arguments if not word.startswith("-")), "")
    if folder is None or not command or command in _WITHOUT or "--help" in arguments:
        return
    from creditbus.topics.city import read_city, use_city

    city = read_city(folder)
    _refuse_wrong_items(folder, city)
    use_city(city)


def _refuse_wrong_items(folder: Path, city: City) -> None:
    """Check what the city says of items: of the product's own it is known that they are right."""
    from creditbus.services.cli.city.carried import carried_items, has_own
    from creditbus.topics.city import city_settings

    found: list[CityFault] = []
    if has_own(folder):
        carried_items(folder, city_settings(city), None, found)
    if found:
        raise ConfigurationError(found[0].where, found[0].problem, found[0].fix)
