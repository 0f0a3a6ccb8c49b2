"""What is wrong with the mappings of a city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from creditbus.connectors.errors import MappingError
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, faults_of, load_document
from creditbus.connectors.setup.templates import shipped_documents
from creditbus.services.cli.city.carried import Carried
from creditbus.services.cli.city.fault import CityFault, fault_of
from creditbus.services.cli.messages import city as messages
from creditbus.topics.errors import UserError
from creditbus.topics.suggestion import suggestion

__all__ = ["mapping_faults"]


def mapping_faults(folder: Path, carried: Carried) -> Iterator[CityFault]:
    """Check `mappings/*.yaml`, and that each of the city's own items has a mapping.

    Args:
        folder: of the city.
        carried: its items.

    """
    mapped = {document.value.get("item") for document in shipped_documents()}
    for path in sorted((folder / "mappings").glob("*.yaml")):
        try:
            document = load_document(path)
            mapped.add(document.value.get("item"))
            yield from map(fault_of, _faults(document, carried))
        except UserError as error:
            yield fault_of(error)
    for name, one in carried.items():
        if one.item is not None and one.file is not None and name not in mapped:
            fix = messages.WRITE_A_MAPPING(item=name)
            yield CityFault(str(one.file), 0, "", messages.NO_MAPPING(item=name), fix)


def _faults(document: Document, carried: Carried) -> Iterator[MappingError]:
    try:
        mapping = MappingModel.model_validate(document.value, context={})
    except ValidationError as errors:
        yield from faults_of(errors, MappingModel, document)
        return
    if mapping.item not in carried:
        problem, fix = messages.NO_SUCH_ITEM(item=mapping.item), suggestion(mapping.item, list(carried))
        yield document.error(("item",), problem, fix)
        return
    item = carried[mapping.item].item
    if item is not None:
        resolve(mapping, document, item, document.file.parent)
