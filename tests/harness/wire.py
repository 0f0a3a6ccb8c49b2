"""The bus seen from outside: a publisher, an observer of every topic, and Avro, without a line of the services.

The client is librdkafka's, the decoder plain fastavro; so a mistake that the bus makes on both sides still shows.
"""

import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import fastavro
from confluent_kafka import OFFSET_BEGINNING, Consumer, IsolationLevel, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from creditbus.avro_schemas import event_schema
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry
from tests.harness.offsets import latest_offsets
from tests.harness.waiting import until

__all__ = [
    "QUIETLY",
    "STAGES",
    "Message",
    "Observer",
    "Place",
    "Record",
    "Wire",
    "digest",
    "ingest_key",
    "partition_of",
]

STAGES = {
    "intake": ("ingest.",),
    "resolver": ("credit.unresolved",),
    "profiles": ("credit.events",),
    "fanout": ("credit.changes",),
}
#: The library tells on standard error of every connection that a fault breaks.
QUIETLY = {"log_level": 2}
_WATCHED = ("acks.", "ingest.", "rejects.", "credit.", "feed.")
_FINAL = ("applied", "duplicate", "stale", "rejected", "held", "parked")


class Place(NamedTuple):
    topic: str
    partition: int


class Record(NamedTuple):
    """One committed record."""

    place: Place
    offset: int
    key: bytes | None
    value: bytes | None


class Message(NamedTuple):
    """One record to be published."""

    topic: str
    key: bytes
    value: bytes


def partition_of(key: bytes, partitions: int) -> int:
    """librdkafka's `consistent` partitioner."""
    return zlib.crc32(key) % partitions


def ingest_key(header: dict[str, Any]) -> bytes:
    """What departments publish under: item, authority, document number, the last without a second subject's code."""
    number = header["document_no"].replace("←", "→").partition("→")[0]
    return f"{header['item']}|{header['authority']}|{number}".encode()


def digest(*values: Any) -> bytes:
    """Tell decoded values apart in 16 bytes, whatever the order of their fields: a campaign has too many to keep."""
    plain = [sorted(value.items()) if isinstance(value, dict) else value for value in values]
    return hashlib.blake2b(repr(plain).encode(), digest_size=16).digest()


