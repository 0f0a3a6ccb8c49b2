"""The city whose bus this process works for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from creditbus.avro_schemas.catalogue_files import use_catalogue

__all__ = ["City", "current_city", "example_city", "use_city"]


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """The files of a city.

    Attributes:
        root: holds `city.yaml`, `departments/`, `subscribers/`, `working_days/` and `mappings/`.
        catalogue: holds a folder for each item that the city carries, its overlays already laid over.
        origin: where the files come from, for people: a path, or the version on the bus.
        version: its number on the bus; 0: not from there.
        digest: of its files, where they come from the bus; empty: they do not. A bus that was made again counts its
            versions from 1 again.

    """

    root: Traversable
    catalogue: Traversable
    origin: str
    version: int = 0
    digest: str = ""


@cache
def example_city() -> City:
    """Return the fictional city that comes with the product; the demonstration and the tests use it."""
    return City(files("creditbus.topics"), files("creditbus.avro_schemas"), "example")


_chosen: list[City] = []


def current_city() -> City:
    """Return the city of this process: the example, where nothing else was chosen."""
    return _chosen[-1] if _chosen else example_city()


def use_city(city: City) -> None:
    """Choose the city of this process; what is declared is read from it from now on."""
    _chosen[:] = [city]
    use_catalogue(city.catalogue)
