"""The readable part of a proof can be compared for every item and grant, by the schema that the registry gives."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from fastavro.utils import generate_one

from creditbus.services.domain.evidence.inclusion_file import InclusionFile, read_inclusion
from creditbus.services.domain.evidence.readable_record import Readable, compared
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.framed_avro import RecordWriter, parsed
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas, full_name
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.registry import MemoryRegistry
from creditbus.services.query.decoding import decoded
from creditbus.topics.declarations import declarations
from tests.examples import CATALOGUE
from tests.feed_evidence import kept_log


@pytest.mark.parametrize(
    "grant", [grant_of(one) for one in declarations().subscribers.values()], ids=lambda one: one.subscriber
)
def test_the_record_of_any_feed_is_the_same_in_readable_form(grant: Grant) -> None:
    registry = MemoryRegistry()
    for item in (one for one in CATALOGUE if one.id in grant.items):
        schema = Projection(grant, item).schema()
        number = registry.register(full_name(schema), schema)
        value = RecordWriter(schema, number)(cast("dict[str, Any]", generate_one(parsed(schema))))
        schemas = Schemas(registry, away=False)
        record = asyncio.run(_first(value))
        asyncio.run(schemas.learn([record]))
        shown, written = decoded(schemas, record), schemas.written_with(record)
        proof = read_inclusion(InclusionFile(b"{}", 0, 1, b"key", value, 0, [], shown, written).document())
        assert proof is not None
        found = compared(proof)
        assert (found.outcome, found.schema_id) == (Readable.SAME, number)


async def _first(value: bytes) -> Record:
    log = kept_log({0: [(b"key", value)]})
    (record,) = [record async for record in log.records(log.partitions[0])]
    return record
