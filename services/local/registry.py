"""A schema registry in memory."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from creditbus.topics import messages
from creditbus.topics.registry import RegisteredSchema, SchemaRegistry, UnknownSchemaError

__all__ = ["MemoryRegistry"]


class MemoryRegistry(SchemaRegistry):
    """What the engine and connectors ask of a registry; equal schemas have one id under all subjects."""

    def __init__(self) -> None:
        super().__init__("http://memory")
        self._schemas: list[Any] = []
        self._subjects: defaultdict[str, list[int]] = defaultdict(list)

    def register(self, subject: str, schema: Any) -> int:
        """Register a schema and return its id; ids count from 1."""
        if schema not in self._schemas:
            self._schemas.append(schema)
        number = self._schemas.index(schema) + 1
        if number not in self._subjects[subject]:
            self._subjects[subject].append(number)
        return number

    def find(self, subject: str, schema: Any) -> int | None:
        """Return the id of exactly this schema under a subject; None: it is not registered there."""
        return next((number for number in self._subjects[subject] if self._schemas[number - 1] == schema), None)

    def schema(self, schema_id: int) -> Any:
        """Return a schema.

        Raises:
            UnknownSchemaError: no schema has this id.

        """
        if not 0 < schema_id <= len(self._schemas):
            raise UnknownSchemaError(messages.SCHEMA(name=schema_id), messages.NOT_REGISTERED())
        return self._schemas[schema_id - 1]

    def versions(self, subject: str) -> list[RegisteredSchema]:
        """Return the schemas of a subject, the oldest first."""
        return [
            RegisteredSchema(number, version, self._schemas[number - 1])
            for version, number in enumerate(self._subjects[subject], 1)
        ]
