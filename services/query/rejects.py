"""The refused events of a department, as its reject topic holds them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from fastavro import parse_schema, schemaless_reader

from creditbus.avro_schemas import reject_schema
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.domain.reasons import Reason
from creditbus.services.engine.reading import FROM_START, read_partitions
from creditbus.services.engine.topic_facts import topic_facts
from creditbus.topics.connection import Connection

__all__ = ["RejectedEvent", "read_rejects"]

_SCHEMA = parse_schema(reject_schema(), named_schemas={})


@dataclass(frozen=True, slots=True, repr=False)
class RejectedEvent:
    """One refused event: its fields as in avro_schemas/reject.avsc."""

    fields: dict[str, Any]

    @property
    def place(self) -> str:
        """Where the department finds the row."""
        parts = (self.fields["file"], self.fields["sheet"], f"row {self.fields['row']}" if self.fields["row"] else "")
        return "  ".join(part for part in parts if part) or f"offset {self.fields['offset']}"

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

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    starts = dict.fromkeys(facts.partitions_of(f"rejects.{department}"), FROM_START)
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        for record in chunk.records:
            source = BytesIO(record.value or b"")
            source.seek(FRAME_BYTES)
            event = RejectedEvent(cast("dict[str, Any]", schemaless_reader(source, _SCHEMA, None)))
            if run in {"", event.fields["run"]}:
                yield event
