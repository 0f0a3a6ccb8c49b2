"""Finds the retractions among records of a feed, without decoding what they say of content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from creditbus.services.domain.evidence.retraction import Retraction, retraction_of
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.query.decoding import decoded

__all__ = ["RetractionFinder"]

_HEAD: Final = ("feed", "subject", "record")


class RetractionFinder:
    """Looks through a feed.

    Args:
        schemas: of the registry that its records were written with.

    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._heads: dict[int, Any] = {}

    async def among(self, records: Sequence[Record]) -> list[Retraction]:
        """Return the retractions among records, in their order.

        Raises:
            DependencyDownError: the registry does not answer.
            UserError: a record cannot be decoded.

        """
        await self._schemas.learn(records)
        found = (
            retraction_of(self._fields(record), record.partition, record.offset, record.timestamp) for record in records
        )
        return [one for one in found if one is not None]

    def _fields(self, record: Record) -> Mapping[str, Any]:
        value = record.value or b""
        try:
            return read_record(value, self._head(schema_id(value)))
        except (FrameError, UndecodableError, LookupError):
            # says which record it is and what is wrong with it
            return decoded(self._schemas, record)

    def _head(self, number: int) -> Any:
        """Return the schema of what a record begins with: its bytes are those of the whole one's beginning."""
        known = self._heads.get(number)
        if known is None:
            shape = self._schemas.shapes[number]
            if shape is None:
                raise LookupError(number)
            writer = {name: value for name, value in shape.writer.items() if not name.startswith("__")}
            fields = [field for field in writer["fields"] if field["name"] in _HEAD]
            known = self._heads[number] = parsed({**writer, "fields": fields})
        return known