class Wire:
    """Schemas and framing of one bus."""

    def __init__(self, bus: Connection) -> None:
        self.bus = bus
        self.registry = SchemaRegistry(bus.registry_url)
        self._readers: dict[int, Any] = {}
        self._writers: dict[str, tuple[bytes, Any]] = {}

    def encode(self, item: str, event: dict[str, Any]) -> bytes:
        if item not in self._writers:
            schema = event_schema(item)
            number = self.registry.find(f"{schema['namespace']}.{schema['name']}", schema)
            assert number is not None
            self._writers[item] = (b"\0" + number.to_bytes(4, "big"), fastavro.parse_schema(schema, named_schemas={}))
        head, writer = self._writers[item]
        out = io.BytesIO()
        fastavro.schemaless_writer(out, writer, event)
        return head + out.getvalue()

    def decode(self, value: bytes | None) -> dict[str, Any]:
        assert value is not None
        assert value[0] == 0
        number = int.from_bytes(value[1:5], "big")
        if number not in self._readers:
            self._readers[number] = fastavro.parse_schema(_plain(self.registry.schema(number)), named_schemas={})
        source = io.BytesIO(value[5:])
        event: Any = fastavro.schemaless_reader(source, self._readers[number], None)
        assert not source.read(), "bytes behind the record"
        return dict(event)

    def publish(self, messages: Iterable[Message], partitions: int = 4) -> int:
        """Publish and wait for the broker's answers; return how many."""
        # without idempotence a batch that is sent again comes after the one that was sent after it
        settings = {"bootstrap.servers": self.bus.bootstrap_servers, "enable.idempotence": True, "linger.ms": 5}
        producer = Producer({**settings, **QUIETLY})
        failed: list[Any] = []
        count = 0
        for message in messages:
            producer.produce(
                message.topic,
                message.value,
                message.key,
                partition_of(message.key, partitions),
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
            count += 1
        assert producer.flush(60) == 0
        assert not failed
        return count


@dataclass(slots=True)
class Observer:
    """Keeps every committed record of every topic of the bus, in the order of its partition."""

    wire: Wire
    records: dict[Place, list[Record]] = field(default_factory=dict)
    _ends: dict[Place, int] = field(default_factory=dict)
    told: Callable[[Record, int], None] | None = None
    """Hears of each new record and of the moment of its making (milliseconds since 1970)."""
    _consumer: Any = None
    _admin: Any = None
    _booked: Counter[Place] = field(default_factory=Counter)
    _totals: Counter[str] = field(default_factory=Counter)

    def open(self) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": self.wire.bus.bootstrap_servers,
                **QUIETLY,
                "group.id": "observer",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                # A fetch names every partition of the bus: with 20 ms a quiet observer took the broker a fifth of a
                # core. That a partition is read to its end is heard of when the next fetch ends, so it is not 500.
                "fetch.wait.max.ms": 100,
            }
        )
        self._admin = AdminClient({"bootstrap.servers": self.wire.bus.bootstrap_servers, **QUIETLY})
        topics = self._consumer.list_topics(timeout=30).topics.values()
        places = [Place(topic.topic, number) for topic in topics for number in topic.partitions]
        self.records = {place: [] for place in places if place.topic.startswith(_WATCHED)}
        self._consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in self.records])

    def close(self) -> None:
        self._consumer.close()

    def poll(self) -> None:
        """Take what is there."""
        while self.take(0.1):
            pass

    def take(self, seconds: float) -> int:
        """Take what comes within this many seconds, but not for longer; return how much it was."""
        got = self._consumer.consume(5000, seconds)
        for message in got:
            error = message.error()
            if error is None:
                self._keep(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._ends[Place(message.topic(), message.partition())] = message.offset()
        return len(got)

    def _keep(self, message: Any) -> None:
        records = self.records[Place(message.topic(), message.partition())]
        place = records[0].place if records else Place(message.topic(), message.partition())
        record = Record(place, message.offset(), message.key(), message.value())
        records.append(record)
        if self.told is not None:
            self.told(record, message.timestamp()[1])

    def of(self, prefix: str) -> list[Record]:
        """All records of the topics whose name starts so, partition by partition."""
        return [
            record for place in sorted(self.records) if place.topic.startswith(prefix) for record in self.records[place]
        ]

    @property
    def partitions(self) -> int:
        return sum(place.topic == "credit.ledger" for place in self.records)

    def totals(self) -> Counter[str]:
        """The ledger's counts over everything, by outcome."""
        self.poll()
        for place, records in self.records.items():
            if place.topic == "credit.ledger":
                for record in records[self._booked[place] :]:
                    for delta in self.wire.decode(record.value)["deltas"]:
                        self._totals[delta["outcome"]] += delta["count"]
                self._booked[place] = len(records)
        return self._totals

    def settle(self, seconds: float = 120.0) -> None:
        """Wait until every published event has its outcome, no stage has anything before it, and all of it was read."""
        until(self._settled, "every event has its outcome", seconds)

    def _settled(self) -> bool:
        totals = self.totals()
        published = len(self.of("ingest."))
        decided = sum(totals[outcome] for outcome in _FINAL)
        if not published == totals["received"] == decided or not all(map(self._is_through, STAGES)):
            return False
        # what the last transactions wrote was there before, but maybe not here
        self.poll()
        return self._has_read(self.records)

    def unread(self, stage: str) -> int:
        """How many of the records seen so far the stage has not committed as read."""
        places = [place for place in self.records if place.topic.startswith(STAGES[stage])]
        committed = self.committed(stage, places)
        return sum(record.offset >= committed[place] for place in places for record in self.records[place])

    def _is_through(self, stage: str) -> bool:
        return self._has_read(
            place for place in self.records if place.topic.startswith(STAGES[stage])
        ) and not self.unread(stage)

    def _has_read(self, places: Iterable[Place]) -> bool:
        found = latest_offsets(self._admin, places, IsolationLevel.READ_COMMITTED)
        return found is not None and all(
            not end or self._ends.get(Place(*place)) == end for place, end in found.items()
        )

    def committed(self, stage: str, places: Iterable[Place]) -> dict[Place, int]:
        """The stage's committed positions."""
        group = Consumer(
            {"bootstrap.servers": self.wire.bus.bootstrap_servers, **QUIETLY, "group.id": f"creditbus-{stage}"}
        )
        try:
            found = group.committed([TopicPartition(*place) for place in places], timeout=10)
        finally:
            group.close()
        return {Place(entry.topic, entry.partition): entry.offset for entry in found}


def _plain(schema: Any) -> Any:
    """Leave moments as the integers that they are on the wire."""
    if isinstance(schema, list):
        return [_plain(branch) for branch in schema]
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key != "logicalType"}
    return schema
