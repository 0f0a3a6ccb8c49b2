"""Makes the manifest of what a feed has got since the manifest before."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import NoReturn

from creditbus.services.domain.evidence.feed_record import feed_leaf, feed_place, value_hash
from creditbus.services.domain.evidence.manifest import NO_HASH, Manifest, Span
from creditbus.services.domain.evidence.merkle import TreeHead
from creditbus.services.domain.evidence.watermark import later_of
from creditbus.services.engine.batch import Record
from creditbus.services.evidence import messages
from creditbus.services.evidence.keys import SigningKey
from creditbus.services.evidence.reading import FeedLog, FeedPartition
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import FEED

__all__ = ["next_manifest"]


async def next_manifest(
    log: FeedLog,
    before: Manifest | None,
    key: SigningKey,
    now_ms: int,
    watermarks: Mapping[str, int] | None = None,
) -> Manifest | None:
    """Return the signed manifest of all records after those of the manifest before; None where nothing is to be said.

    Where watermarks have moved and there is no record, it says that: a feed may be silent because nothing happened, or
    because somebody holds it back, and its reader cannot tell by itself.

    What is not whole is not signed: a signature must not make good what a reader would find.

    Args:
        log: the feed.
        before: the last manifest; None: this is the first one.
        key: that signs.
        now_ms: the present moment, in milliseconds since 1970 UTC.
        watermarks: of departments, found before the feed's ends were asked for (`department_watermarks`); those of the
            manifest before stay where they are later or alone, and not in the future.

    Raises:
        DependencyDownError: no broker answers.
        ConfigurationError: the feed is not whole.

    """
    ended = {span.partition: span for span in before.spans} if before else {}
    tree = TreeHead()
    spans = [await _span(log, partition, ended.get(partition.number), tree) for partition in log.partitions]
    said = before.watermarks if before else {}
    moved = later_of(said, watermarks or {}, now_ms)
    if not tree.size and moved == said:
        return None
    manifest = Manifest(
        feed=log.topic,
        number=before.number + 1 if before else 1,
        suite=key.suite.name,
        since_ms=before.made_ms if before else 0,
        made_ms=now_ms,
        previous=before.digest if before else NO_HASH,
        spans=tuple(spans),
        root=tree.root(),
        watermarks=moved,
    )
    return replace(manifest, note=key.note(manifest.checkpoint().text()))


async def _span(log: FeedLog, partition: FeedPartition, ended: Span | None, tree: TreeHead) -> Span:
    """Read what a partition has got, and add its leaves to the tree."""
    last, last_hash = (ended.last, ended.last_hash) if ended else (0, NO_HASH)
    first = last + 1
    previous_hash = last_hash
    next_offset = ended.next_offset if ended else 0
    # of an older beginning that has expired nothing follows: what came after the manifest may be missing all the same
    expired = partition.begins > next_offset
    begun = False
    async for record in _unsigned(log, partition, ended):
        value = record.value or b""
        place = feed_place(value)
        if place is not None and place.sequence <= last and not begun:
            expired = False
            continue  # the offset was of another copy of the feed: what was signed already stands before the new
        follows = place is not None and place.sequence == last + 1 and place.previous_hash == last_hash
        # after a beginning that expired the first record stands for itself
        if place is None or not (follows or (expired and not begun and place.sequence > last + 1)):
            _refuse(log, partition.number, last + 1)
        if not begun:
            begun, first, previous_hash = True, place.sequence, place.previous_hash
        last, last_hash, next_offset = place.sequence, value_hash(value), record.offset + 1
        tree.append(feed_leaf(log.topic, partition.number, last, record.key, last_hash))
    return Span(partition.number, first, last, previous_hash, last_hash, next_offset)


async def _unsigned(log: FeedLog, partition: FeedPartition, ended: Span | None) -> AsyncGenerator[Record]:
    """Yield the records after those that were signed; some of these may come before them.

    In another copy of the feed the manifest's offset may lie after records that nobody has signed. So a partition whose
    record there is not the next one is read from its start.
    """
    if ended is not None and ended.next_offset > partition.begins:
        begun = False
        async with aclosing(log.records(partition, ended.next_offset)) as records:
            async for record in records:
                place = feed_place(record.value or b"")
                if not begun and place is not None and place.sequence > ended.last + 1:
                    break
                begun = True
                yield record
            else:
                return
    async for record in log.records(partition):
        yield record


def _refuse(log: FeedLog, partition: int, number: int) -> NoReturn:
    place = messages.AT_RECORD(topic=log.topic, partition=partition, number=number)
    subscriber = log.topic.removeprefix(FEED)
    raise ConfigurationError(place, messages.FEED_IS_BROKEN(), messages.VERIFY_FIRST(subscriber=subscriber))
