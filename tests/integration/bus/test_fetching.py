"""The fetcher of a stage on a real broker: each record once and in order, whatever becomes of its session."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs leave it out

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.fetch_sessions import SessionRequest
from creditbus.services.engine.consume.fetcher import NOWHERE, StageFetcher, Taken, stage_fetcher
from creditbus.topics.connection import Connection
from tests.harness.broker import delete_records, ends
from tests.harness.wire import Place

TOPICS, PARTITIONS = 3, 8


@dataclass
class Reader:
    """A started consumer, what it has read so far and what it asked for."""

    bus: Connection
    topics: list[str]
    fetcher: StageFetcher
    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer
    asked: list[Any] = field(default_factory=list)
    read: dict[Partition, list[bytes]] = field(default_factory=dict)
    ends: dict[Partition, int] = field(default_factory=dict)

    @property
    def partitions(self) -> list[Partition]:
        return [Partition(topic, number) for topic in self.topics for number in range(PARTITIONS)]

    async def write(self, partitions: list[Partition], value: bytes) -> None:
        """Write a record to each, in one transaction."""
        async with self.producer.transaction():
            for topic, number in partitions:
                await self.producer.send(topic, value, partition=number)

    async def take(self, count: int, wanted: set[Partition] | None = None) -> None:
        """Take until this many records have come."""
        wanted = wanted or set(self.partitions)
        async with asyncio.timeout(30):
            while count > 0:
                for partition, records, start, end in await self.fetcher.take(wanted, 5.0, 5):
                    assert start == self.ends.get(partition, start), "a gap, or something twice"
                    self.ends[partition] = end
                    self.read.setdefault(partition, []).extend(record.value or b"" for record in records)
                    count -= len(records)

    async def awaiting(self) -> SessionRequest:
        """Return the next request of a session."""
        seen = len(self.asked)
        async with asyncio.timeout(30):
            while not isinstance(self.asked[-1], SessionRequest) or len(self.asked) == seen:
                await self.fetcher.take(set(self.partitions), 0.01, 5)
        return self.asked[-1]


@pytest.fixture
def topics(bus: Connection) -> Iterator[list[str]]:
    names = [f"fetching-{uuid4().hex[:8]}-{number}" for number in range(TOPICS)]
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    for made in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names]).values():
        made.result()
    ends(bus, names[0][:-1])
    yield names
    for gone in admin.delete_topics(names).values():
        gone.result()


@asynccontextmanager
async def reading(bus: Connection, topics: list[str]) -> AsyncIterator[Reader]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bus.bootstrap_servers,
        isolation_level="read_committed",
        auto_offset_reset="none",
        fetch_max_wait_ms=25,
        enable_auto_commit=False,
    )
    producer = AIOKafkaProducer(bootstrap_servers=bus.bootstrap_servers, transactional_id=topics[0])
    async with consumer, producer:
        fetcher = stage_fetcher(consumer, lambda: False)
        reader = Reader(bus, topics, fetcher, consumer, producer)
        send = consumer._client.send

        async def noted(node: int, request: Any, **options: Any) -> Any:
            if isinstance(request, SessionRequest | FetchRequest):
                reader.asked.append(request)
            return await send(node, request, **options)

        consumer._client.send = noted
        consumer.assign(reader.partitions)
        for partition in reader.partitions:
            fetcher.seek_to(partition, 0)
        yield reader


def test_requests_behind_the_first_name_what_changed_alone(bus: Connection, topics: list[str]) -> None:
    async def scenario() -> None:
        async with reading(bus, topics) as reader:
            await reader.write(reader.partitions, b"first")
            await reader.take(len(reader.partitions))
            few = reader.partitions[:2]
            for value in (b"second", b"third"):
                await reader.write(few, value)
                await reader.take(len(few))
            sessions = [request for request in reader.asked if isinstance(request, SessionRequest)]
            (opening,) = (request for request in sessions if request.session[1] == 0)
            assert set(opening.changed) == set(reader.partitions)
            assert sessions[-1].changed.keys() <= set(few)
            assert reader.read == {
                partition: [b"first", b"second", b"third"] if partition in few else [b"first"]
                for partition in reader.partitions
            }

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["_epoch", "_id"])
def test_a_session_that_the_broker_does_not_know_is_opened_again(bus: Connection, topics: list[str], name: str) -> None:
    async def scenario() -> None:
        async with reading(bus, topics) as reader:
            await reader.write(reader.partitions, b"first")
            await reader.take(len(reader.partitions))
            for session in reader.fetcher.sessions.values():
                setattr(session, name, 1_000_000)
            await reader.write(reader.partitions, b"second")
            await reader.take(len(reader.partitions))
            assert reader.read == {partition: [b"first", b"second"] for partition in reader.partitions}
            # an answer with an error, such as a leader that is not elected yet, is followed by a request of aiokafka
            sessions = [request for request in reader.asked if isinstance(request, SessionRequest)]
            assert len([request for request in sessions if request.session[1] == 0]) == 2

    asyncio.run(scenario())


def test_a_place_that_retention_took_is_told_and_asked_for_no_more(bus: Connection, topics: list[str]) -> None:
    async def scenario() -> None:
        async with reading(bus, topics) as reader:
            await reader.write(reader.partitions, b"first")
            await reader.take(len(reader.partitions))
            gone = reader.partitions[0]
            await asyncio.to_thread(delete_records, bus, {Place(*gone): 2})
            reader.fetcher.seek_to(gone, 0)
            (told,) = await reader.fetcher.take({gone}, 30.0, 5)
            assert told == Taken(gone, [], NOWHERE, NOWHERE)
            reader.fetcher.seek_to(gone, 2)
            del reader.ends[gone]
            await reader.write(reader.partitions, b"second")
            await reader.take(len(reader.partitions))
            assert reader.read == {partition: [b"first", b"second"] for partition in reader.partitions}
            assert isinstance(await reader.awaiting(), SessionRequest)

    asyncio.run(scenario())


def test_what_nobody_wants_now_waits_and_comes_later(bus: Connection, topics: list[str]) -> None:
    async def scenario() -> None:
        async with reading(bus, topics) as reader:
            unwanted = set(reader.partitions[:5])
            for value in (b"first", b"second", b"third"):
                await reader.write(reader.partitions, value)
                await reader.take(len(reader.partitions) - 5, set(reader.partitions) - unwanted)
            assert not unwanted & reader.read.keys()
            await reader.take(15, unwanted)
            assert reader.read == {partition: [b"first", b"second", b"third"] for partition in reader.partitions}

    asyncio.run(scenario())


def test_a_partition_sought_elsewhere_is_read_from_there(bus: Connection, topics: list[str]) -> None:
    async def scenario() -> None:
        async with reading(bus, topics) as reader:
            for value in (b"first", b"second"):
                await reader.write(reader.partitions, value)
                await reader.take(len(reader.partitions))
            again = reader.partitions[0]
            reader.fetcher.seek_to(again, 0)
            reader.ends[again] = 0
            await reader.take(2)
            assert reader.read[again] == [b"first", b"second"] * 2

    asyncio.run(scenario())


def test_markers_alone_move_the_position(bus: Connection, topics: list[str]) -> None:
    async def scenario() -> None:
        async with reading(bus, topics) as reader:
            await reader.producer.begin_transaction()
            await reader.producer.send_and_wait(topics[0], b"never", partition=0)
            await reader.producer.abort_transaction()
            ((partition, records, start, end),) = await reader.fetcher.take(set(reader.partitions), 30.0, 5)
            assert (partition, records, start, end) == (Partition(topics[0], 0), [], 0, 2)

    asyncio.run(scenario())
