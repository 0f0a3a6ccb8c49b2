"""The items that a city carries, the product's under its overlays and its own, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from creditbus.avro_schemas.catalogue_files import RawItem, item_folders, raw_catalogue, versions
from creditbus.services.cli.catalogue.checked_item import checked_item
from creditbus.services.cli.catalogue.entry_faults import read_entry
from creditbus.services.cli.city.fault import CityFault
from creditbus.services.cli.messages import city as own_messages
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Item
from creditbus.topics import messages
from creditbus.topics.city.folder import CATALOGUE, ITEM_FILE
from creditbus.topics.city.overlay import laid_over
from creditbus.topics.city.settings import CITY_FILE, CitySettings
from creditbus.topics.document import Section
from creditbus.topics.suggestion import suggestion
from creditbus.topics.text import Text
from creditbus.topics.yaml_text import Located, YamlError, load_yaml

__all__ = ["Carried", "CarriedItem", "carried_items", "has_own"]


class CarriedItem(NamedTuple):
    """An item that a city carries.

    Attributes:
        raw: its latest schema and its entry, the overlay over it; None: its files are wrong.
        item: what they mean; where an overlay is wrong, what the product's mean; None: the city's own are wrong.
        file: the city's file about it, its overlay or its own entry; None: it is carried as the product has it.
        located: what that file says; None: there is none, or it is not YAML.
        certain: whether it is known that the city carries it. It is not where `shipped_items` cannot be read or names
            what is not there: each item of the product may be meant.
        whole: whether nothing is wrong with its files.

    """

    raw: RawItem | None
    item: Item | None
    file: Path | None = None
    located: Located | None = None
    certain: bool = True
    whole: bool = True


Carried = Mapping[str, CarriedItem]


def has_own(folder: Path) -> bool:
    """Tell whether a city's folder says anything of items."""
    catalogue = folder / CATALOGUE
    return catalogue.is_dir() and (bool(item_folders(catalogue)) or any(catalogue.glob("*.yaml")))


def carried_items(
    folder: Path, settings: CitySettings | None, section: Section | None, found: list[CityFault]
) -> Carried:
    """Give all items by id.

    Args:
        folder: of the city.
        settings: None: they could not be read.
        section: of the file of these, for lines.
        found: takes what is wrong.

    """
    shipped = _shipped(settings, section, found)
    own = dict(_own(folder / CATALOGUE, found))
    carried = {**shipped, **own, **dict(_overlaid(folder / CATALOGUE, shipped, own, found))}
    found += _contradictions(folder, carried)
    found += _same_records(carried)
    return carried


def _shipped(settings: CitySettings | None, section: Section | None, found: list[CityFault]) -> dict[str, CarriedItem]:
    known = raw_catalogue(files("creditbus.avro_schemas"))
    listed = settings.shipped_items if settings is not None else ()
    wanted = list(known) if listed is None else listed
    for place, item in enumerate(wanted):
        if item not in known and section is not None:
            problem, fix = messages.NO_SHIPPED_ITEM(item=item), suggestion(item, list(known))
            found.append(_as_fault(section, "shipped_items", place, problem, fix))
    parsed = Catalogue.parse(known).items
    # nobody may list no item: the list is empty where it is wrong
    all_known = bool(wanted) and all(item in known for item in wanted)
    perhaps = () if all_known else [item for item in known if item not in wanted]
    certain = {item: CarriedItem(known[item], parsed[item]) for item in wanted if item in known}
    return {**certain, **{item: CarriedItem(known[item], parsed[item], certain=False) for item in perhaps}}


def _as_fault(section: Section, key: str, place: int, problem: str, fix: str) -> CityFault:
    error = section.wrong_element(key, place, problem, fix)
    return CityFault(error.file, error.line, error.key, problem, fix)


def _own(folder: Path, found: list[CityFault]) -> Iterator[tuple[str, CarriedItem]]:
    for one in item_folders(folder) if folder.is_dir() else ():
        checked = checked_item(one)
        found += [
            CityFault(str(folder / one.name / fault.file), fault.line, fault.key, fault.problem, "")
            for fault in checked.faults
        ]
        raw = None
        if checked.item is not None and checked.entry is not None:
            raw = RawItem(checked.schema, checked.entry.value)
        whole = checked.item is not None
        yield one.name, CarriedItem(raw, checked.item, folder / one.name / ITEM_FILE, checked.entry, whole=whole)


def _overlaid(
    folder: Path, shipped: Mapping[str, CarriedItem], own: Collection[str], found: list[CityFault]
) -> Iterator[tuple[str, CarriedItem]]:
    for path in sorted(folder.glob("*.yaml")):
        name = path.stem
        if name in own or name not in shipped:
            fix = messages.OVERLAY_BELONGS(item=name) if name in own else suggestion(name, list(shipped))
            found.append(CityFault(str(path), 1, "", messages.OVERLAY_OF_NONE(item=name), fix))
            continue
        below = shipped[name]
        assert below.raw is not None  # noqa: S101 # for the type checker: the product's own items are whole
        try:
            overlay = load_yaml(path)
        except YamlError as error:
            key = ".".join(map(str, error.path))
            found.append(CityFault(str(path), error.line, key, error.problem, error.fix))
            yield name, below._replace(raw=None, file=path, whole=False)
            continue
        item, errors = read_entry(name, RawItem(below.raw.schema, overlay.value), overlay.lines, below.raw.entry)
        found += (
            CityFault(str(path), error.line or 1, error.key, Text(error.fix, error.fix_zh), "") for error in errors
        )
        raw = None if errors else RawItem(below.raw.schema, laid_over(below.raw.entry, overlay.value))
        yield name, CarriedItem(raw, item or below.item, path, overlay, below.certain, whole=not errors)


def _contradictions(folder: Path, carried: Carried) -> Iterator[CityFault]:
    """Give what no item says wrong by itself: a reason that two of them explain differently."""
    whole: dict[str, Any] = {name: one.raw for name, one in carried.items() if one.raw and one.certain}
    lines = {name: one.located.lines for name, one in carried.items() if one.located is not None}
    try:
        Catalogue.parse(whole, lines)
    except CatalogueError as error:
        file = carried[error.item].file or folder / CITY_FILE
        yield CityFault(str(file), error.line, error.key, Text(error.fix, error.fix_zh), "")


def _same_records(carried: Carried) -> Iterator[CityFault]:
    """Give own items whose record has the name of another item's: the registry knows schemas by that name."""
    records: dict[str, str] = {}
    for name, one in sorted(carried.items(), key=lambda entry: entry[1].file is not None):
        if one.raw is None or not one.certain:
            continue
        first = records.setdefault(str(one.raw.schema["name"]), name)
        if first != name and one.file is not None:
            file = one.file.parent / f"v{max(versions(one.file.parent))}.avsc"
            problem = own_messages.SAME_RECORD(record=one.raw.schema["name"], item=first)
            yield CityFault(str(file), 0, "name", problem, own_messages.NAME_RECORD())
