"""Values found in tables: lookup files of the department, and the divisions of the city."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.csv_file import csv_rows
from creditbus.connectors.mapping import messages
from creditbus.services.domain import normalise
from creditbus.topics.city import Division, city_settings, current_city

__all__ = ["division_finder", "divisions", "load_lookup"]

_CODE = re.compile(r"[0-9]{6}")


def load_lookup(path: Traversable, key: str, value: str) -> Mapping[str, str]:
    """Read a table of two columns out of a csv file. Keys are compared trimmed and in half width.

    Raises:
        SourceError: the file or one of its lines cannot be read, has no such column, or gives a key two values.
    """
    try:
        rows = csv_rows(path, key)
    except SourceError as error:
        raise SourceError(str(path), messages.LOOKUP(problem=error.problem)) from error
    head = next((number for number, cells in enumerate(rows) if key in map(normalise.trim, cells)), None)
    columns = [] if head is None else [normalise.trim(name) for name in rows[head]]
    for name in (key, value):
        if name not in columns:
            have = columns or list(map(normalise.trim, rows[0] if rows else ()))
            raise SourceError(
                str(path), messages.LOOKUP_NO_COLUMN(name=name), messages.LOOKUP_HAS(have=", ".join(have))
            )
    return dict(_pairs(path, rows[(head or 0) + 1 :], columns.index(key), columns.index(value)))


def _pairs(path: Traversable, rows: Sequence[Sequence[str]], key: int, value: int) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for number, cells in enumerate(rows, start=1):
        if len(cells) > max(key, value) and cells[key] and cells[value]:
            name, meant = normalise.half_width(normalise.trim(cells[key])), normalise.trim(cells[value])
            if found.setdefault(name, meant) != meant:
                problem = messages.LOOKUP_TWICE(number=number)
                raise SourceError(str(path), problem, messages.LEAVE_ONE())
    return found


def divisions() -> tuple[Division, ...]:
    """Return the districts of the city, from its `city.yaml`."""
    return city_settings(current_city()).districts


def division_finder() -> Callable[[str], str | None]:
    """Make a function from an address to the code of the district that it names; a code of six digits is its own.

    The first full name or alias in the address counts, so that 江汉区江汉路 is 江汉区 and a street named after another
    district does not mislead; nothing is guessed from a street alone.
    """
    return _finder(divisions())


@lru_cache(maxsize=4)
def _finder(districts: tuple[Division, ...]) -> Callable[[str], str | None]:
    names = {name: entry.code for entry in districts for name in (entry.name, *entry.aliases)}
    # the longest first, or 汉阳区 would be found inside a longer name
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def find(address: str) -> str | None:
        if _CODE.fullmatch(address):
            return address
        match = pattern.search(address)
        return names[match[0]] if match else None

    return find
