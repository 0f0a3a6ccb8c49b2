"""Loads for the whole way: what the connectors publish, and what must come of it in the feeds and the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ground import Ground, opened
from load import Loads, Sent, run_in_memory
from story import Step, decisions, known_subjects, registering

from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.worker.bus import Bus
from creditbus.topics.names import LEDGER, is_feed
from creditbus.topics.registry import SchemaRegistry

__all__ = ["SEED", "WholeLoad", "WholeLoads"]

SEED = 20240601
_LEGACY = 0.05
_REGISTRATIONS = 0.2


@dataclass(frozen=True, slots=True)
class WholeLoad:
    """What is published, and what must come of it.

    Attributes:
        records: of the ingest topics, in the order of publishing.
        identities: the id that intake gives to each.
        feeds: records by feed.
        changes: records that fanout must read.
        outcomes: of the ledger, without what it books in addition to the balance.
        feed_records: what fanout makes in memory of all that was published, also before it.

    """

    records: Sequence[Sent]
    identities: Sequence[bytes]
    feeds: Mapping[str, int]
    changes: int
    outcomes: Mapping[str, int]
    feed_records: Sequence[Sent]


class WholeLoads:
    """Makes them for the stages of running servers."""

    def __init__(self, ground: Ground) -> None:
        lanes = ground.declared.topics[LEDGER].partitions
        self._bus: Bus = opened(ground.connection, ground.declared)
        self._loads = Loads(self._bus.stages, SchemaRegistry(ground.connection.registry_url), lanes)

    @property
    def codec(self) -> EventCodec:
        """Of the stages."""
        return self._bus.codec

    def fanned(self, events: int) -> tuple[Sequence[Sent], Sequence[Sent]]:
        """Return the changes that come of this many events, and the feed records that fanout makes of them."""
        changes = self._loads.changes(events)
        return changes, run_in_memory(self._bus.stages["fanout"], changes).records

    def feed(self, events: int) -> list[Sent]:
        """Return the records of the largest feed that comes of this many events."""
        _, made = self.fanned(events)
        ((topic, _),) = Counter(record.topic for record in made if is_feed(record.topic)).most_common(1)
        return [record for record in made if record.topic == topic]

    def mixed(self, events: int) -> WholeLoad:
        """A fifth registrations, then licences and penalties: 5 % repeated, 5 % amended, 5 % by organisation code."""
        random = Random(SEED)
        known = known_subjects(random, int(events * _REGISTRATIONS))
        told = [*registering(random, known), *decisions(random, known, events - len(known), _LEGACY, settled=True)]
        return self._whole(self._loads.ingest(told), 0)

    def two_parts(self, subjects: int, events: int) -> tuple[WholeLoad, WholeLoad]:
        """Registrations first, then licences and penalties of these subjects; offsets go on from part to part."""
        random = Random(SEED)
        known = known_subjects(random, subjects)
        told = [*registering(random, known), *decisions(random, known, events, _LEGACY, settled=True)]
        return self.parted(told, subjects)

    def parted(self, told: Sequence[Step], first: int) -> tuple[WholeLoad, WholeLoad]:
        """The first steps of a story, and those after them; offsets go on from part to part."""
        records = self._loads.ingest(told)
        return self._whole(records[:first], 0), self._whole(records, first)

    def _whole(self, records: Sequence[Sent], first: int) -> WholeLoad:
        """Return the load from the place `first` on; what comes before it is what the stages know already."""
        stages = self._bus.stages
        identities = self._identities(records)
        made = {"intake": run_in_memory(stages["intake"], records, first)}
        made["resolver"] = run_in_memory(stages["resolver"], made["intake"].to("credit.unresolved"))
        events = [*made["intake"].to("credit.events"), *made["resolver"].to("credit.events")]
        made["profiles"] = run_in_memory(stages["profiles"], events)
        changes = made["profiles"].to("credit.changes")
        made["fanout"] = run_in_memory(stages["fanout"], changes)
        outcomes = Counter[str]()
        for part in made.values():
            outcomes.update(part.outcomes)
        feeds = Counter(record.topic for record in made["fanout"].records)
        if first:
            before = self._whole(records[:first], 0)
            feeds.subtract(before.feeds)
            outcomes.subtract(before.outcomes)
            changes = changes[before.changes :]
        return WholeLoad(
            records[first:],
            identities[first:],
            dict(feeds),
            len(changes),
            {name: count for name, count in outcomes.items() if count and not name.startswith(("caution", "normal"))},
            made["fanout"].records,
        )

    def _identities(self, records: Sequence[Sent]) -> list[bytes]:
        work, _ = self._bus.stages["intake"].step.prepare(records)
        return [entry.opened.header["event_id"] for entry in work]
