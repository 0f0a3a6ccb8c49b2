"""Events to what Kafka stores: key, partition and framed Avro."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NamedTuple, Protocol

import fastavro

from creditbus.avro_schemas import event_schema, header_schema, unreadable_schema
from creditbus.connectors.contract import Defect
from creditbus.connectors.errors import RegistrationError
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.publish.text_record import text_record_writer
from creditbus.services.domain.event import ingest_key
from creditbus.services.domain.framed_avro import RecordWriter, parsed
from creditbus.services.domain.framing import frame
from creditbus.topics import messages as shared

__all__ = ["Encoder", "ProducerRecord", "SchemaIds", "subject_of"]


class ProducerRecord(NamedTuple):
    """One record of an ingest topic."""

    key: bytes
    value: bytes


class SchemaIds(Protocol):
    """Finds the id of a registered schema: :class:`creditbus.topics.registry.SchemaRegistry`, or a fake of it."""

    def find(self, subject: str, schema: Any) -> int | None:
        """Return the id of exactly this schema, ``None`` when it is not registered."""


def subject_of(schema: Mapping[str, Any]) -> str:
    """Return the registry's subject of a schema: its full name (record name strategy), so that topics share it."""
    return f"{schema['namespace']}.{schema['name']}"


class Encoder:
    """Encodes the events of one catalogue item.

    Args:
        item: Catalogue item id.
        registry: Where the schemas must be registered already; a connector never registers any.

    Raises:
        RegistrationError: a schema is not registered.
    """

    def __init__(self, item: str, registry: SchemaIds) -> None:
        event, unreadable = event_schema(item), unreadable_schema()
        self._event_frame = frame(_id(registry, event))
        # apart from each other: both define the types of the header
        self._header_schema = parsed(header_schema())
        self._parts = tuple((part["name"], _writer(part["type"])) for part in event["fields"][1:])
        self._unreadable = RecordWriter(unreadable, _id(registry, unreadable))

    def event(self, mapped: Mapped) -> ProducerRecord:
        """Encode a mapped row."""
        out = BytesIO()
        out.write(self._event_frame)
        event = mapped.event
        fastavro.schemaless_writer(out, self._header_schema, event["header"])
        for name, write in self._parts:
            out.write(write(event[name]))
        return ProducerRecord(ingest_key(event["header"]), out.getvalue())

    def unreadable(self, defect: Defect, header: Mapping[str, Any]) -> ProducerRecord:
        """Encode a row that could not be read. Its key is its place: such rows have no identity and no order."""
        body = {"reason": defect.reason.value, "detail": defect.detail, "original": defect.original}
        place = f"{defect.file}|{defect.sheet}|{defect.row}".encode()
        return ProducerRecord(place, self._unreadable({"header": header, "unreadable": body}))


def _writer(schema: dict[str, Any]) -> Callable[[Any], bytes]:
    """Make the function that encodes one part of an event after its header."""
    if (write := text_record_writer(schema)) is not None:
        return write
    writer = parsed(schema)

    def write_any(part: Any) -> bytes:
        out = BytesIO()
        fastavro.schemaless_writer(out, writer, part)
        return out.getvalue()

    return write_any


def _id(registry: SchemaIds, schema: Mapping[str, Any]) -> int:
    subject = subject_of(schema)
    found = registry.find(subject, schema)
    if found is None:
        raise RegistrationError(shared.SCHEMA(name=subject), shared.NOT_REGISTERED(), shared.RUN_APPLY())
    return found
