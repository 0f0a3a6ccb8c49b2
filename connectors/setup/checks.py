"""``connector check``: everything a run needs, tried one by one, each with a line that says what to do."""

from collections.abc import Iterator

from creditbus.avro_schemas import event_schema, unreadable_schema
from creditbus.connectors.common.field_names import field_names
from creditbus.connectors.contract import Finding
from creditbus.connectors.errors import SourceError, UserError
from creditbus.connectors.mapping.compiler import Columns
from creditbus.connectors.publish.encoder import subject_of
from creditbus.connectors.setup import messages
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.invisible import visible
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.names import POSITIONS
from creditbus.topics.registry import SchemaRegistry

__all__ = ["check_bus", "check_source"]

_REGISTRY = "registry"
_LONGEST_NAME = 40


def check_source(connector: Connector) -> Iterator[Finding]:
    """Check the source, and how the mapping fits its columns. Touches no server."""
    source = connector.open()
    good = True
    for finding in source.check():
        good = good and finding.ok
        yield finding
    if good:
        try:
            tables = source.discover()
        except SourceError as error:
            yield Finding("columns", ok=False, message=error.text())
            return
        for table in (table for table in tables if table.is_read):
            yield _columns(connector.item, table.name, connector.mapper.columns(table.columns))


def _columns(item: Item, table: str, columns: Columns) -> Finding:
    known, unknown, missing = len(columns.recognised), columns.unknown, columns.missing
    message = messages.COLUMNS_RECOGNISED(table=table, known=known, total=known + len(unknown))
    if unknown:
        message = messages.WITH_UNUSED(found=message, names=", ".join(visible(name, _LONGEST_NAME) for name in unknown))
    if missing:
        message = messages.WITH_MISSING(found=message, names=field_names(item, missing))
    return Finding("columns", ok=not missing, message=message)


def check_bus(connector: Connector, connection: Connection) -> Iterator[Finding]:
    """Check registry, schemas and topics."""
    registry = SchemaRegistry(connection.registry_url)
    for schema in (event_schema(connector.item.id), unreadable_schema()):
        finding = _schema(registry, schema)
        yield finding
        if finding.subject == _REGISTRY:
            break  # it does not answer, and would not the second time
    try:
        with admin(connection) as client:
            topics = set(client.list_topics())
    except UserError as error:
        yield Finding("broker", ok=False, message=error.text())
        return
    yield Finding("broker", ok=True, message=connection.bootstrap_servers)
    for topic in (connector.topic, POSITIONS):
        there = topic in topics
        message = topic if there else messages.TOPIC_MISSING(topic=topic)
        yield Finding("topic", ok=there, message=message)


def _schema(registry: SchemaRegistry, schema: dict[str, object]) -> Finding:
    subject = subject_of(schema)
    try:
        found = registry.find(subject, schema)
    except UserError as error:
        return Finding(_REGISTRY, ok=False, message=error.text())
    if found is None:
        return Finding("schema", ok=False, message=messages.SCHEMA_MISSING(subject=subject))
    return Finding("schema", ok=True, message=messages.HAS_ID(subject=subject, found=found))
