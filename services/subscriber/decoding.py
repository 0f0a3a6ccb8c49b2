"""Decodes the records of a feed: the schema of a record is looked at once, not for each record."""

from __future__ import annotations

from typing import Any, NamedTuple

from creditbus.services.domain.framing import FRAME_BYTES, FrameError, schema_id
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.parts import PartsReader
from creditbus.services.engine.codec.schemas import Schemas, Shape
from creditbus.services.query.decoding import decoded
from creditbus.services.subscriber.batch import Change
from creditbus.services.subscriber.table_model import TableModel, table_model

__all__ = ["Decoding"]


class _Kind(NamedTuple):
    """What records of one version of a schema have in common; no reader where the schema is not of the usual form."""

    model: TableModel
    reader: PartsReader | None


class Decoding:
    """Decodes records whose schemas were learned.

    Args:
        schemas: of the registry that the records were written with.

    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._kinds: dict[bytes, _Kind] = {}

    def fields(self, record: Record) -> dict[str, Any]:
        """Return the fields of a record.

        Raises:
            UserError: the registry does not know its schema, or the bytes do not follow it.

        """
        return decoded(self._schemas, record)

    def change(self, record: Record) -> Change:
        """Return a record with the table that it asks for.

        Raises:
            UserError: as `fields`.
            ConfigurationError: no table here has a field like one of its fields.

        """
        value = record.value or b""
        kind = self._kinds.get(value[:FRAME_BYTES])
        fields = kind.reader.read(value, FRAME_BYTES) if kind is not None and kind.reader is not None else None
        if fields is None:
            fields = self.fields(record)
        if kind is None:
            kind = self._kinds[value[:FRAME_BYTES]] = self._kind(record, fields["record"]["item"])
        return Change(kind.model, record.partition, record.offset, fields)

    def shape(self, record: Record) -> Shape:
        """Return the schema of a record.

        Raises:
            UserError: the registry does not know it.

        """
        try:
            found = self._schemas.shapes.get(schema_id(record.value))
        except FrameError:
            found = None
        if found is None:
            self.fields(record)
        assert found is not None  # noqa: S101 -- for the type checker: decoding it has said so
        return found

    def _kind(self, record: Record, item: str) -> _Kind:
        writer = self.shape(record).writer
        try:
            reader = PartsReader(writer)
        except ValueError:
            reader = None
        return _Kind(table_model(item, writer), reader)
