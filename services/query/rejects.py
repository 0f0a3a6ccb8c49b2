"""The refused events of a department, as its reject topic holds them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from fastavro import parse_schema

from creditbus.avro_schemas import reject_schema
from creditbus.services.domain.reasons import Reason
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.reading import FROM_START, read_partitions
from creditbus.services.engine.registry import SchemaRegistry
from creditbus.services.engine.topic_facts import topic_facts
from creditbus.services.query.decoding import decoded
from creditbus.topics.connection import Connection

__all__ = ["RejectedEvent", "read_rejects"]

_SCHEMA = parse_schema(reject_schema(), named_schemas={})


@dataclass(frozen=True, slots=True, repr=False)
class RejectedEvent:
    """One refused event: its fields as in avro_schemas/reject.avsc."""

    fields: dict[str, Any]

    def findings(self) -> list[dict[str, str | None]]:
        """Return reason, field, proposed correction, and the reason as a sentence in both languages.

        A reason of a later version has its code for a sentence.
        """
        return [
            {
                "reason": finding["reason"],
                "field": finding["field"],
                "proposed": finding["proposed"],
                "en": reason.sentence if reason else finding["reason"],
                "zh": reason.zh if reason else finding["reason"],
            }
            for finding in self.fields["findings"]
            for reason in (Reason.__members__.get(finding["reason"]),)
        ]

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus rejects list --json` prints; the event itself stays on the topic."""
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
        return {name: self.fields[name] for name in names} | {"findings": self.findings()}


async def read_rejects(connection: Connection, department: str, run: str) -> AsyncGenerator[RejectedEvent]:
    """Yield a department's refused events, those of one run when `run` names one.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: there is no such department.
        UserError: a record cannot be decoded.

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    starts = dict.fromkeys(facts.partitions_of(f"rejects.{department}"), FROM_START)
    schemas = Schemas(SchemaRegistry(connection.registry_url))
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        await schemas.learn(chunk.records)
        for record in chunk.records:
            event = RejectedEvent(decoded(schemas, record, _SCHEMA))
            if run in {"", event.fields["run"]}:
                yield event
