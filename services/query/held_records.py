"""What the bus holds, record by record, from the profiles' changelog: for figures over all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.normalise import parse_date
from creditbus.services.domain.profile.objection import OpenObjection, open_objection
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.profile.succession import of_successor, successions
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicFacts
from creditbus.services.engine.consume.topic_reader import FROM_START, read_partitions
from creditbus.services.query.carried import expect_carried
from creditbus.topics.connection import Connection
from creditbus.topics.names import RECORDS
from creditbus.topics.registry import SchemaRegistry

__all__ = ["HeldRecord", "read_all", "read_held"]

_RECORD_KEY = b"r|"
_KEY_BYTES = 8


class HeldRecord(NamedTuple):
    """What figures ask of a record; nothing that tells whom it is about.

    Attributes:
        department: who published its content.
        item: catalogue item.
        decided: day of the decision; None where the item has none.
        received: day on which the bus received the content.
        amended: the content is not the record's first.
        objection: the one that is open against it; None: there is none.

    """

    department: str
    item: str
    decided: date | None
    received: date
    amended: bool
    objection: OpenObjection | None = None


async def read_held(connection: Connection, facts: TopicFacts) -> list[HeldRecord]:
    """Return each record once, as it is now; of the two of a succession the predecessor's, for they are one row.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: topics or schemas are missing.
        UserError: as of `expect_carried`.

    """
    codec = EventCodec(Schemas(SchemaRegistry(connection.registry_url)))
    await codec.load()
    catalogue = Catalogue.parse(raw_catalogue())
    paired = tuple(b"|%b|" % item.encode() for item in successions(catalogue))
    newest: dict[bytes, HeldRecord] = {}
    async for record in read_all(connection, facts, RECORDS):
        if record.key is None or not record.key.startswith(_RECORD_KEY):
            continue
        if any(item in record.key for item in paired) and of_successor(record.key.decode()):
            continue
        # a record's key holds its subject and its number; eight bytes of a hash are enough to tell them apart
        key = blake2b(record.key, digest_size=_KEY_BYTES).digest()
        if record.value:
            expect_carried(catalogue, record.key.split(b"|", 2)[2])
            newest[key] = _held(codec, record.value)
        else:
            newest.pop(key, None)
    return list(newest.values())


async def read_all(connection: Connection, facts: TopicFacts, topic: str) -> AsyncIterator[Record]:
    """Yield what a topic holds, up to its present end; errors as of `read_held`."""
    starts = dict.fromkeys(facts.partitions_of(topic), FROM_START)
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        for record in chunk.records:
            yield record


def _held(codec: EventCodec, value: bytes) -> HeldRecord:
    record = decode_record(value)
    opened = codec.open(record.content)
    item = opened.header["item"]
    act, _, _, _ = codec.read_body(item, opened.body)
    decided = parse_date(act["decided_on"]) if act["decided_on"] else None
    received = city_day(record.received_at)
    return HeldRecord(record.department, item, decided, received, record.revision > 1, open_objection(record))
