"""Topics, positions and stores in memory, and how a stage takes its turn on them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from creditbus.services.domain.event import partition_of
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import MissingKeysError, StateView
from creditbus.services.local.stages import LocalStages
from creditbus.topics.names import ingest

__all__ = ["ConsumedRecord", "LocalBus", "apply_changes"]


class ConsumedRecord(NamedTuple):
    """One record on a topic, as a consumer sees it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since 1970."""
    key: bytes | None
    value: bytes | None
    """None: a tombstone."""

    def __repr__(self) -> str:
        """Say where it stands: what it holds may speak of a person."""
        return f"<ConsumedRecord {self.topic}/{self.partition} at {self.offset}>"


@dataclass
class LocalBus:
    """One bus.

    Attributes:
        parts: the stages that run on it.
        now: its clock, in milliseconds since 1970; it moves on by a second with each record that is published.
        topics: the records of each partition of each topic, by offset.
        positions: how many records a stage has read of a topic's partition, by stage, topic and partition.
        stores: the state of each stage, by stage and lane.
        reruns: how often a stage had to begin a batch again, because it asked for keys that were not read yet.

    """

    parts: LocalStages
    now: int = 0
    topics: defaultdict[tuple[str, int], list[ConsumedRecord]] = field(default_factory=lambda: defaultdict(list))
    positions: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    stores: defaultdict[tuple[str, int], dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    reruns: int = 0

    def publish_bytes(self, department: str, key: bytes, value: bytes | None) -> ConsumedRecord:
        """Publish a framed event, or anything else, on a department's topic."""
        self.now += 1000
        return self.append(ingest(department), partition_of(key, self.parts.lanes), key, value)

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> ConsumedRecord:
        """Write one record to a partition."""
        log = self.topics[topic, partition]
        log.append(ConsumedRecord(topic, partition, len(log), self.now, key, value))
        return log[-1]

    def read(self, topic: str) -> list[ConsumedRecord]:
        """Return all records of a topic, by partition and offset."""
        return [message for lane in range(self.parts.lanes) for message in self.topics[topic, lane]]

    def unread(self, stage: str, lane: int) -> list[ConsumedRecord]:
        """Return what a lane has before it: the records of each topic in their order, topics by time."""
        messages = [
            message
            for topic in self.parts.stages[stage].topics
            for message in self.topics[topic, lane][self.positions[stage, topic, lane] :]
        ]
        return sorted(messages, key=lambda message: message.timestamp)

    def switch(self, parts: LocalStages) -> None:
        """Go on with other stages, as workers do where the city declares something else, or a day begins."""
        self.parts = parts
        for stage in parts.stages.values():
            for lane in range(parts.lanes):
                opening = stage.opening
                message = opening and opening.message(self.stores[stage.name, lane].get(opening.key))
                if opening and message:
                    self.append(opening.topic, lane, *message)

    def busy(self) -> list[tuple[str, int]]:
        """Return the stages and lanes that have something before them, the earliest stage first."""
        return [
            (stage, lane) for stage in self.parts.stages for lane in range(self.parts.lanes) if self.unread(stage, lane)
        ]

    def settle(self) -> None:
        """Let the stages run until nothing is unread."""
        while busy := self.busy():
            self.turn(*busy[0])

    def turn(self, stage: str, lane: int, limit: int | None = None) -> Output:
        """Run a stage on one batch of a lane, of at most `limit` records, and keep what comes of it."""
        batch = self.unread(stage, lane)[:limit]
        for message in batch:
            self.positions[stage, message.topic, lane] += 1
        out, written = self.process(stage, lane, batch)
        for where, records in out.records.items():
            for key, value in records:
                self.append(where.topic, where.partition, key, value)
        for state_key, state in written.items():
            self.append(self.parts.stages[stage].changelog, lane, state_key, state)
        apply_changes(self.stores[stage, lane], written)
        return out

    def process(
        self, stage: str, lane: int, batch: Sequence[ConsumedRecord]
    ) -> tuple[Output, dict[bytes, bytes | None]]:
        """Run a stage on a batch as a worker's lane does; return what it writes, to topics and to its store."""
        runs = self.parts.stages[stage]
        if self.parts.schemas.unknown(batch):
            asyncio.run(self.parts.schemas.learn(batch))
        work, keys = runs.step.prepare(batch)
        state = self.state(runs, lane, keys)
        if runs.further_keys is not None:
            more, absent = runs.further_keys(work, state)
            state |= self.state(runs, lane, more) | dict.fromkeys(absent)
        while True:
            out, view = Output(lane), StateView(state)
            try:
                runs.step.begin(work, view, out).complete(work)
            except MissingKeysError as missing:
                self.reruns += 1
                state |= self.state(runs, lane, missing.keys)
            else:
                break
        self.parts.ledgers[stage](out)
        return out, view.written

    def state(self, stage: Stage, lane: int, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        """Return the values of keys as a stage reads them: from its own lane's store, or from another stage's."""
        if stage.store != StoreKind.LOOKUP:
            return {key: self.stores[stage.name, lane].get(key) for key in keys}
        known: dict[bytes, bytes] = {}
        for other in range(self.parts.lanes):
            known |= self.stores[stage.looks_up, other]
        return {key: known.get(key) for key in keys}


def apply_changes(store: dict[bytes, bytes], written: Mapping[bytes, bytes | None]) -> None:
    """Change a store as its changelog says."""
    for key, value in written.items():
        if value is None:
            store.pop(key, None)
        else:
            store[key] = value
