"""What is wrong with the mappings of a city."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import ValidationError

from creditbus.connectors.errors import MappingError
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, faults_of, load_document
from creditbus.connectors.setup.templates import shipped_documents
from creditbus.services.cli.city.carried import Carried
from creditbus.services.cli.city.fault import CityFault, fault_of
from creditbus.services.cli.messages import city as messages
from creditbus.topics.city.folder import ROOT_FOLDERS
from creditbus.topics.city.texts import folder_of, texts_of
from creditbus.topics.errors import UserError
from creditbus.topics.suggestion import suggestion

__all__ = ["mapping_faults"]

_FOLDER: Final = "mappings"


def mapping_faults(folder: Path, carried: Carried) -> Iterator[CityFault]:
    """Check `mappings/*.yaml`, and that each of the city's own items has a mapping.

    Args:
        folder: of the city.
        carried: its items.

    """
    mapped = {document.value.get("item") for document in shipped_documents()}
    unsure = False
    try:
        tables = folder_of(texts_of(folder / _FOLDER, ROOT_FOLDERS[_FOLDER]), str(folder / _FOLDER))
    except UserError as error:
        yield fault_of(error)
        return
    for path in sorted((folder / _FOLDER).glob("*.yaml")):
        item = None
        try:
            document = load_document(path)
            item = document.value.get("item")
            yield from map(fault_of, _faults(document, carried, tables))
        except UserError as error:
            yield fault_of(error)
        if isinstance(item, str) and item in carried:
            mapped.add(item)
        else:
            unsure = True
    for name, one in carried.items():
        # a mapping that cannot be read, or of an unknown item, may be the one that is missing
        if not unsure and one.item is not None and one.file is not None and name not in mapped:
            fix = messages.WRITE_A_MAPPING(item=name)
            yield CityFault(str(one.file), 0, "", messages.NO_MAPPING(item=name), fix)


def _faults(document: Document, carried: Carried, tables: Traversable) -> Iterator[MappingError]:
    try:
        mapping = MappingModel.model_validate(document.value, context={})
    except ValidationError as errors:
        yield from faults_of(errors, MappingModel, document)
        return
    if mapping.item not in carried:
        problem, fix = messages.NO_SUCH_ITEM(item=mapping.item), suggestion(mapping.item, list(carried))
        yield document.error(("item",), problem, fix)
        return
    outside = {name for name, table in mapping.tables.items() if not _inside(table.path)}
    for name in outside:
        yield document.error(("tables", name, "path"), messages.TABLE_OUTSIDE(), messages.TABLE_INSIDE())
    filled = carried[mapping.item]
    if filled.item is not None and filled.whole and not outside:
        resolve(mapping, document, filled.item, tables)


def _inside(path: str) -> bool:
    """Whether a path names a csv file in the folder of the mappings: nothing else is published."""
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts and parts.suffix == ".csv"
