"""The refused events of a department, as its reject topic holds them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from creditbus.avro_schemas import raw_catalogue, reject_schema
from creditbus.avro_schemas.catalogue_files import per_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.entitlement import HEADER_AUTHORITY
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.domain.statements import connector_of
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, read_partitions
from creditbus.services.query.decoding import decoded
from creditbus.topics.connection import Connection
from creditbus.topics.names import rejects
from creditbus.topics.registry import SchemaRegistry

__all__ = ["RejectedEvent", "read_rejects"]

_SCHEMA = parsed(reject_schema())
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True, repr=False)
class RejectedEvent:
    """One refused event: its fields as in avro_schemas/reject.avsc, and what it said, where that was kept.

    Holds values of a department's row: show them to it, never log them.

    Attributes:
        fields: of the reject.
        said: of the refused event, as written; empty where nothing was kept, or its bytes say nothing.

    """

    fields: dict[str, Any]
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def connector(self) -> str:
        """Who sent it; empty where no connector did."""
        return connector_of(self.fields["run"]) if self.fields["row"] else ""

    @property
    def detail(self) -> str:
        """What is wrong in the words of whoever read the row; empty where the reason says it all."""
        return str(self.said["unreadable"]["detail"]) if "unreadable" in self.said else ""

    @property
    def content(self) -> str:
        """Digest of what the row says, the same whenever it is read; empty where it says nothing."""
        parts = {name: self.said[name] for name in ("claim", "content", "unreadable") if name in self.said}
        if not parts:
            return ""
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=repr)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()

    def findings(self) -> list[dict[str, str | None]]:
        """Return reason, field, value, proposed correction, the field's title, and the reason in both languages.

        A reason of a later version has its code for a sentence.
        """
        return [
            {
                "reason": finding["reason"],
                "field": finding["field"],
                "title": _title(self.fields["item"], finding["field"]),
                "value": self._value(finding["field"]),
                "proposed": finding["proposed"],
                "en": reason.sentence if reason else finding["reason"],
                "zh": reason.zh if reason else finding["reason"],
            }
            for finding in self.fields["findings"]
            for reason in (_catalogue().reason(finding["reason"]),)
        ]

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus rejects list --json` prints."""
        names = (
            "stage",
            "item",
            "department",
            "run",
            "file",
            "sheet",
            "row",
            "cautions",
            "topic",
            "partition",
            "offset",
        )
        facts = {name: self.fields[name] for name in names}
        return facts | {"connector": self.connector, "detail": self.detail, "findings": self.findings()}

    def _value(self, code: str) -> str | None:
        """Return what the row has in a field; of a row that could not be read, its text."""
        if "unreadable" in self.said:
            return _text(self.said["unreadable"]["original"])
        if not code or not self.said:
            return None
        if code == HEADER_AUTHORITY:
            return str(self.said["header"]["authority"])
        value = self.said.get("content", {}).get(code)
        claim = _claims(self.fields["item"]).get(code, "")
        found = self.said.get("claim", {}).get(claim) if value is None else value
        return None if found is None else str(found)


async def read_rejects(connection: Connection, department: str, run: str) -> AsyncGenerator[RejectedEvent]:
    """Yield a department's refused events, those of one run when `run` names one.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: there is no such department.
        UserError: a record cannot be decoded.

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    starts = dict.fromkeys(facts.partitions_of(rejects(department)), FROM_START)
    schemas = Schemas(SchemaRegistry(connection.registry_url))
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        await schemas.learn(chunk.records)
        found = [decoded(schemas, record, _SCHEMA) for record in chunk.records]
        wanted = [fields for fields in found if run in {"", fields["run"]}]
        originals = [
            _RefusedRecord(fields["topic"], fields["partition"], fields["offset"], fields) for fields in wanted
        ]
        await schemas.learn(originals)
        for original in originals:
            yield RejectedEvent(original.fields, _said(schemas, original))


class _RefusedRecord(NamedTuple):
    """The refused event as a record, so that its schema can be learned."""

    topic: str
    partition: int
    offset: int
    fields: dict[str, Any]

    @property
    def timestamp(self) -> int:
        return 0

    @property
    def key(self) -> bytes | None:
        return None

    @property
    def value(self) -> bytes | None:
        original: bytes = self.fields["original"]
        return original


def _said(schemas: Schemas, original: Record) -> Mapping[str, Any]:
    """Decode what was refused: anything may have been sent, so what cannot be decoded says nothing."""
    value = original.value or b""
    try:
        shape = schemas.shapes.get(schema_id(value))
        if shape is None:
            return {}
        said = read_record(value, shape.writer)
    except (FrameError, UndecodableError):
        return {}
    return said if isinstance(said.get("header"), dict) else {}


def _text(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


@per_catalogue
def _catalogue() -> Catalogue:
    return Catalogue.parse(raw_catalogue())


@per_catalogue
def _claims(item: str) -> Mapping[str, str]:
    """Return the fields of an item's claim by their column codes."""
    found = _catalogue().item(item)
    return {} if found is None else {code: name for name, code in found.claims.items()}


def _title(item: str, field: str) -> str:
    found = _catalogue().item(item)
    known = None if found is None else found.fields.get(field)
    return known.title if known is not None else ""
