"""Lets each event of a record carry what its subject states about it.

The event by which a record was last emitted has the statement that counts. So whoever is shown the record is shown the
statement, also in its past, and nothing else keeps the text (docs/adr/0044-life-of-a-record.md).
"""

from __future__ import annotations

from dataclasses import replace

from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.record_acts import is_annotated
from creditbus.services.engine.codec.emission import Emission
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.codec.scan.places import END

__all__ = ["annotate", "emission_annotated", "statement_of"]


def statement_of(record: Record, codec: EventCodec) -> str | None:
    """Return what the subject of a record states about it; None: nothing, or not any more."""
    if not is_annotated(record):
        return None
    last, _ = codec.last_emission(record.content, record.act)
    return codec.read_body(last.item.decode(), last.value[last.places[END] :])[0]["statement"]


def annotate(event: DecodedEvent, statement: str | None, codec: EventCodec) -> DecodedEvent:
    """Return an event with a statement."""
    return replace(event, body=_annotated(event.header["item"], event.body, statement, codec))


def emission_annotated(emission: Emission, record: Record, codec: EventCodec) -> Emission:
    """Return what was emitted of a record earlier with the statement that counts now."""
    if not is_annotated(record):
        return emission
    value, end = emission.value, emission.places[END]
    body = _annotated(emission.item.decode(), value[end:], statement_of(record, codec), codec)
    return Emission(value[:end] + body, emission.places)


def _annotated(item: str, body: bytes, statement: str | None, codec: EventCodec) -> bytes:
    act, claim, content, _ = codec.read_body(item, body)
    return codec.write_body(item, {**act, "statement": statement}, claim, content)[0]
