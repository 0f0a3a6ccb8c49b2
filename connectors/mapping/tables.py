"""Values found in tables: lookup files of the department, and the divisions of the city."""

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import yaml

from creditbus.connectors.errors import SourceError
from creditbus.services.domain import normalise

__all__ = ["Division", "division_finder", "divisions", "load_lookup"]

_CODE = re.compile(r"[0-9]{6}")
_ENCODINGS = ("utf-8-sig", "gb18030")


def load_lookup(path: Path, key: str, value: str) -> Mapping[str, str]:
    """Read a table of two columns out of a csv file. Keys are compared trimmed and in half width.

    Raises:
        SourceError: the file cannot be read, or has no such column.
    """
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as stream:
                return _read_lookup(path, csv.DictReader(stream), key, value)
        except UnicodeDecodeError:
            continue
        except OSError as error:
            raise SourceError(str(path), f"lookup table cannot be read: {error.strerror or error}") from error
    raise SourceError(str(path), "lookup table is neither UTF-8 nor GB18030")


def _read_lookup(path: Path, rows: "csv.DictReader[str]", key: str, value: str) -> Mapping[str, str]:
    columns = list(rows.fieldnames or ())
    for name in (key, value):
        if name not in columns:
            raise SourceError(str(path), f"lookup table has no column {name!r}", f"it has: {', '.join(columns)}")
    return {
        normalise.half_width(normalise.trim(row[key])): normalise.trim(row[value])
        for row in rows
        if row[key] and row[value]
    }


class Division(NamedTuple):
    """A district of the city."""

    code: str
    name: str
    """Full name, such as 武昌区."""
    aliases: tuple[str, ...]
    """Other names in addresses, such as 光谷 for the East Lake zone."""


@cache
def divisions() -> tuple[Division, ...]:
    """Return the districts of the city, from ``topics/divisions.yaml``."""
    raw = yaml.safe_load(files("creditbus.topics").joinpath("divisions.yaml").read_text(encoding="utf-8"))
    return tuple(
        Division(str(entry["code"]), entry["name"], tuple(entry.get("aliases", ()))) for entry in raw["districts"]
    )


@cache
def division_finder() -> Callable[[str], str | None]:
    """Make a function from an address to the code of the district that it names; a code of six digits is its own.

    The first full name or alias in the address counts, so that 江汉区江汉路 is 江汉区 and a street named after another
    district does not mislead; nothing is guessed from a street alone.
    """
    names = {name: entry.code for entry in divisions() for name in (entry.name, *entry.aliases)}
    # the longest first, or 汉阳区 would be found inside a longer name
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def find(address: str) -> str | None:
        if _CODE.fullmatch(address):
            return address
        match = pattern.search(address)
        return names[match[0]] if match else None

    return find
