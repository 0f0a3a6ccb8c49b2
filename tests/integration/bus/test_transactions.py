"""The transactional producer on a real broker: all or nothing, one owner, and an end in time."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaError
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs leave it out

from creditbus.deploy.embedded import Cluster
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError, FencedError
from creditbus.services.engine.produce.records import BATCH_BYTES, Packed
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.settings import EngineSettings
from creditbus.topics.connection import Connection
from tests.harness.broker import ends, frozen
from tests.harness.waiting import until
from tests.harness.wire import Place

WATCHDOG_SECONDS = 4.0
Seen = tuple[int, int, bytes | None, bytes | None]

RECORDS = [(b"k", b"v"), (b"l", None)]


@dataclass
class Ground:
    bus: Connection
    name: str

    @property
    def out(self) -> Partition:
        return Partition(f"{self.name}.out", 0)

    @property
    def other(self) -> Partition:
        return Partition(f"{self.name}.out", 1)

    @property
    def read(self) -> Partition:
        return Partition(f"{self.name}.in", 0)

    def producer(self) -> TransactionalProducer:
        settings = EngineSettings(
            bootstrap_servers=self.bus.bootstrap_servers,
            watchdog_seconds=WATCHDOG_SECONDS,
            transaction_timeout_seconds=8.0,
        )
        return TransactionalProducer(settings, f"{self.name}-lane", f"{self.name}-group")

    def committed(self) -> list[Seen]:
        """What a reader of committed records sees: partition, offset, key and value."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bus.bootstrap_servers,
                "group.id": f"{self.name}-reader",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "fetch.message.max.bytes": 8 << 20,
            }
        )
        consumer.assign([TopicPartition(self.out.topic, number, 0) for number in (0, 1)])
        found: list[Seen] = []
        ended: set[int | None] = set()
        while len(ended) < 2:
            message = consumer.poll(30)
            assert message is not None
            if message.error():
                ended.add(message.partition())
            else:
                found.append((message.partition() or 0, message.offset() or 0, message.key(), message.value()))
        consumer.close()
        return sorted(found, key=lambda record: record[:2])

    def offset(self) -> int | None:
        """The committed input offset of the group."""
        admin = AdminClient({"bootstrap.servers": self.bus.bootstrap_servers})
        asked = ConsumerGroupTopicPartitions(f"{self.name}-group", [TopicPartition(*self.read)])
        (answer,) = admin.list_consumer_group_offsets([asked], require_stable=True).values()
        (found,) = answer.result().topic_partitions
        return found.offset if found.offset >= 0 else None

    def open(self) -> bool:
        """Whether a transaction holds up readers."""
        everything = ends(self.bus, self.out.topic)
        return ends(self.bus, self.out.topic, IsolationLevel.READ_COMMITTED) != everything


@pytest.fixture
def ground(bus: Connection) -> Iterator[Ground]:
    ground = Ground(bus, f"transactions-{uuid4().hex[:8]}")
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    topics = [NewTopic(ground.out.topic, 2, 1), NewTopic(ground.read.topic, 1, 1)]
    for made in admin.create_topics(topics).values():
        made.result()
    names = {topic.topic for topic in topics}
    until(lambda: names <= admin.list_topics(timeout=30).topics.keys(), "the topics are there")
    ends(bus, f"{ground.name}.")
    yield ground
    for gone in admin.delete_topics(sorted(names)).values():
        gone.result()


async def fenced(ground: Ground) -> TransactionalProducer:
    producer = ground.producer()
    await producer.fence()
    return producer


