"""Looks at feeds: how far each goes, who reads it, what is signed, and what expires next; a few records are read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from creditbus.services.domain.evidence.feed_standing import FeedStanding
from creditbus.services.domain.evidence.manifest import Manifest, ManifestFault, read_manifest
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.domain.evidence.note import PublicKey, Verify
from creditbus.services.domain.evidence.standing import ReaderStanding, Reading
from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import log_bounds
from creditbus.services.evidence.groups import GroupPositions, feed_groups, retentions
from creditbus.services.evidence.peeking import Bounds, first_records, last_records
from creditbus.services.evidence.seen import SeenPartition
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.names import feed, manifests

__all__ = ["feed_standings"]

_Trusted = Sequence[tuple[PublicKey, Verify]]
_Records = Mapping[Partition, Record]


@dataclass(frozen=True, slots=True)
class _Reader:
    """A group, and the first record that it has not read of each partition."""

    noted: GroupPositions
    unread: _Records


async def feed_standings(
    connection: Connection, subscribers: Sequence[str], trusted: _Trusted, clock: Callable[[], float] = time.time
) -> list[FeedStanding]:
    """Return how the feeds of these subscribers stand, in their order.

    It takes some tenths of a second, however much the feeds hold: of each partition the first, the last and the first
    unread and unsigned records are read.

    Args:
        connection: the bus; neither the registry nor Redis is asked.
        subscribers: whose feeds.
        trusted: keys whose signatures are believed; without one the last manifest is taken at its word.
        clock: the present moment, in seconds since 1970 UTC.

    Raises:
        DependencyDownError, UnavailableError, UnsettledError: a broker does not answer.
        ConfigurationError: there is no such feed.

    """
    servers = connection.bootstrap_servers
    facts = await asyncio.to_thread(topic_facts, servers)
    topics = [feed(one) for one in subscribers]
    places = [place for topic in topics for place in facts.partitions_of(topic)]
    groups, kept_ms = await asyncio.to_thread(_groups, connection, topics)
    # ends after positions: a reader that reads on meanwhile is then never beyond the end
    signed_on = [Partition(name, 0) for name in map(manifests, subscribers) if name in facts.partitions]
    bounds = await log_bounds(servers, [*places, *signed_on])
    last = await last_records(servers, bounds)
    made = {
        feed(one): _last_manifest(feed(one), last.get(Partition(manifests(one), 0)), trusted) for one in subscribers
    }
    readers = [_Reader(one, await first_records(servers, one.positions, bounds)) for one in groups]
    seen = await _seen(servers, {place: bounds[place] for place in places}, last, made, kept_ms)
    now = int(clock() * 1000)
    return [_standing(one, now, kept_ms[feed(one)], made[feed(one)], seen, readers) for one in subscribers]


def _groups(connection: Connection, topics: Sequence[str]) -> tuple[list[GroupPositions], Mapping[str, int | None]]:
    with admin(connection) as kafka:
        return feed_groups(kafka, frozenset(topics)), retentions(kafka, topics)


def _last_manifest(topic: str, record: Record | None, trusted: _Trusted) -> Manifest | ManifestFault | None:
    """Return the last manifest of a feed; None: there is none."""
    if record is None:
        return None
    document = record.value or b""
    if not trusted:
        return read_manifest(document)
    believed, _ = trusted_manifests(topic, [document], trusted)
    return believed[0] if believed else ManifestFault.OTHER_FACTS


async def _seen(
    servers: str,
    bounds: Bounds,
    last: _Records,
    made: Mapping[str, Manifest | ManifestFault | None],
    kept_ms: Mapping[str, int | None],
) -> list[tuple[str, SeenPartition]]:
    spans = {
        Partition(topic, span.partition): span
        for topic, manifest in made.items()
        if isinstance(manifest, Manifest)
        for span in manifest.spans
    }
    first = await first_records(servers, {place: begins for place, (begins, _) in bounds.items()}, bounds)
    after = {place: span.next_offset for place, span in spans.items() if place in bounds}
    unsigned = await first_records(servers, after, bounds)
    return [
        (
            place.topic,
            SeenPartition(
                place.partition,
                *bounds[place],
                retention_ms=kept_ms[place.topic],
                first=first.get(place),
                last=last.get(place),
                signed=spans.get(place),
                unsigned=unsigned.get(place),
            ),
        )
        for place in sorted(bounds)
    ]


def _standing(
    subscriber: str,
    now_ms: int,
    retention_ms: int | None,
    manifest: Manifest | ManifestFault | None,
    seen: Sequence[tuple[str, SeenPartition]],
    readers: Sequence[_Reader],
) -> FeedStanding:
    topic = feed(subscriber)
    own = [one for name, one in seen if name == topic]
    known = manifest if isinstance(manifest, Manifest) else None
    return FeedStanding(
        topic,
        subscriber,
        now_ms,
        retention_ms,
        tuple(one.standing() for one in own),
        tuple(
            ReaderStanding(reader.noted.group, reader.noted.members, tuple(_readings(topic, own, reader)))
            for reader in readers
            if any(place.topic == topic for place in reader.noted.positions)
        ),
        manifest=known.number if known else 0,
        manifest_ms=known.made_ms if known else 0,
        manifest_doubted=isinstance(manifest, ManifestFault),
        watermarks=known.watermarks if known else {},
    )


def _readings(topic: str, own: Sequence[SeenPartition], reader: _Reader) -> list[Reading]:
    places = [(one, Partition(topic, one.number)) for one in own]
    return [one.reading(reader.noted.positions.get(place), reader.unread.get(place)) for one, place in places]
