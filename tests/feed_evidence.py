"""Feeds as bytes, signed and tampered with: what several tests of evidence make."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from creditbus.services.domain.evidence.audit import Audit
from creditbus.services.domain.evidence.feed_record import feed_leaf, feed_place, value_hash
from creditbus.services.domain.evidence.findings import Finding
from creditbus.services.domain.evidence.manifest import NO_HASH, Manifest, Span
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.domain.evidence.merkle import TreeHead
from creditbus.services.domain.evidence.note import PublicKey
from creditbus.services.domain.framing import frame
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.engine.consume.topic_reader import FROM_START
from creditbus.services.evidence.keys import SigningKey
from creditbus.services.evidence.reading import FeedLog, FeedPartition
from creditbus.services.evidence.suites import ED25519

__all__ = ["CHANGE", "TOPIC", "Entry", "Log", "audited", "kept_log", "key_named", "made_log", "next_of", "signed"]

TOPIC: Final = "feed.district-wuchang"

_HASH: Final = {"type": "fixed", "name": "Hash", "size": 32}
_EVIDENCE: Final = [{"name": "feed_seq", "type": "long"}, {"name": "previous_hash", "type": _HASH}]
_CONTENT: Final = [{"name": "name", "type": "string"}, {"name": "grade", "type": ["null", "string"]}]

#: A schema of a feed's records, smaller than those of fanout.
CHANGE: Final = {
    "type": "record",
    "name": "Change",
    "namespace": "creditbus.feed.district_wuchang",
    "fields": [
        {"name": "feed", "type": {"type": "record", "name": "Evidence", "fields": _EVIDENCE}},
        {"name": "content", "type": {"type": "record", "name": "Content", "fields": _CONTENT}},
    ],
}

#: Key and value.
Entry = tuple[bytes, bytes]
Log = dict[int, list[Entry]]


def key_named(name: str, seed: int = 1) -> SigningKey:
    secret = bytes([seed]) * 32
    return SigningKey(PublicKey(name, ED25519.kind, ED25519.public(secret)), ED25519, secret)


def made_log(chance: random.Random, partitions: int = 3, most: int = 60) -> Log:
    """Make a feed as fanout writes one."""
    log: Log = {}
    for number in range(partitions):
        previous, entries = NO_HASH, []
        for sequence in range(1, chance.randint(12, most) + 1):
            shown = chance.randbytes(chance.randint(20, 90))
            value = frame(7) + encode_long(sequence) + previous + shown
            previous = value_hash(value)
            entries.append((chance.randbytes(18), value))
        log[number] = entries
    return log


def next_of(log: Mapping[int, Sequence[Entry]], ends: Mapping[int, int], before: Manifest | None) -> Manifest:
    """Return the unsigned manifest of what stands before these numbers, and after those of the manifest before."""
    tree = TreeHead()
    spans = []
    done = {span.partition: span for span in before.spans} if before else {}
    for partition, entries in log.items():
        old = done.get(partition)
        last, last_hash = (old.last, old.last_hash) if old else (0, NO_HASH)
        first, previous = last + 1, last_hash
        for key, value in entries[last : ends[partition]]:
            place = feed_place(value)
            assert place is not None
            last, last_hash = place.sequence, value_hash(value)
            tree.append(feed_leaf(TOPIC, partition, last, key, last_hash))
        spans.append(Span(partition, first, last, previous, last_hash, last))
    since = before.made_ms if before else 0
    number, digest = (before.number + 1, before.digest) if before else (1, NO_HASH)
    return Manifest(TOPIC, number, "ed25519", since, since + 1, digest, tuple(spans), tree.root())


def signed(manifest: Manifest, key: SigningKey) -> Manifest:
    return replace(manifest, note=key.note(manifest.checkpoint().text()))


def audited(log: Log, documents: Sequence[bytes], key: SigningKey, cut: Sequence[int] = ()) -> list[Finding]:
    """Hold a feed against manifests, as `creditbus feed verify` does."""
    believed, found = trusted_manifests(TOPIC, documents, [(key.public, key.suite.verify)])
    audit = Audit(TOPIC, believed, findings=list(found))
    for number, entries in log.items():
        taken = audit.partition(number, cut=number in cut)
        for key_bytes, value in entries:
            taken.take(key_bytes, value)
        audit.close(taken)
    audit.finish()
    return audit.findings


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record as Kafka gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class KeptLog(FeedLog):
    """A feed in memory."""

    log: Mapping[int, Sequence[Entry]]

    async def chunks(self, partition: FeedPartition, start: int = FROM_START) -> AsyncGenerator[Sequence[Record]]:
        kept = enumerate(self.log[partition.number], partition.begins)
        since = start if partition.begins <= start <= partition.ends else partition.begins
        yield [_Kept(self.topic, partition.number, place, 0, *entry) for place, entry in kept if place >= since]


def kept_log(log: Mapping[int, Sequence[Entry]], begins: Mapping[int, int] | None = None) -> KeptLog:
    first = {number: (begins or {}).get(number, 0) for number in log}
    parts = tuple(FeedPartition(one, first[one], first[one] + len(entries)) for one, entries in log.items())
    return KeptLog(TOPIC, "", parts, log)
