"""The mappings that come with the product, one for each form that departments publish, and those of a city."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.mapping.compiler import RowMapper
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, parse_document, validated
from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.topics.city import current_city
from creditbus.topics.city.texts import folder_of, kept_text

__all__ = [
    "shipped_documents",
    "template_document",
    "template_folder",
    "template_mappers",
    "templates",
    "templates_of_city",
    "titles_of_templates",
]


def templates() -> list[str]:
    """Return the names of the mappings that come with the product, and of those of the current city."""
    return sorted({*templates_of_city(), *_shipped()})


def template_document(name: str) -> Document:
    """Read one of `templates`; where the city and the product have one of this name, it is the city's."""
    own = templates_of_city()
    return _document(own[name]) if name in own else _document(_shipped()[name], Path(f"{name}.yaml"))


def template_folder() -> Traversable:
    """Return a folder that holds the files of all `templates`."""
    entries = {**_shipped(), **templates_of_city()}
    return folder_of({f"{name}.yaml": kept_text(entry) for name, entry in entries.items()}, "mappings")


def shipped_documents() -> Iterator[Document]:
    """Read the mappings that come with the product."""
    return (_document(entry, Path(f"{name}.yaml")) for name, entry in _shipped().items())


def _document(entry: Traversable, file: Path | None = None) -> Document:
    return parse_document(file or Path(str(entry)), entry.read_text(encoding="utf-8"))


def _shipped() -> dict[str, Traversable]:
    return _mappings(files("creditbus.connectors").joinpath("templates"))


def templates_of_city() -> dict[str, Traversable]:
    """Return the files of the current city's own mappings, by name; paths of their lookup tables start from there."""
    folder = current_city().root.joinpath("mappings")
    return _mappings(folder) if folder.is_dir() else {}


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
            # paths of a city's lookup tables are relative to its mappings; the product's mappings have none
            yield name, item, RowMapper(resolve(mapping, document, item, document.file.parent), item, "")


def titles_of_templates() -> frozenset[str]:
    """Return every title of a column that a template knows."""
    return frozenset(name for _, _, mapper in template_mappers() for name in mapper.titles())
