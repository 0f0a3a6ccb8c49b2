"""Values of topics to records and back: the frame of `framing`, then Avro by a schema."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, cast

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from creditbus.services.domain.framing import FRAME_BYTES, frame

__all__ = ["RecordWriter", "UndecodableError", "parsed", "read_record"]


class UndecodableError(ValueError):
    """The bytes are not what their schema id says."""


def parsed(schema: Mapping[str, Any]) -> Any:
    """Return a schema as fastavro reads and writes with it.

    Two of them may define the same types: each has its own.
    """
    return parse_schema(cast("Any", schema), named_schemas={})


def read_record(value: bytes, writer: Any, reader: Any = None, *, to_the_end: bool = False) -> dict[str, Any]:
    """Decode the record of a framed value.

    Args:
        value: the frame and the record; the frame is not looked at.
        writer: parsed schema that the record was written with.
        reader: parsed schema that it is read as: what the writer's lacks has its default. None: as it was written.
        to_the_end: refuse bytes after the record.

    Raises:
        UndecodableError: the bytes do not follow the schema; names what fastavro stumbled over, nothing of the bytes.

    """
    source = BytesIO(value)
    source.seek(FRAME_BYTES)
    try:
        record = schemaless_reader(source, writer, reader)
    except Exception as error:  # damaged bytes make fastavro raise anything
        raise UndecodableError(type(error).__name__) from error
    if to_the_end and source.tell() != len(value):
        raise UndecodableError("bytes after the record")
    if not isinstance(record, dict):
        raise UndecodableError("no record")
    return record


class RecordWriter:
    """Writes records of one schema, each as a framed value.

    Args:
        schema: their schema.
        number: its id in the registry.

    """

    __slots__ = ("_frame", "_schema")

    def __init__(self, schema: Mapping[str, Any], number: int) -> None:
        self._schema = parsed(schema)
        self._frame = frame(number)

    def __call__(self, record: Mapping[str, Any]) -> bytes:
        """Encode one record."""
        target = BytesIO()
        target.write(self._frame)
        schemaless_writer(target, self._schema, cast("Any", record))
        return target.getvalue()
