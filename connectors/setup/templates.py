"""The mappings that come with the product, one for each form that departments publish, and those of a city."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.mapping.compiler import RowMapper
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, parse_document, validated
from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.topics.city import current_city
from creditbus.topics.city.folder import ROOT_FOLDERS
from creditbus.topics.city.texts import folder_of, kept_text, texts_of

__all__ = [
    "shipped_documents",
    "tables_of_city",
    "template_document",
    "template_folder",
    "template_mappers",
    "templates",
    "templates_of_city",
    "titles_of_templates",
]

_FOLDER: Final = "mappings"


def templates() -> list[str]:
    """Return the names of the mappings that come with the product, and of those of the current city."""
    return sorted({*templates_of_city(), *_shipped()})


def template_document(name: str) -> Document:
    """Read one of `templates`; where the city and the product have one of this name, it is the city's."""
    own = templates_of_city()
    return _document(own[name]) if name in own else _document(_shipped()[name], Path(f"{name}.yaml"))


def template_folder() -> Traversable:
    """Return a folder that holds the files of all `templates`, and the lookup tables of the city's."""
    shipped = {f"{name}.yaml": kept_text(entry) for name, entry in _shipped().items()}
    return folder_of({**shipped, **texts_of(tables_of_city(), ROOT_FOLDERS[_FOLDER])}, _FOLDER)


def shipped_documents() -> Iterator[Document]:
    """Read the mappings that come with the product."""
    return (_document(entry, Path(f"{name}.yaml")) for name, entry in _shipped().items())


def _document(entry: Traversable, file: Path | None = None) -> Document:
    return parse_document(file or Path(str(entry)), entry.read_text(encoding="utf-8"))


def _shipped() -> dict[str, Traversable]:
    return _mappings(files("creditbus.connectors").joinpath("templates"))


def templates_of_city() -> dict[str, Traversable]:
    """Return the files of the current city's own mappings, by name."""
    folder = tables_of_city()
    return _mappings(folder) if folder.is_dir() else {}


def tables_of_city() -> Traversable:
    """Return the folder that paths of lookup tables in the current city's own mappings are relative to.

    On a machine that has the bus's addresses alone it is not on a disk, and holds what was published.
    """
    return current_city().root.joinpath(_FOLDER)


def _mappings(folder: Traversable) -> dict[str, Traversable]:
    return {entry.name.removesuffix(".yaml"): entry for entry in folder.iterdir() if entry.name.endswith(".yaml")}


def template_mappers() -> Iterator[tuple[str, Item, RowMapper]]:
    """Yield each template's name, the item that its rows become, and what maps them."""
    catalogue = Catalogue.parse(raw_catalogue())
    for name in templates():
        document = template_document(name)
        mapping = validated(MappingModel, document)
        item = catalogue.item(mapping.item)
        if item is not None:
            # the product's own mappings have no tables
            yield name, item, RowMapper(resolve(mapping, document, item, tables_of_city()), item, "")


def titles_of_templates() -> frozenset[str]:
    """Return every title of a column that a template knows."""
    return frozenset(name for _, _, mapper in template_mappers() for name in mapper.titles())
