"""Makes the events that the benchmarks feed to the stages: seeded, fictional, valid, the same at every run.

The rows come from the generators of the demonstration and through the mappings and the encoder of the connectors, so
an event is what a department's connector would publish. What the later stages read is made by running the stages
before them in memory.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import yaml
from aiokafka import AIOKafkaProducer
from measured import ON
from story import Step, decisions, known_subjects, mixed, registering, withdrawn

from creditbus.connectors.contract import Row
from creditbus.connectors.mapping.compiler import RowMapper
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.withdraw.event import withdrawal
from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.ledger import Entry
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import MissingKeysError, StateView
from creditbus.services.local.bus import ConsumedRecord as Sent
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Load", "Loads", "Sent", "run_in_memory", "write"]

_SEED = 20240601
_LEGACY = 0.05
_CHUNK = 2000
_STARTED_MS = 1_717_200_000_000
_CONNECTORS = {
    "registration": ("market-supervision", "enterprise-registration", "registration", "csv", "registration.csv"),
    "licences": (
        "administrative-approval",
        "administrative-licence",
        "dual-publicity-2018-licences",
        "csv",
        "licences.csv",
    ),
    "penalties": (
        "administrative-enforcement",
        "administrative-penalty",
        "dual-publicity-2018-penalties",
        "jsonl",
        "penalties.jsonl",
    ),
}


@dataclass(frozen=True, slots=True)
class Load:
    """What a stage reads, and what must come of it.

    Attributes:
        records: in the order of writing; offsets count from 0 in each partition.
        outputs: records that the stage must write, by topic, its changelog and the ledger left out.
        outcomes: what it must book, by outcome and reason.

    """

    records: Sequence[Sent]
    outputs: Mapping[str, int]
    outcomes: Mapping[str, int]

    @property
    def topics(self) -> list[str]:
        """The topics that it goes to."""
        return sorted({record.topic for record in self.records})


class Loads:
    """The loads of the four stages.

    Args:
        stages: the stages with the schema ids of the registry that the benchmark uses.
        registry: the same registry.
        lanes: partitions of every topic.

    """

    def __init__(self, stages: Mapping[str, Stage], registry: SchemaRegistry, lanes: int) -> None:
        self._stages = stages
        self._lanes = lanes
        self._writers = _writers(registry)

    def intake(self, events: int) -> Load:
        """Registrations and then licences and penalties of these subjects, some by a legacy code."""
        records = self.ingest(mixed(Random(_SEED), events, legacy=_LEGACY))
        return self._expecting("intake", records)

    def profiles(self, events: int) -> Load:
        """What intake makes of such a load without legacy codes."""
        return self._expecting("profiles", self._events(events))

    def fanout(self, events: int) -> Load:
        """What profiles makes of it; a twentieth less, for the duplicates end there."""
        return self._expecting("fanout", self.changes(events))

    def changes(self, events: int) -> list[Sent]:
        """Return what fanout reads of such a load."""
        return run_in_memory(self._stages["profiles"], self._events(events)).to("credit.changes")

    def resolver(self, events: int) -> Load:
        """Events by organisation code; a third of them before their subjects are registered, the others after."""
        random = Random(_SEED)
        known = known_subjects(random, events // 4)
        told = list(decisions(random, known, events - len(known), legacy=1.0))
        third = len(told) // 3
        records = self.ingest([*told[:third], *registering(random, known), *told[third:]])
        unresolved = run_in_memory(self._stages["intake"], records).to("credit.unresolved")
        return self._expecting("resolver", unresolved)

    def registrations(self, subjects: int) -> Load:
        """One registration of each subject; what must come of it is for all four stages together."""
        random = Random(_SEED)
        records = self.ingest(registering(random, known_subjects(random, subjects)))
        outputs = {"credit.events": subjects, "credit.unresolved": subjects, "credit.changes": subjects}
        return Load(records, outputs, {"received": subjects, "applied NEW": subjects})

    def _events(self, events: int) -> list[Sent]:
        records = self.ingest(mixed(Random(_SEED), events, legacy=0.0))
        return run_in_memory(self._stages["intake"], records).to("credit.events")

    def ingest(self, told: Iterable[Step]) -> list[Sent]:
        """Return what the connectors would publish of a story."""
        placed = _Placer()
        rows = Counter[str]()
        for kind, cells in told:
            rows[kind] += 1
            topic, key, value = self._writers[kind](cells, rows[kind])
            placed.put(topic, partition_of(key, self._lanes), key, value)
        return placed.records

    def _expecting(self, name: str, records: list[Sent]) -> Load:
        stage = self._stages[name]
        made = run_in_memory(stage, records)
        return Load(records, made.counts, made.outcomes)


_Writer = Callable[[Cells, int], tuple[str, bytes, bytes]]


def _writers(registry: SchemaRegistry) -> dict[str, _Writer]:
    writers: dict[str, _Writer] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in _CONNECTORS:
            writers[kind], writers[withdrawn(kind)] = _writers_of(Path(folder), kind, registry)
    return writers


def _writers_of(folder: Path, kind: str, registry: SchemaRegistry) -> tuple[_Writer, _Writer]:
    """Return what writes a row, and what withdraws the record that a row stated."""
    department, item, mapping, source, file = _CONNECTORS[kind]
    configuration = {
        "id": f"bench-{kind}",
        "department": department,
        "item": item,
        "kind": source,
        "settings": {"path": file},
        "mapping": mapping,
    }
    path = folder / f"{kind}.yaml"
    path.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")
    mapper: RowMapper = load_connector(path).mapper
    encoder = Encoder(item, registry)

    def write_row(cells: Cells, number: int) -> tuple[str, bytes, bytes]:
        message = encoder.event(mapper(Row(cells, file, "", number, number), "bench"))
        return f"ingest.{department}", message.key, message.value

    def withdraw(cells: Cells, number: int) -> tuple[str, bytes, bytes]:
        event = mapper(Row(cells, file, "", number, number), "bench").event
        message = withdrawal(encoder, event, "bench-withdrawal", ON, None)
        return f"ingest.{department}", message.key, message.value

    return write_row, withdraw


class _Placer:
    """Gives records their offsets."""

    def __init__(self) -> None:
        self.records: list[Sent] = []
        self._ends = Counter[tuple[str, int]]()

    def put(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> None:
        where = (topic, partition)
        self.records.append(Sent(topic, partition, self._ends[where], _STARTED_MS + len(self.records), key, value))
        self._ends[where] += 1


@dataclass(frozen=True, slots=True)
class _Made:
    records: list[Sent]
    outcomes: dict[str, int]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(record.topic for record in self.records))

    def to(self, topic: str) -> list[Sent]:
        return [record for record in self.records if record.topic == topic]


def run_in_memory(stage: Stage, records: Sequence[Sent], pause: int = 0) -> _Made:
    """Run a stage's step on records, its state in a dictionary.

    Args:
        stage: the stage.
        records: in the order of writing.
        pause: how many of them are read, by all lanes, before the others are there.

    """
    states: list[dict[bytes, bytes | None]] = [{} for _ in range(stage.lanes)]
    placed = _Placer()
    outcomes = Counter[str]()
    starts = [*range(0, pause, _CHUNK), *range(pause, len(records), _CHUNK), len(records)]
    for start, after in pairwise(starts):
        chunk = records[start:after]
        for lane, state in enumerate(states):
            mine = [record for record in chunk if record.partition == lane]
            out = _step(stage, mine, lane, state)
            for partition, entries in out.records.items():
                for key, value in entries:
                    placed.put(partition.topic, partition.partition, key, value)
            for entry, count in out.bookings.deltas():
                outcomes[outcome_of(entry)] += count
    return _Made(placed.records, {name: count for name, count in outcomes.items() if count})


def outcome_of(entry: Entry) -> str:
    """Return outcome and reason of a booking."""
    return f"{entry.outcome} {entry.reason}".strip()


def _step(stage: Stage, records: Sequence[Sent], lane: int, state: dict[bytes, bytes | None]) -> Output:
    work, keys = stage.step.prepare(records)
    read = {key: state.get(key) for key in keys}
    if stage.further_keys is not None:
        more, absent = stage.further_keys(work, read)
        read |= {key: state.get(key) for key in more} | dict.fromkeys(absent)
    while True:
        out, view = Output(lane), StateView(read)
        try:
            stage.step.begin(work, view, out).complete(work)
        except MissingKeysError as missing:
            read |= {key: state.get(key) for key in missing.keys}
        else:
            state.update(view.written)
            return out


def write(bootstrap_servers: str, records: Iterable[Sent], rename: Callable[[str], str] = lambda topic: topic) -> float:
    """Write records to their partitions; return the seconds that it took."""
    began = time.monotonic()
    asyncio.run(_write(bootstrap_servers, records, rename))
    return time.monotonic() - began


async def _write(bootstrap_servers: str, records: Iterable[Sent], rename: Callable[[str], str]) -> None:
    by_partition: dict[tuple[str, int], list[Sent]] = {}
    for record in records:
        by_partition.setdefault((record.topic, record.partition), []).append(record)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, max_batch_size=1 << 18, max_request_size=8 << 20, enable_idempotence=True
    )
    await producer.start()
    try:
        await asyncio.gather(
            *(_fill(producer, rename(topic), number, mine) for (topic, number), mine in by_partition.items())
        )
    finally:
        await producer.stop()


async def _fill(producer: Any, topic: str, partition: int, records: Sequence[Sent]) -> None:
    batch = producer.create_batch()
    for record in records:
        if batch.append(key=record.key, value=record.value, timestamp=None) is None:
            await (await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(key=record.key, value=record.value, timestamp=None)
    await (await producer.send_batch(batch, topic, partition=partition))
