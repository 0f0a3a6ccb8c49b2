"""Holds a feed against its manifests, and proves one record of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from creditbus.services.domain.evidence.audit import Audit, PartitionAudit
from creditbus.services.domain.evidence.feed_record import feed_leaf, feed_place, value_hash
from creditbus.services.domain.evidence.inclusion_file import InclusionFile
from creditbus.services.domain.evidence.manifest import Manifest, manifest_named
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.domain.evidence.merkle import root_of
from creditbus.services.domain.evidence.note import PublicKey, Verify
from creditbus.services.domain.evidence.proofs import inclusion_proof
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.evidence import messages
from creditbus.services.evidence.reading import FeedLog, FeedPartition, manifest_documents, open_log
from creditbus.services.query.decoding import decoded
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import feed
from creditbus.topics.registry import SchemaRegistry

__all__ = ["audit_feed", "prove_record"]

_Trusted = Sequence[tuple[PublicKey, Verify]]
#: Partitions that are read side by side: a broker that is asked by one reader alone waits for it, too.
_AT_ONCE: Final = 3
_PLACE: Final = re.compile(r"([0-9]{1,10})/([0-9]{1,19})")


async def audit_feed(connection: Connection, subscriber: str, documents: Sequence[bytes], trusted: _Trusted) -> Audit:
    """Read a feed from its start to its present end, and hold it against its manifests.

    Args:
        connection: the bus.
        subscriber: whose feed it is.
        documents: of its manifests (`manifest_documents`).
        trusted: keys whose signatures are believed; without one the feed is checked by itself.

    Raises:
        DependencyDownError: no broker answers.
        UnavailableError: records expired before they were read.
        ConfigurationError: there is no such feed.

    """
    log = await open_log(connection, subscriber)
    believed, found = trusted_manifests(log.topic, documents, trusted) if trusted else ([], [])
    audit = Audit(log.topic, believed, findings=list(found))
    parts = [audit.partition(partition.number, cut=partition.cut) for partition in log.partitions]
    few = asyncio.Semaphore(_AT_ONCE)
    reading = [
        asyncio.create_task(_check(log, partition, part, few))
        for partition, part in zip(log.partitions, parts, strict=True)
    ]
    try:
        await asyncio.gather(*reading)
    finally:
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    for part in parts:
        audit.close(part)
    audit.finish()
    return audit


async def _check(log: FeedLog, partition: FeedPartition, part: PartitionAudit, few: asyncio.Semaphore) -> None:
    async with few:
        checking: asyncio.Task[None] | None = None
        async for chunk in log.chunks(partition):
            if checking is not None:
                await checking
            # in a thread: meanwhile the broker is asked for what comes next, and answers
            checking = asyncio.create_task(asyncio.to_thread(part.take_all, chunk))
        if checking is not None:
            await checking


async def prove_record(connection: Connection, subscriber: str, wanted: str, trusted: _Trusted) -> InclusionFile:
    """Return the proof that a record is in a feed.

    Args:
        connection: the bus.
        subscriber: whose feed it is.
        wanted: id of an event, or partition and `feed_seq` of a record, as in `3/17`.
        trusted: keys whose signatures are believed.

    Raises:
        DependencyDownError: a server does not answer.
        UnavailableError: records expired before they were read.
        ConfigurationError: there is no such feed or record, no manifest holds it, or the feed is not what was signed.

    """
    log = await open_log(connection, subscriber)
    believed, _ = trusted_manifests(feed(subscriber), manifest_documents(connection, subscriber), trusted)
    schemas = Schemas(SchemaRegistry(connection.registry_url))
    record = await _found(log, wanted, schemas)
    if record is None:
        raise ConfigurationError("EVENT", messages.NO_SUCH_EVENT(event=wanted), messages.EVENT_LIKE())
    place = feed_place(record.value or b"")
    manifest = None if place is None else manifest_named(believed, record.partition, place.sequence)
    if manifest is None or place is None:
        fix = messages.MAKE_MANIFEST(subscriber=subscriber)
        raise ConfigurationError(wanted, messages.NOT_SIGNED_YET(), fix)
    leaves, index = await _leaves(log, manifest, record.partition, place.sequence)
    if root_of(leaves) != manifest.root:
        fix = messages.VERIFY_FIRST(subscriber=subscriber)
        raise ConfigurationError(log.topic, messages.NOT_AS_SIGNED(number=manifest.number), fix)
    await schemas.learn([record])
    return InclusionFile(
        manifest=manifest.document(),
        partition=record.partition,
        sequence=place.sequence,
        key=record.key,
        value=record.value or b"",
        index=index,
        proof=inclusion_proof(leaves, index),
        record=decoded(schemas, record),
        schema=schemas.written_with(record),
    )


async def _found(log: FeedLog, wanted: str, schemas: Schemas) -> Record | None:
    """Return the record that is meant; of several of one event the last one."""
    named = _PLACE.fullmatch(wanted)
    text, found = wanted.encode(), None
    for partition in log.partitions:
        if named and partition.number != int(named[1]):
            continue
        async for record in log.records(partition):
            value = record.value or b""
            if named:
                place = feed_place(value)
                if place is not None and place.sequence == int(named[2]):
                    return record
            elif text in value:
                # an id may stand in a text by chance: the record is asked
                await schemas.learn([record])
                if _event_id(decoded(schemas, record)) == wanted:
                    found = record
    return found


def _event_id(fields: Mapping[str, Any]) -> Any:
    """Return the id of a record's event; None: it has none, for it was never written by fanout."""
    shown = fields.get("record")
    return shown.get("event_id") if isinstance(shown, dict) else None


async def _leaves(log: FeedLog, manifest: Manifest, partition: int, sequence: int) -> tuple[list[bytes], int]:
    """Return the leaves of an interval, and the place of one record among them."""
    leaves: list[bytes] = []
    index = 0
    spans = {span.partition: span for span in manifest.spans}
    for one in log.partitions:
        span = spans.get(one.number)
        if span is None or not span.records:
            continue
        async for record in log.records(one):
            value = record.value or b""
            place = feed_place(value)
            if place is None or not span.first <= place.sequence <= span.last:
                continue
            if (one.number, place.sequence) == (partition, sequence):
                index = len(leaves)
            leaves.append(feed_leaf(log.topic, one.number, place.sequence, record.key, value_hash(value)))
    return leaves, index
