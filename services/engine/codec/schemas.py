"""Schemas by their ids, asked of the registry once each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from creditbus.avro_schemas import event_schema, raw_catalogue
from creditbus.avro_schemas.catalogue_files import per_catalogue
from creditbus.services.domain.framed_avro import RecordWriter, parsed
from creditbus.services.domain.framing import FRAME_BYTES, FrameError, schema_id
from creditbus.services.engine.batch import Record
from creditbus.services.engine.errors import DependencyDownError
from creditbus.topics import messages as shared
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.registry import SchemaRegistry, UnknownSchemaError

__all__ = ["Schema", "Schemas", "Shape", "full_name"]

Schema = dict[str, Any]

#: Ends the name of every event's schema, and of no feed's.
_EVENT: Final = "Event"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a schema id stands for.

    `item` is the catalogue item of an event schema, empty for another schema.
    """

    schema_id: int
    name: str
    item: str
    writer: Any


def full_name(schema: Mapping[str, Any]) -> str:
    """Return the full name of a record schema: its subject in the registry."""
    return f"{schema['namespace']}.{schema['name']}"


def _item_of(name: str) -> str:
    # who reads feeds alone need not read the catalogue
    return _items().get(name, "") if name.endswith(_EVENT) else ""


@per_catalogue
def _items() -> Mapping[str, str]:
    """Return the items by the names of their events' schemas."""
    return {full_name(event_schema(item)): item for item in raw_catalogue()}


def _plain(schema: Any) -> Any:
    """Return a schema without what fastavro notes in those that it has parsed."""
    if isinstance(schema, Mapping):
        return {key: _plain(one) for key, one in schema.items() if not key.startswith("__")}
    return [_plain(one) for one in schema] if isinstance(schema, list) else schema


class Schemas:
    """Schema ids, asked of the registry once each: a schema never changes under its id.

    Args:
        registry: is asked.
        away: an answer takes time; False of a registry in this process, for which no thread has to wait.

    """

    def __init__(self, registry: SchemaRegistry, *, away: bool = True) -> None:
        self._registry = registry
        self._away = away
        self._ids: dict[str, int] = {}
        self._registered: dict[str, int] = {}
        self.shapes: dict[int, Shape | None] = {}

    async def id_of(self, schema: Schema) -> int:
        """Return the id of exactly this schema.

        Raises:
            DependencyDownError: the registry does not answer.
            ConfigurationError: it is not registered.

        """
        name = full_name(schema)
        if name not in self._ids:
            found = await self._ask(self._registry.find, name, schema)
            if found is None:
                raise ConfigurationError(shared.SCHEMA(name=name), shared.NOT_REGISTERED(), shared.RUN_APPLY())
            self._ids[name] = found
            self.shapes[found] = Shape(found, name, _item_of(name), parsed(schema))
        return self._ids[name]

    async def writer_of(self, schema: Schema) -> RecordWriter:
        """Return what writes records of exactly this schema; errors as of `id_of`."""
        return RecordWriter(schema, await self.id_of(schema))

    async def register(self, schema: Schema) -> int:
        """Register a schema that is made here (a feed's) and return its id."""
        text = json.dumps(schema, sort_keys=True)
        if text not in self._registered:
            self._registered[text] = await self._ask(self._registry.register, full_name(schema), schema)
        return self._registered[text]

    async def learn(self, records: Iterable[Record]) -> None:
        """Ask for the schemas of these records that are not known yet."""
        for number in self.unknown(records):
            self.shapes[number] = await self._shape(number)

    def unknown(self, records: Iterable[Record]) -> set[int]:
        """Return the ids of schemas in these records that nobody has asked for yet."""
        found: set[int] = set()
        last = b""
        for record in records:
            value = record.value or b""
            # most of a batch are of one schema, or of two in turns
            head = value[:FRAME_BYTES]
            if head == last:
                continue
            last = head
            try:
                number = schema_id(value)
            except FrameError:
                continue
            if number not in self.shapes:
                found.add(number)
        return found

    async def learn_versions(self, schemas: Iterable[Schema]) -> None:
        """Ask for all versions of the subjects of these schemas: what is kept in stores may be of any of them."""
        # one after the other they took seconds of a worker's start on a busy machine
        await asyncio.gather(*map(self._learn_versions, schemas))

    async def _learn_versions(self, schema: Schema) -> None:
        name, wanted = full_name(schema), parsed(schema)
        for version in await self._ask(self._registry.versions, name):
            shape = self.shapes.get(version.id)
            if shape is None:
                shape = Shape(version.id, name, _item_of(name), parsed(version.schema))
                self.shapes[version.id] = shape
            # registries give a schema back in a form of their own, with fewer namespaces or more
            if shape.writer == wanted:
                self._ids[name] = version.id

    def written_with(self, record: Record) -> Schema | None:
        """Return the schema of a record, as JSON has it; None: it was not learnt."""
        shape = self.shapes.get(schema_id(record.value or b""))
        return None if shape is None else cast("Schema", _plain(shape.writer))

    async def _shape(self, number: int) -> Shape | None:
        try:
            schema = await self._ask(self._registry.schema, number)
        except (UnknownSchemaError, json.JSONDecodeError):
            return None
        # a registry holds JSON Schema and Protobuf, too: an event must not stop a stage by naming one
        try:
            writer = parsed(schema)
        except Exception:  # noqa: BLE001 -- fastavro raises whatever a strange schema makes it stumble over
            return None
        name = full_name(schema) if isinstance(schema, dict) and {"namespace", "name"} <= set(schema) else ""
        return Shape(number, name, _item_of(name), writer)

    async def _ask(self, call: Any, *arguments: Any) -> Any:
        try:
            return await asyncio.to_thread(call, *arguments) if self._away else call(*arguments)
        except UnavailableError as error:
            raise DependencyDownError.of("registry", error) from error
