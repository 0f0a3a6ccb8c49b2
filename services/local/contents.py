"""What a bus in memory holds, decoded."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from creditbus.services.domain.event import partition_of
from creditbus.services.domain.framed_avro import parsed, read_record
from creditbus.services.domain.framing import schema_id
from creditbus.services.domain.ledger import Ledger
from creditbus.services.domain.profile.keys import index_key, record_store_key, subject_key
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.profile.subject import INDEX_CHUNK, Subject, decode_subject, record_keys
from creditbus.services.engine.stage.ledger_writer import read_deltas
from creditbus.services.local.bus import LocalBus
from creditbus.services.local.registry import MemoryRegistry
from creditbus.services.local.stages import LocalStages
from creditbus.topics.names import LEDGER, PROFILES

__all__ = ["decode", "ledger_of", "records_of", "subject_of"]


def decode(parts: LocalStages, value: bytes | None) -> Any:
    """Decode a framed value with the schema that its id names: an event, a feed's record, a reject, a ledger's record.

    Raises:
        FrameError: it has no frame.
        UnknownSchemaError: no schema has the id.
        UndecodableError: the bytes are not a record of its schema, or go on after it.

    """
    framed = value or b""
    return read_record(framed, _parsed(parts.registry, schema_id(framed)), to_the_end=True)


def ledger_of(bus: LocalBus) -> Ledger:
    """Sum the ledger's topic."""
    ledger = Ledger()
    for message in bus.read(LEDGER):
        ledger.add(read_deltas(message.value or b""))
    return ledger


def subject_of(bus: LocalBus, code: str) -> Subject | None:
    """Return the summary that profiles keep of a subject; None: they keep nothing of it."""
    value = _store_of(bus, code).get(subject_key(code.encode()))
    return None if value is None else decode_subject(value)


def records_of(bus: LocalBus, code: str) -> dict[str, Record]:
    """Return a subject's records by their key, found as a reader of the store finds them: by the subject's index."""
    subject, store, key = subject_of(bus, code), _store_of(bus, code), code.encode()
    if subject is None:
        return {}
    chunks = [store[index_key(key, number)] for number in range(subject.records // INDEX_CHUNK)]
    names = [name for chunk in (*chunks, subject.tail) for name in record_keys(chunk)]
    return {name.decode(): decode_record(store[record_store_key(key, name)]) for name in names}


def _store_of(bus: LocalBus, code: str) -> dict[bytes, bytes]:
    return bus.stores[PROFILES.name, partition_of(code.encode(), bus.parts.lanes)]


@lru_cache(maxsize=256)
def _parsed(registry: MemoryRegistry, number: int) -> Any:
    return parsed(registry.schema(number))
