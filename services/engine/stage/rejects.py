"""Refused events on their way back to their department."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from creditbus.avro_schemas import reject_schema
from creditbus.services.domain.event import Header, Origin, ingest_key, partition_of
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.output import Output
from creditbus.topics.names import ingest, rejects

__all__ = ["Refusal", "Rejects", "Source"]


class Refusal(NamedTuple):
    """What is wrong with an event: (reason, field, proposed correction), the counted one first."""

    findings: Sequence[tuple[str, str, str | None]]
    cautions: Sequence[str] = ()
    keep_original: bool = True
    """Whether the event's bytes and key go back with it."""

    def __repr__(self) -> str:
        """Leave out proposed values: they are codes of subjects."""
        return f"<Refusal {[reason for reason, _, _ in self.findings]}>"


class Source(NamedTuple):
    """Where a refused event stands on its ingest topic, and its bytes."""

    topic: str
    partition: int
    offset: int
    received_at: int
    key: bytes | None
    value: bytes

    @classmethod
    def of(cls, event: Header, lanes: int, sealed: bytes) -> Self:
        """Return where an event that intake let pass came from; `sealed` are its bytes."""
        key = ingest_key(event)
        topic = ingest(event["origin"]["department"])
        return cls(topic, partition_of(key, lanes), event["sequence"], event["received_at"], key, sealed)

    def __repr__(self) -> str:
        """Leave out the event."""
        return f"<Source {self.topic}/{self.partition} at {self.offset}>"


class Rejects:
    """Writes `rejects.<department>`."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._write: RecordWriter

    async def load(self, schemas: Schemas) -> None:
        """Learn the schema's id; nothing can be written before."""
        self._write = await schemas.writer_of(reject_schema())

    def emit(self, out: Output, origin: Origin, item: str, source: Source, refusal: Refusal) -> None:
        """Send one refused event back; the booking is the stage's."""
        value: dict[str, Any] = {
            "stage": self._stage,
            "item": item,
            **origin,
            "findings": [
                {"reason": reason, "field": field, "proposed": proposed} for reason, field, proposed in refusal.findings
            ],
            "cautions": list(refusal.cautions),
            "received_at": source.received_at,
            "topic": source.topic,
            "partition": source.partition,
            "offset": source.offset,
            "original": source.value if refusal.keep_original else b"",
        }
        key = source.key if refusal.keep_original else None
        out.emit(rejects(origin["department"]), out.lane, key, self._write(value))
