"""Configuration of one connector: ``connectors.d/<id>.yaml``.

id: penalties
department: administrative-enforcement
item: administrative-penalty
kind: jsonl
settings: {path: ../inbox/penalties.jsonl}
mapping: dual-publicity-2018-penalties        # a template's name, or the path of a mapping file
overrides: {content: {CF_NR_FK: {unit: {from: 元, to: 万元}}}}
vanished: file                                # where a record is missed that the source holds no more: Vanished
tells: state                                  # state: its latest reading is the truth; news: deliveries: Tells
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.contract import Kind, Repeating, Source, Tells, tells
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.files.settings import HeaderSettings
from creditbus.connectors.mapping.compiler import RowMapper
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.setup import messages
from creditbus.connectors.setup.documents import Document, first_fault, load_document, validated
from creditbus.connectors.setup.kinds import kind_named
from creditbus.connectors.setup.templates import tables_of_city, template_document, templates, templates_of_city
from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.entitlement import Authorities, publishers
from creditbus.services.domain.validation import Validator, compile_item
from creditbus.topics.declarations import declarations
from creditbus.topics.names import ingest
from creditbus.topics.parties import LONGEST_ID

__all__ = [
    "Connector",
    "Vanished",
    "configured",
    "is_id",
    "load_connector",
]

_YAML = (".yaml", ".yml")
_ID = rf"[a-z0-9][a-z0-9-]{{0,{LONGEST_ID - 1}}}"

Vanished = Literal["file", "connector", "never"]
"""Where a record that the last run does not hold any more is missed: in the file that held it (a new month's file then
misses nothing), in whatever the connector reads, or nowhere (the source holds additions only)."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=f"^{_ID}$")
    department: str = Field(pattern=f"^{_ID}$")
    item: str
    kind: str
    settings: dict[str, Any]
    mapping: str
    overrides: dict[str, Any] = Field(default_factory=dict)
    vanished: Vanished = "file"
    tells: Tells | None = None


@dataclass(frozen=True, slots=True)
class Connector:
    """A configured connector, validated throughout; nothing of its source has been touched."""

    id: str
    department: str
    item: Item
    kind: Kind
    settings: BaseModel
    mapper: RowMapper
    file: Path
    vanished: Vanished = "file"
    tells: Tells = "news"
    authorities: Authorities = frozenset()
    """Whose decisions its department may publish under the item."""

    def validator(self) -> Validator:
        """Compile the rules by which intake will judge its rows."""
        return compile_item(self.item, {self.department: self.authorities})

    def open(self) -> Source:
        """Open its source."""
        source = self.kind.open(self.settings)
        if self.tells == "state" and isinstance(source, Repeating):
            source.repeat()
        return source

    @property
    def topic(self) -> str:
        """The ingest topic that it publishes to."""
        return ingest(self.department)


def load_connector(file: Path) -> Connector:
    """Read a connector's configuration with its mapping.

    Raises:
        MappingError: naming file, line and key of the first thing that is wrong.
        SourceError: a lookup table of the mapping cannot be read.
    """
    document = load_document(file)
    raw = validated(_File, document)
    items = Catalogue.parse(raw_catalogue())
    item = items.item(raw.item)
    if item is None:
        raise document.error(("item",), messages.NO_SUCH_ITEM(item=raw.item), messages.ITEMS(names=_names(items)))
    entitled = publishers(item, declarations().departments.values())
    if raw.department not in entitled:
        raise document.error(
            ("department",),
            messages.MAY_NOT_PUBLISH(department=raw.department, id=item.id),
            messages.ENTITLED(entitled=", ".join(sorted(entitled)) or messages.NOBODY()),
        )
    kind = _kind(document, raw.kind)
    settings = _settings(document, kind, file.parent)
    mapping_document = _mapping_document(document, raw.mapping).overlaid(document, "overrides")
    mapping = validated(MappingModel, mapping_document)
    if mapping.item != item.id:
        problem = messages.MAPPING_FOR_OTHER(mapping=raw.mapping, item=mapping.item, id=item.id)
        raise document.error(("mapping",), problem, messages.TEMPLATES(templates=", ".join(templates())))
    tables = tables_of_city() if raw.mapping in templates_of_city() else file.parent
    plan = resolve(mapping, mapping_document, item, tables)
    mapper = RowMapper(plan, item, raw.department)
    if isinstance(settings, HeaderSettings):
        settings = settings.recognising(mapper.titles())
    return Connector(
        raw.id,
        raw.department,
        item,
        kind,
        settings,
        mapper,
        file,
        raw.vanished,
        raw.tells or tells(kind),
        entitled[raw.department],
    )


def configured(folder: Path) -> Iterator[Path]:
    """Give the configuration files of a folder, by name."""
    return iter(sorted(path for path in folder.glob("*") if path.suffix in _YAML))


def is_id(text: str) -> bool:
    """Tell whether a text may be the id of a connector."""
    return re.fullmatch(_ID, text) is not None


def _mapping_document(document: Document, name: str) -> Document:
    if name.endswith(_YAML):
        return load_document(document.file.parent / name)
    if name not in templates():
        fix = messages.TEMPLATES_OR_PATH(templates=", ".join(templates()))
        raise document.error(("mapping",), messages.NO_TEMPLATE(name=name), fix)
    return template_document(name)


def _kind(document: Document, name: str) -> Kind:
    try:
        return kind_named(name)
    except ConfigurationError as error:
        raise document.error(("kind",), error.problem, error.fix) from error


def _settings(document: Document, kind: Kind, folder: Path) -> BaseModel:
    try:
        return kind.settings.model_validate(document.value["settings"], context={"folder": folder})
    except ValidationError as errors:
        raise first_fault(errors, kind.settings, document, "settings") from errors


def _names(items: Catalogue) -> str:
    return ", ".join(sorted(items.items))
