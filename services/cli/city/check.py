"""Everything that is wrong with a city's folder, file by file, and then across files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from creditbus.services.cli.city.carried import carried_items
from creditbus.services.cli.city.cross_references import grant_faults, publisher_faults, vain_faults
from creditbus.services.cli.city.fault import CityFault, fault_of
from creditbus.services.cli.city.mappings import mapping_faults
from creditbus.services.cli.city.role_faults import role_faults
from creditbus.services.cli.city.unread_files import unread_files
from creditbus.topics import messages
from creditbus.topics.calendar_years import CalendarYear, read_year, year_of
from creditbus.topics.city import read_city
from creditbus.topics.city.settings import CITY_FILE, CitySettings, read_settings_of
from creditbus.topics.declarations import declarations
from creditbus.topics.document import DocumentError, Section, read
from creditbus.topics.errors import UserError
from creditbus.topics.parties import read_department, read_subscriber

__all__ = ["check_city"]

_T = TypeVar("_T")
_DISTRICT_CODE: Final = re.compile(r"districts\.\d+\.code")


class _Checked(NamedTuple, Generic[_T]):
    """A file as far as it could be read."""

    section: Section | None
    """None: it is not YAML."""
    value: _T | None
    """None: its reader could not go on; where single values were wrong, others stand in for them."""


def check_city(folder: Path) -> list[CityFault]:
    """Check a city's folder.

    Returns:
        Everything that is wrong, in the order of the files; nothing: every command accepts the city.

    """
    found = list(unread_files(folder))
    settings = _checked(folder / CITY_FILE, read_settings_of, found)
    departments = _all(folder / "departments", read_department, found)
    if not departments:
        fix = messages.ONE_FILE_EACH()
        found.append(CityFault(str(folder / "departments"), 0, "", messages.NOT_THERE(), fix))
    subscribers = _all(folder / "subscribers", read_subscriber, found)
    _all(folder / "working_days", partial(_year, folder / "working_days"), found)
    carried = carried_items(folder, settings.value, settings.section, found)
    found += mapping_faults(folder, carried)
    found += publisher_faults(folder, carried, list(departments))
    read_whole = ((one.section, one.value) for one in departments.values())
    whole = [(section, value) for section, value in read_whole if section and value and not section.faults]
    all_read = len(whole) == len(departments)
    found += role_faults(whole, carried, all_read=all_read)
    districts = _districts(settings)
    for section, subscriber in subscribers.values():
        if subscriber is not None and section is not None:
            found += grant_faults(subscriber, section, carried, districts)
            declared = [department for _, department in whole]
            found += vain_faults(subscriber, section, carried, declared, all_read=all_read)
    return found or list(_refused(folder))


def _all(folder: Path, reader: Callable[[Section, str], _T], found: list[CityFault]) -> Mapping[str, _Checked[_T]]:
    """Read the files of a folder, by their names without the ending."""
    paths = sorted(folder.glob("*.yaml"))
    return {path.stem: _checked(path, partial(_named, reader, path.stem), found) for path in paths}


def _named(reader: Callable[[Section, str], _T], stem: str, section: Section) -> _T:
    return reader(section, stem)


def _year(folder: Path, section: Section, stem: str) -> CalendarYear:
    return read_year(year_of(folder / f"{stem}.yaml"), section)


def _checked(path: Path, reader: Callable[[Section], _T], found: list[CityFault]) -> _Checked[_T]:
    """Read a file as far as it can be read; what is wrong goes into `found`, for each key once."""
    faults: list[DocumentError] = []
    others: list[UserError] = []
    section, value = None, None
    try:
        section = read(path, faults)
        value = reader(section)
    except DocumentError as error:
        faults.append(error)
    except UserError as error:
        others.append(error)
    # what comes after a wrong value may follow from the one that stood in for it
    known = {error.key: error for error in reversed(faults)}
    found += map(fault_of, sorted([*known.values()], key=lambda error: error.line))
    found += map(fault_of, others)
    return _Checked(section, value)


def _districts(settings: _Checked[CitySettings]) -> list[str] | None:
    """Give the codes of the districts; None where they are not known: a wrong one may mean any code."""
    if settings.value is None or settings.section is None:
        return None
    wrong = {fault.key for fault in settings.section.faults or ()}
    if any(key == "districts" or _DISTRICT_CODE.fullmatch(key) for key in wrong):
        return None
    return [district.code for district in settings.value.districts]


def _refused(folder: Path) -> Iterable[CityFault]:
    """Give what the commands themselves would refuse, should a check above have missed it."""
    try:
        declarations(read_city(folder).root)
    except UserError as error:
        yield fault_of(error)
