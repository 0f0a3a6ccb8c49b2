"""The four stages without servers: each step as a lane runs it, chained by the records that it writes.

A `Bus` holds topics as lists and state as dictionaries. A test chooses which stage runs when, on which lane and on how
many records, so it can build any interleaving and any batch boundaries that a running worker could meet.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

from fastavro import parse_schema, schemaless_reader

from creditbus.avro_schemas import crosswalk_entry_schema, event_schema, raw_catalogue, reject_schema, unreadable_schema
from creditbus.avro_schemas import ledger_schema as ledger_record_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.crosswalk import decode_crosswalk
from creditbus.services.domain.event import Act, Claim, Header, ingest_key, partition_of
from creditbus.services.domain.framing import FRAME_BYTES, schema_id
from creditbus.services.domain.ledger import Ledger
from creditbus.services.domain.profile_keys import subject_key, unpack_events
from creditbus.services.domain.record import Record
from creditbus.services.domain.stored_record import decode_record
from creditbus.services.domain.subject import Subject, decode_subject, record_keys
from creditbus.services.domain.succession import of_successor
from creditbus.services.engine.codec import EventCodec, Schemas, full_name
from creditbus.services.engine.ledger_writer import LEDGER_TOPIC, LedgerWriter, read_deltas
from creditbus.services.engine.output import Output
from creditbus.services.engine.registry import RegisteredSchema, SchemaRegistry, UnknownSchemaError
from creditbus.services.engine.state import MissingKeysError, StateView
from creditbus.services.engine.step import Stage, StoreKind, run_through
from creditbus.services.fanout.app import fanout_stage
from creditbus.services.intake.app import intake_stage
from creditbus.services.profiles.app import profiles_stage
from creditbus.services.resolver.app import resolver_stage
from creditbus.topics.declarations import declarations
from creditbus.topics.parties import Subscriber
from tests.examples import CATALOGUE, Example

__all__ = ["LANES", "PERSON_KEY", "START_MS", "Bus", "Machinery", "MemoryRegistry", "Message", "machinery", "sent"]

LANES = 3
PERSON_KEY = bytes(range(32))
#: 2020-01-01 00:00 in the city: every date of the examples lies before it.
START_MS = 1_577_808_000_000
_NO_CODES: dict[str, str | None] = dict.fromkeys(Claim.__annotations__)
_NO_ACT: dict[str, str | None] = dict.fromkeys(Act.__annotations__)


class Message(NamedTuple):
    """One record on a topic, as a consumer sees it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class MemoryRegistry(SchemaRegistry):
    """What the engine asks of a registry: equal schemas have one id under all subjects."""

    def __init__(self) -> None:
        super().__init__("http://memory")
        self._schemas: list[Any] = []
        self._subjects: defaultdict[str, list[int]] = defaultdict(list)

    def register(self, subject: str, schema: Any) -> int:
        if schema not in self._schemas:
            self._schemas.append(schema)
        number = self._schemas.index(schema) + 1
        if number not in self._subjects[subject]:
            self._subjects[subject].append(number)
        return number

    def find(self, subject: str, schema: Any) -> int | None:
        return next((number for number in self._subjects[subject] if self._schemas[number - 1] == schema), None)

    def schema(self, schema_id: int) -> Any:
        if not 0 < schema_id <= len(self._schemas):
            raise UnknownSchemaError(f"schema {schema_id}", "is not in the registry")
        return self._schemas[schema_id - 1]

    def versions(self, subject: str) -> list[RegisteredSchema]:
        return [
            RegisteredSchema(number, version, self._schemas[number - 1])
            for version, number in enumerate(self._subjects[subject], 1)
        ]


@dataclass(frozen=True)
class Machinery:
    """Stages ready to run; they keep nothing between batches, so many buses may share them."""

    lanes: int
    registry: MemoryRegistry
    schemas: Schemas
    codec: EventCodec
    stages: Mapping[str, Stage]
    ledgers: Mapping[str, LedgerWriter]

    @classmethod
    def build(cls, lanes: int, catalogue: Catalogue, subscribers: Iterable[Subscriber]) -> "Machinery":
        registry = MemoryRegistry()
        for schema in (
            *(event_schema(item) for item in raw_catalogue()),
            crosswalk_entry_schema(),
            ledger_record_schema(),
            reject_schema(),
            unreadable_schema(),
        ):
            registry.register(full_name(schema), schema)
        schemas = Schemas(registry)
        codec = EventCodec(schemas)
        made = (
            intake_stage(catalogue, codec, declarations().departments, lanes, PERSON_KEY),
            resolver_stage(catalogue, codec, lanes),
            profiles_stage(catalogue, codec, lanes),
            fanout_stage(catalogue, codec, subscribers, lanes),
        )
        ledgers = {stage.name: LedgerWriter(stage.name) for stage in made}

        async def load() -> None:
            await codec.load()
            for stage in made:
                await stage.step.load(schemas)
                await ledgers[stage.name].load(schemas)

        asyncio.run(load())
        return cls(lanes, registry, schemas, codec, {stage.name: stage for stage in made}, ledgers)


