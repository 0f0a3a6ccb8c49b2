"""Records of creditbus' own topics back to their fields, whatever version of their schema they were written with."""

from __future__ import annotations

from typing import Any

from creditbus.services.domain.framed_avro import UndecodableError, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.query import messages
from creditbus.topics.errors import UserError
from creditbus.topics.text import Text

__all__ = ["decoded"]


def decoded(schemas: Schemas, record: Record, reader: Any = None) -> dict[str, Any]:
    """Decode a record.

    Args:
        schemas: Has learned the schemas of the record.
        record: From a topic that only creditbus writes to.
        reader: Parsed present schema: what an older version lacks has its defaults. None: the fields as written.

    Raises:
        UserError: the registry does not know the schema, or the bytes do not follow it.
    """
    value = record.value or b""
    try:
        shape = schemas.shapes.get(schema_id(value))
    except FrameError as error:
        raise UserError(_place(record), messages.NO_SCHEMA()) from error
    if shape is None:
        raise UserError(_place(record), messages.UNKNOWN_SCHEMA(), messages.IS_IT_THE_REGISTRY())
    try:
        return read_record(value, shape.writer, reader)
    except UndecodableError as error:
        raise UserError(_place(record), messages.OTHER_SCHEMA(), messages.IS_IT_THE_REGISTRY()) from error


def _place(record: Record) -> Text:
    return messages.PLACE(topic=record.topic, partition=record.partition, offset=record.offset)
