"""`city.yaml`: what a city says about itself as a whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Final

from creditbus.topics import messages
from creditbus.topics.city.current import City
from creditbus.topics.document import DocumentError, Section, read
from creditbus.topics.parties import Name, read_name
from creditbus.topics.server_ports import ServerPorts, read_server_ports

__all__ = ["CITY_FILE", "TIME_ZONES", "CitySettings", "Division", "city_settings", "read_settings", "read_settings_of"]

CITY_FILE: Final = "city.yaml"

#: Those without daylight saving time in which a day begins with the day of China: `services/domain/city_time.py` counts
#: days so.
TIME_ZONES: Final = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei")

_CODE = r"[0-9]{6}"

#: What no name in an address has: control characters, blanks other than the plain one, signs of no width, and the signs
#: between several names.
_NEVER = r"\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff,;=，；、＝"
_NAME = rf"[^ {_NEVER}]([^{_NEVER}]*[^ {_NEVER}])?"


@dataclass(frozen=True, slots=True)
class Division:
    """A district of the city.

    Attributes:
        code: six digits (GB/T 2260, or of local use).
        name: full name, such as 武昌区.
        aliases: other names in addresses, such as 光谷 for the East Lake zone.

    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitySettings:
    """What `city.yaml` says.

    Attributes:
        name: of the city.
        code: its division, six digits.
        districts: in the order of the file.
        time_zone: one of TIME_ZONES.
        partitions: of every topic; None: as topics.yaml says.
        replication: wanted number of copies of every topic; None: as topics.yaml says.
        shipped_items: which items of the product's catalogue the city carries; None: all.
        ports: of the local servers, those that are asked for.

    """

    name: Name
    code: str
    districts: tuple[Division, ...]
    time_zone: str
    partitions: int | None
    replication: int | None
    shipped_items: tuple[str, ...] | None
    ports: ServerPorts


def read_settings(file: Traversable) -> CitySettings:
    """Read `city.yaml`.

    Raises:
        ConfigurationError: names file, line, key and fix.

    """
    return read_settings_of(read(file))


def read_settings_of(section: Section) -> CitySettings:
    """Read what `city.yaml` holds; errors as of `read_settings`."""
    settings = CitySettings(
        name=read_name(section),
        code=section.text("code", _CODE, messages.DIVISION_CODE()),
        districts=tuple(_districts(section)),
        time_zone=section.choice("time_zone", TIME_ZONES),
        partitions=_optional(section, "partitions"),
        replication=_optional(section, "replication"),
        shipped_items=_items(section),
        ports=_ports(section),
    )
    section.finish()
    return settings


@lru_cache(maxsize=4)
def city_settings(city: City) -> CitySettings:
    """Return what a city's `city.yaml` says; errors as of `read_settings`."""
    return read_settings(city.root / CITY_FILE)


def _districts(section: Section) -> Iterator[Division]:
    codes: set[str] = set()
    owners: dict[str, int] = {}
    for number, entry in enumerate(section.sections("districts")):
        code = entry.text("code", _CODE, messages.DIVISION_CODE())
        if code in codes:
            entry.report(entry.wrong("code", messages.STANDS_TWICE(), messages.LEAVE_ONE_OUT()))
        codes.update({code} - {""})
        name = entry.text("name", _NAME, messages.DISTRICT_NAME())
        aliases = entry.texts("aliases", _NAME, messages.DISTRICT_NAME()) if "aliases" in entry else ()
        named = [(name, entry.wrong("name", *_taken(name)))] if name else []
        named += [(alias, entry.wrong_element("aliases", place, *_taken(alias))) for place, alias in enumerate(aliases)]
        for spelling, error in named:
            # an address is looked up in one list of names: the district that came last would have the records of both
            if owners.setdefault(_alike(spelling), number) != number:
                entry.report(error)
        yield Division(code, name, aliases)
        entry.finish()


def _taken(name: str) -> tuple[str, str]:
    return messages.OTHER_DISTRICT(name=name), messages.ONE_DISTRICT()


def _alike(name: str) -> str:
    """Give what names that look alike have in common: full width is half width."""
    return unicodedata.normalize("NFKC", name).casefold()


def _ports(section: Section) -> ServerPorts:
    if "ports" not in section:
        return {}
    try:
        return read_server_ports(section.section("ports"))
    except DocumentError as error:
        section.report(error)
        return {}


def _optional(section: Section, key: str) -> int | None:
    return section.number(key, 1) if key in section else None


def _items(section: Section) -> tuple[str, ...] | None:
    if "shipped_items" not in section:
        return None
    return section.texts("shipped_items", r"[a-z0-9]+(-[a-z0-9]+)*", messages.ITEM_IDS())