@cache
def machinery(lanes: int = LANES) -> Machinery:
    """The shipped catalogue and subscribers."""
    return Machinery.build(lanes, CATALOGUE, declarations().subscribers.values())


Choice = tuple[str, int, int]
Choose = Callable[[Sequence[tuple[str, int]]], Choice]


@dataclass
class Bus:
    """Topics, state and positions of one bus.

    `look_ups` False leaves intake's view of the crosswalk empty: the most behind that a look-up can be.
    What is written to topics in `apart` goes to others, which no stage reads.
    """

    parts: Machinery
    look_ups: bool = True
    now: int = START_MS
    apart: frozenset[str] = frozenset()
    topics: defaultdict[tuple[str, int], list[Message]] = field(default_factory=lambda: defaultdict(list))
    positions: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    stores: defaultdict[tuple[str, int], dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    reruns: int = 0

    # -- publishing ----------------------------------------------------------------------------

    def publish(self, event: Example) -> Message:
        """Publish an event as its department's connector does."""
        header, act = sent(event)
        body, _ = self.parts.codec.write_body(event.item.id, act, event.claim, event.content)  # type: ignore[arg-type] # plain dictionaries
        department = header["origin"]["department"]
        return self.publish_bytes(department, ingest_key(header), self.parts.codec.seal(header, body))

    def publish_bytes(self, department: str, key: bytes, value: bytes | None) -> Message:
        """Publish anything on a department's topic."""
        self.now += 1000
        return self._append(f"ingest.{department}", partition_of(key, self.parts.lanes), key, value)

    def _append(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> Message:
        log = self.topics[topic, partition]
        log.append(Message(topic, partition, len(log), self.now, key, value))
        return log[-1]

    # -- running -------------------------------------------------------------------------------

    def unread(self, name: str, lane: int) -> list[Message]:
        """What a lane has before it; each topic in its order, topics by time."""
        messages = [
            message
            for topic in self.parts.stages[name].topics
            for message in self.topics[topic, lane][self.positions[name, topic, lane] :]
        ]
        return sorted(messages, key=lambda message: message.timestamp)

    def busy(self) -> list[tuple[str, int]]:
        """Stages and lanes that have something before them."""
        return [
            (name, lane) for name in self.parts.stages for lane in range(self.parts.lanes) if self.unread(name, lane)
        ]

    def turn(self, name: str, lane: int, limit: int | None = None) -> Output:
        """Run one batch of at most `limit` records."""
        batch = self.unread(name, lane)[:limit]
        for message in batch:
            self.positions[name, message.topic, lane] += 1
        out, written = self.process(name, lane, batch)
        for where, records in out.records.items():
            topic = f"{where.topic} apart" if where.topic in self.apart else where.topic
            for key, value in records:
                self._append(topic, where.partition, key, value)
        for state_key, state in written.items():
            self._append(self.parts.stages[name].changelog, lane, state_key, state)
        apply_changes(self.stores[name, lane], written)
        return out

    def process(self, name: str, lane: int, batch: Sequence[Message]) -> tuple[Output, dict[bytes, bytes | None]]:
        """Run a step on a batch as a lane does, without keeping what comes of it."""
        stage = self.parts.stages[name]
        asyncio.run(self.parts.schemas.learn(batch))
        work, keys = stage.step.prepare(batch, lane)
        state = self._read(stage, lane, keys)
        while True:
            out, view = Output(lane), StateView(state)
            try:
                run_through(stage.step, work, view, out)
            except MissingKeysError as missing:
                self.reruns += 1
                state |= self._read(stage, lane, missing.keys)
            else:
                break
        self.parts.ledgers[name](out)
        return out, view.written

    def _read(self, stage: Stage, lane: int, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        if stage.store == StoreKind.LOOKUP:
            found = (self.stores[stage.looks_up, place] for place in range(self.parts.lanes))
            known = {key: value for store in found for key, value in store.items()} if self.look_ups else {}
            return {key: known.get(key) for key in keys}
        return {key: self.stores[stage.name, lane].get(key) for key in keys}

    def settle(self, choose: Choose | None = None, after_turn: Callable[[], None] = lambda: None) -> None:
        """Run until nothing is unread; without `choose` the stages in order, each on all that it has."""
        while busy := self.busy():
            name, lane, limit = choose(busy) if choose else (*busy[0], 0)
            self.turn(name, lane, limit or None)
            after_turn()

    # -- looking -------------------------------------------------------------------------------

    def read(self, topic: str) -> list[Message]:
        """All records of a topic, by partition and offset."""
        return [message for lane in range(self.parts.lanes) for message in self.topics[topic, lane]]

    def decode(self, value: bytes | None) -> Any:
        """Decode a framed value with the schema that its id names."""
        assert value is not None
        source = BytesIO(value)
        source.seek(FRAME_BYTES)
        decoded = schemaless_reader(source, _parsed(self.parts.registry, schema_id(value)), None)
        assert source.tell() == len(value)
        return decoded

    def ledger(self) -> Ledger:
        """Sum the ledger's topic."""
        ledger = Ledger()
        for message in self.read(LEDGER_TOPIC):
            ledger.add(read_deltas(message.value or b""))
        return ledger

    def under_way(self) -> Counter[str]:
        """Events received and not yet decided, by department, counted on the topics between the stages."""
        found: Counter[str] = Counter()
        for name in ("resolver", "profiles"):
            for lane in range(self.parts.lanes):
                for message in self.unread(name, lane):
                    shape = self.parts.codec.shape(message.value)
                    if shape is not None and shape.item:
                        found.update(self.departments_of(message.value or b""))
        return found

    def departments_of(self, value: bytes) -> list[str]:
        """Give whose row an event stands for; nobody's, if it is the second event of its row."""
        header = self.parts.codec.open(value).header
        return [] if of_successor(header["document_no"]) else [header["origin"]["department"]]

    def waiting(self, outcome: str) -> Counter[str]:
        """Events that the stores keep as "parked" or "held", by department."""
        prefixes = (b"w|", b"q|") if outcome == "parked" else (b"h|",)
        found: Counter[str] = Counter()
        for store in self.stores.values():
            for key, value in store.items():
                if key.startswith(prefixes):
                    events = unpack_events(value) if outcome == "held" else [value]
                    found.update(name for event in events for name in self.departments_of(event))
        return found

    def counted_as_waiting(self) -> tuple[Counter[str], Counter[str]]:
        """What entries and summaries say of how much waits behind them, and how much does."""
        said: Counter[str] = Counter()
        found: Counter[str] = Counter()
        for store in self.stores.values():
            for key, value in store.items():
                kind = key[:1].decode()
                if kind == "x":
                    entry = decode_crosswalk(value)
                    said["w"] += entry.waiting_to - entry.waiting_from
                elif kind == "s":
                    summary = decode_subject(value)
                    said["q"] += summary.parked_to - summary.parked_from
                    said["h"] += summary.held
                elif kind in "wqh":
                    found[kind] += len(unpack_events(value)) if kind == "h" else 1
        return +said, found

    def subject(self, code: str) -> Subject | None:
        """Give a subject's summary."""
        value = self._store_of(code).get(subject_key(code.encode()))
        return None if value is None else decode_subject(value)

    def records(self, code: str) -> dict[str, Record]:
        """Give a subject's records by their key, found as a reader finds them: by the subject's index."""
        subject, store, prefix = self.subject(code), self._store_of(code), code.encode()
        if subject is None:
            return {}
        chunks = [value for key, value in store.items() if key.startswith(b"i|%b|" % prefix)]
        names = [name for chunk in (*chunks, subject.tail) for name in record_keys(chunk)]
        return {name.decode(): decode_record(store[b"r|%b|%b" % (prefix, name)]) for name in names}

    def _store_of(self, code: str) -> dict[bytes, bytes]:
        return self.stores["profiles", partition_of(code.encode(), self.parts.lanes)]


def apply_changes(store: dict[bytes, bytes], written: Mapping[bytes, bytes | None]) -> None:
    """Change a store as its changelog says."""
    for key, value in written.items():
        if value is None:
            store.pop(key, None)
        else:
            store[key] = value


def sent(event: Example) -> tuple[Header, Act]:
    """Derive header and act as a connector does; what `event.header` says wins."""
    stated = {name: value for name, value in event.header.items() if name not in {"origin", "subject_kind", "verb"}}
    derived = event.item.derive(event.content, event.claim, event.header["origin"]["department"])
    kind = event.header["subject_kind"]
    header: dict[str, Any] = {
        "item": event.item.id,
        "verb": event.header["verb"] if event.header["verb"] != "ISSUE" else derived.verb.value,
        "event_id": bytes(16),
        "content_hash": bytes(16),
        "authority": derived.authority,
        "authority_name": derived.authority_name,
        "document_no": derived.document_no,
        "subject": "",
        "subject_name": derived.subject_name,
        "subject_kind": kind if kind != "UNSTATED" else derived.subject_kind.value,
        "state": derived.state.value,
        "source_time": None,
        "received_at": 0,
        "sequence": 0,
        "reading": None,
        "lifts": False,
        "origin": {"run": "run", "file": "rows.csv", "sheet": "", "row": 1} | event.header["origin"],
        "normalised": 0,
        "warnings": [],
        "applied": None,
    }
    return header | stated, derived.act  # type: ignore[return-value] # the parts are those of a header


@cache
def _parsed(registry: MemoryRegistry, number: int) -> Any:
    return parse_schema(registry.schema(number), named_schemas={})
