"""The mappings that come with the product, one for each form that departments publish."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.mapping.compiler import RowMapper
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup.documents import Document, parse_document, validated
from creditbus.services.domain.catalogue import Catalogue, Item

__all__ = ["template_document", "template_mappers", "templates", "titles_of_templates"]


def templates() -> list[str]:
    """Return the names of the mappings that come with the product."""
    folder = files("creditbus.connectors").joinpath("templates")
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def template_document(name: str) -> Document:
    """Read one of `templates`."""
    entry = files("creditbus.connectors").joinpath("templates", f"{name}.yaml")
    return parse_document(Path(f"{name}.yaml"), entry.read_text(encoding="utf-8"))


def template_mappers() -> Iterator[tuple[str, Item, RowMapper]]:
    """Yield each template's name, the item that its rows become, and what maps them."""
    catalogue = Catalogue.parse(raw_catalogue())
    for name in templates():
        document = template_document(name)
        mapping = validated(MappingModel, document)
        item = catalogue.item(mapping.item)
        if item is not None:
            # no table of a connector's own is declared here, so that no folder is looked into
            yield name, item, RowMapper(resolve(mapping, document, item, Path()), item, "")


def titles_of_templates() -> frozenset[str]:
    """Return every title of a column that a template knows."""
    return frozenset(name for _, _, mapper in template_mappers() for name in mapper.titles())
