"""Framed Avro back to records, whatever version of their schema they were written with."""

from collections.abc import Mapping
from typing import Any, Protocol

from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import schema_id

__all__ = ["DamagedError", "Decoder", "ForeignError", "SchemaLookup"]


class SchemaLookup(Protocol):
    """Knows schemas by their id: :class:`creditbus.topics.registry.SchemaRegistry`, or a fake of it."""

    def schema(self, schema_id: int) -> Any:
        """Return the schema as parsed JSON."""


class ForeignError(ValueError):
    """The bytes are not a record of the schema that is read."""


class DamagedError(ForeignError):
    """The bytes say that they are one, and are not."""


class Decoder:
    """Reads records of one schema.

    Args:
        schema: The present version; what older ones lack has its defaults.
        registry: Asked once for each version met.
    """

    def __init__(self, schema: Mapping[str, Any], registry: SchemaLookup) -> None:
        self._name = schema["name"]
        self._reader = parsed(schema)
        self._registry = registry
        self._writers: dict[int, Any] = {}

    def __call__(self, value: bytes) -> dict[str, Any]:
        """Decode one value.

        Raises:
            FrameError: it names no schema.
            ForeignError: it was written with the schema of something else.
            DamagedError: it does not follow the schema that it names.
            UserError: the registry does not answer, or does not know the id.
        """
        number = schema_id(value)
        if number not in self._writers:
            self._writers[number] = self._parsed(self._registry.schema(number))
        writer = self._writers[number]
        if writer is None:
            raise ForeignError(f"not written as {self._name}")
        try:
            return read_record(value, writer, self._reader)
        except UndecodableError as error:
            raise DamagedError(f"no sound {self._name}") from error

    def _parsed(self, schema: Any) -> Any:
        if not isinstance(schema, Mapping) or str(schema.get("name")).rpartition(".")[2] != self._name:
            return None
        return parsed(schema)