def play(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_outputs_and_offsets_are_seen_together(ground: Ground) -> None:
    async def scenario() -> None:
        producer = await fenced(ground)
        assert await producer.commit({ground.out: RECORDS, ground.other: RECORDS[:1]}, {ground.read: 41}) == {
            ground.out: 2,
            ground.other: 1,
        }
        await producer.commit({}, {ground.read: 42})
        await producer.close()

    play(scenario())
    assert ground.committed() == [(0, 0, b"k", b"v"), (0, 1, b"l", None), (1, 0, b"k", b"v")]
    assert ground.offset() == 42


@pytest.mark.parametrize("sent", ["outputs", "outputs and offsets"])
def test_who_dies_before_the_end_has_written_nothing(ground: Ground, sent: str) -> None:
    async def scenario() -> None:
        dying = await fenced(ground)
        await dying.commit({ground.other: RECORDS[:1]}, {ground.read: 7})
        await dying._write(Packed({ground.out: RECORDS}))
        if sent == "outputs and offsets":
            await dying._send_offsets({ground.read: 9})
        await dying.close()
        assert await asyncio.to_thread(ground.open)
        heir = await fenced(ground)
        assert not await asyncio.to_thread(ground.open)
        assert await asyncio.to_thread(ground.offset) == 7
        assert await heir.commit({ground.out: RECORDS[:1]}, {ground.read: 8}) == {ground.out: 4}
        await heir.close()

    play(scenario())
    assert ground.committed() == [(0, 3, b"k", b"v"), (1, 0, b"k", b"v")]
    assert ground.offset() == 8


def test_partitions_that_are_added_first_change_nothing(ground: Ground) -> None:
    """As for partitions of several leaders, which this cluster has not."""

    async def scenario() -> None:
        dying = await fenced(ground)
        await dying._add([ground.out, ground.other])
        await dying.close()
        first = await fenced(ground)
        for number in range(5):
            await first._add([ground.out, ground.other])
            found = await first.commit({ground.out: RECORDS}, {ground.read: number + 1})
            # a marker after each transaction; the first is that of the one that was only begun
            assert found == {ground.out: 3 * number + 3}
        await first._add([ground.out])
        second = await fenced(ground)
        with pytest.raises(FencedError):
            await first.commit({ground.out: RECORDS}, {ground.read: 9})
        await second.commit({ground.out: RECORDS}, {ground.read: 6})
        await first.close()
        await second.close()

    play(scenario())
    assert len(ground.committed()) == 12
    assert ground.offset() == 6


async def go_on(producer: TransactionalProducer, ground: Ground, reached: str) -> None:
    """Take the next step of a transaction."""
    match reached:
        case "nothing":
            await producer.commit({ground.out: RECORDS}, {ground.read: 2})
        case "outputs":
            await producer._send_offsets({ground.read: 2})
        case _:
            await producer._end()


@pytest.mark.parametrize("reached", ["nothing", "outputs", "offsets"])
def test_a_second_owner_shuts_the_first_one_out_wherever_it_is(ground: Ground, reached: str) -> None:
    async def scenario() -> None:
        first = await fenced(ground)
        await first.commit({ground.out: RECORDS}, {ground.read: 1})
        if reached != "nothing":
            await first._write(Packed({ground.out: RECORDS}))
        if reached == "offsets":
            await first._send_offsets({ground.read: 2})
        second = await fenced(ground)
        with pytest.raises(FencedError):
            await go_on(first, ground, reached)
        await second.commit({ground.other: RECORDS[:1]}, {ground.read: 3})
        await first.close()
        await second.close()

    play(scenario())
    assert ground.committed() == [(0, 0, b"k", b"v"), (0, 1, b"l", None), (1, 0, b"k", b"v")]
    assert ground.offset() == 3


def test_several_batches_of_a_partition_keep_their_order(ground: Ground) -> None:
    entries = [(b"%04d" % number, b"v" * (BATCH_BYTES // 3)) for number in range(10)]

    async def scenario() -> None:
        producer = await fenced(ground)
        assert await producer.commit({ground.out: entries, ground.other: RECORDS}, {ground.read: 1}) == {
            ground.out: 10,
            ground.other: 2,
        }
        # the marker takes an offset
        assert await producer.commit({ground.out: entries}, {ground.read: 2}) == {ground.out: 21}
        await producer.close()

    play(scenario())
    keys = [key for number, _, key, _ in ground.committed() if number == 0]
    assert keys == [key for key, _ in entries] * 2


def test_two_hundred_transactions_follow_each_other_without_a_pause(ground: Ground) -> None:
    async def scenario() -> None:
        producer = await fenced(ground)
        for number in range(200):
            found = await producer.commit({ground.out: [(b"%03d" % number, b"v")]}, {ground.read: number + 1})
            assert found == {ground.out: 2 * number + 1}
        await producer.close()

    play(scenario())
    assert [key for _, _, key, _ in ground.committed()] == [b"%03d" % number for number in range(200)]
    assert ground.offset() == 200


def test_a_broker_that_hangs_ends_the_transaction_by_the_watchdog(cluster: Cluster, ground: Ground) -> None:
    async def scenario() -> None:
        producer = await fenced(ground)
        await producer._write(Packed({ground.out: RECORDS}))
        with frozen(cluster, "kafka"):
            began = time.monotonic()
            with pytest.raises((TimeoutError, KafkaError)):
                await producer.commit({ground.out: RECORDS}, {ground.read: 2})
            assert time.monotonic() - began < WATCHDOG_SECONDS + 10
            began = time.monotonic()
            await producer.close()
            assert time.monotonic() - began < 10
        heir = await fenced(ground)
        await heir.commit({ground.out: RECORDS[:1]}, {ground.read: 3})
        await heir.close()

    play(scenario())
    assert [key for _, _, key, _ in ground.committed()] == [b"k"]
    assert ground.offset() == 3


def test_a_connection_that_breaks_under_a_request_ends_the_transaction_at_once(
    cluster: Cluster, ground: Ground
) -> None:
    async def scenario() -> None:
        producer = await fenced(ground)
        await producer.commit({ground.out: RECORDS[:1]}, {ground.read: 1})
        connections = producer._brokers._client._conns.values()
        with frozen(cluster, "kafka"):
            commit = asyncio.create_task(producer.commit({ground.out: RECORDS}, {ground.read: 2}))
            async with asyncio.timeout(WATCHDOG_SECONDS):
                while not any(connection._requests for connection in connections):  # noqa: ASYNC110 -- it has no signal
                    await asyncio.sleep(0.001)
            for connection in connections:
                connection._writer.transport.abort()
            began = time.monotonic()
            with pytest.raises(KafkaError):
                await commit
            assert time.monotonic() - began < WATCHDOG_SECONDS / 2
            await producer.close()
        heir = await fenced(ground)
        assert await asyncio.to_thread(ground.offset) == 1
        await heir.commit({}, {ground.read: 2})
        await heir.close()

    play(scenario())
    assert [key for _, _, key, _ in ground.committed()] == [b"k"]


def test_a_fence_says_that_nobody_answers() -> None:
    settings = EngineSettings(bootstrap_servers="127.0.0.1:1")

    async def scenario() -> None:
        producer = TransactionalProducer(settings, "nobody", "nobody")
        with pytest.raises(DependencyDownError):
            await producer.fence()
        await producer.close()

    play(scenario())


def test_records_of_partitions_end_where_the_producer_says(ground: Ground) -> None:
    async def scenario() -> dict[Partition, int]:
        producer = await fenced(ground)
        found = await producer.commit({ground.out: RECORDS, ground.other: RECORDS}, {ground.read: 1})
        await producer.close()
        return found

    found = asyncio.run(scenario())
    # one more for the marker
    assert ends(ground.bus, ground.out.topic) == {Place(*place): end + 1 for place, end in found.items()}
