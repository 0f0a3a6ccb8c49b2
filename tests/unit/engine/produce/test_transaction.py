"""A transaction's requests, in their order, against brokers that answer as instructed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiokafka.client import ConnectionGroup
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
)
from aiokafka.protocol.transaction import InitProducerIdRequest

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError, FencedError, ForgottenError, OldBrokerError
from creditbus.services.engine.produce import brokers, messages
from creditbus.services.engine.produce.messages import AddPartitionsToTxnRequest as Add
from creditbus.services.engine.produce.messages import ApiVersionsRequest, EndTxnRequest, ProduceRequest
from creditbus.services.engine.produce.messages import TxnOffsetCommitRequest as Offsets
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.settings import EngineSettings

OUT, OTHER, IN = Partition("out", 0), Partition("out", 1), Partition("in", 0)
RECORDS: dict[Partition, list[tuple[bytes | None, bytes | None]]] = {
    OUT: [(b"k", b"v"), (b"l", None)],
    OTHER: [(b"m", b"v")],
}
LEADERS = {OUT: 1, OTHER: 2}
TRANSACTIONS, GROUPS = 1, 2
LOADING, MOVED, CONCURRENT, FENCED, STATE = 14, 16, 51, 90, 48


class Topics:
    def __init__(self) -> None:
        self.known: set[str] = set()

    def leader_for_partition(self, partition: Partition) -> int | None:
        return LEADERS[partition] if partition.topic in self.known else None


class Client:
    """Answers each kind of request with the codes it was given, then with none."""

    def __init__(self, **_: Any) -> None:
        self.cluster = Topics()
        self.asked: list[tuple[int, Any]] = []
        self.codes: dict[type, list[int]] = {}
        self.lookups: list[Exception] = []
        self.down = False
        self.features = b"\x02\x14transaction.version\x00\x02\x00\x02\x00"
        self.epoch = 7
        self.nodes = [10, 11, 12]
        self._conns = {(node, ConnectionGroup.DEFAULT): node for node in LEADERS.values()}

    async def bootstrap(self) -> None:
        if self.down:
            raise KafkaConnectionError("nobody")

    async def close(self) -> None: ...

    def add_topic(self, topic: str) -> None:
        self.cluster.known.add(topic)

    async def force_metadata_update(self) -> None: ...

    async def coordinator_lookup(self, kind: int, _: str) -> int:
        if self.lookups:
            raise self.lookups.pop(0)
        return self.nodes.pop(0) if kind == 0 and len(self.nodes) > 1 else self.nodes[-1]

    async def ready(self, _: int) -> bool:
        return True

    async def send(self, node: int, request: Any) -> Any:
        self.asked.append((node, request))
        codes = self.codes.get(type(request), [])
        code = codes.pop(0) if codes else 0
        if isinstance(request, ApiVersionsRequest):
            return messages.ApiVersionsAnswer(0, [], 0, {2: self.features} if self.features else {})
        if isinstance(request, InitProducerIdRequest):
            return messages.EndTxnAnswer(0, code, 4000, self.epoch, {})
        if isinstance(request, EndTxnRequest):
            return messages.EndTxnAnswer(0, code, 4000, self.epoch + 1, {})
        topics: list[Any] = [
            (topic, [(part, code, 100, -1, 0, [], None, {}) for part in partitions], {})
            for topic, partitions, _ in request.topics
        ]
        if isinstance(request, Add):
            return messages.AddPartitionsToTxnAnswer(0, topics, {})
        topics = [(topic, [(part[0], *rest) for part, *rest in found], {}) for topic, found, _ in topics]
        if isinstance(request, Offsets):
            return messages.TxnOffsetCommitAnswer(0, topics, {})
        return messages.ProduceAnswer(topics, 0, {})

    def kinds(self) -> list[type]:
        return [type(request) for _, request in self.asked]


Play = Callable[[Callable[[TransactionalProducer], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()
    monkeypatch.setattr(brokers, "AIOKafkaClient", lambda **_: client)
    monkeypatch.setattr(brokers, "write_in_pieces", client.send)
    return client


@pytest.fixture
def play(client: Client) -> Play:
    def run(scenario: Callable[[TransactionalProducer], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            producer = TransactionalProducer(
                EngineSettings(retry_backoff_ms=1, watchdog_seconds=0.2, transaction_timeout_seconds=0.4), "lane", "g"
            )
            await producer.fence()
            client.asked.clear()
            await scenario(producer)

        asyncio.run(whole())

    return run


def test_a_transaction_is_outputs_then_offsets_then_its_end(client: Client, play: Play) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        assert await producer.commit({OUT: RECORDS[OUT]}, {IN: 9}) == {OUT: 102}
        assert [node for node, _ in client.asked] == [1, 10, 12]
        assert client.kinds() == [ProduceRequest, Offsets, EndTxnRequest]
        offsets, end = client.asked[1][1], client.asked[2][1]
        assert offsets.topics == [("in", [(0, 9, -1, "", {})], {})]
        assert (end.producer_id, end.producer_epoch, end.committed) == (4000, 7, True)

    play(scenario)


def test_partitions_of_several_leaders_are_added_before_anything_is_written(client: Client, play: Play) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        client.codes[Add] = [CONCURRENT]
        assert await producer.commit(RECORDS, {IN: 9}) == {OUT: 102, OTHER: 101}
        assert [node for node, _ in client.asked] == [12, 12, 1, 2, 10, 12]
        assert client.kinds() == [Add, Add, ProduceRequest, ProduceRequest, Offsets, EndTxnRequest]
        assert client.asked[0][1].topics == [("out", [0, 1], {})]

    play(scenario)


def test_the_next_transaction_has_the_epoch_that_the_end_told(client: Client, play: Play) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        await producer.commit(RECORDS, {IN: 9})
        await producer.commit({}, {IN: 10})
        assert client.kinds()[5:] == [Offsets, EndTxnRequest]
        assert [request.producer_epoch for _, request in client.asked[5:]] == [8, 8]

    play(scenario)


@pytest.mark.parametrize("kind", [ProduceRequest, Offsets, EndTxnRequest])
def test_what_meets_the_markers_of_the_last_transaction_is_sent_again_as_it_was(
    client: Client, play: Play, kind: type
) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        client.codes[kind] = [CONCURRENT, CONCURRENT]
        assert await producer.commit({OUT: RECORDS[OUT]}, {IN: 9}) == {OUT: 102}
        same = [request for _, request in client.asked if isinstance(request, kind)]
        assert len(same) == 3
        assert len({id(request) for request in same}) == 1
        assert len(client.asked) == 5

    play(scenario)


def test_markers_that_are_never_written_end_the_transaction_by_the_watchdog(client: Client, play: Play) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        client.codes[ProduceRequest] = [CONCURRENT] * 10_000
        with pytest.raises(TimeoutError):
            await producer.commit({OUT: RECORDS[OUT]}, {IN: 9})
        assert set(client.kinds()) == {ProduceRequest}

    play(scenario)


@pytest.mark.parametrize("code", [LOADING, MOVED])
def test_offsets_follow_their_coordinator(client: Client, play: Play, code: int) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        client.codes[Offsets] = [code]
        await producer.commit({}, {IN: 9})
        assert [node for node, _ in client.asked] == [10, 11, 12]

    play(scenario)


@pytest.mark.parametrize("kind", [ProduceRequest, Offsets, EndTxnRequest])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (FENCED, FencedError),
        (47, FencedError),
        (STATE, ForgottenError),
        (49, ForgottenError),
        (10, MessageSizeTooLargeError),
    ],
)
def test_any_other_error_ends_the_transaction_where_it_is(
    client: Client, play: Play, kind: type, code: int, error: type[Exception]
) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        client.codes[kind] = [code]
        with pytest.raises(error):
            await producer.commit({OUT: RECORDS[OUT]}, {IN: 9})
        assert client.kinds()[-1] is kind

    play(scenario)


def test_one_leader_that_refuses_is_enough(client: Client, play: Play) -> None:
    async def scenario(producer: TransactionalProducer) -> None:
        client.codes[ProduceRequest] = [0, 6]
        with pytest.raises(NotLeaderForPartitionError):
            await producer.commit(RECORDS, {IN: 9})
        assert client.kinds() == [Add, ProduceRequest, ProduceRequest]

    play(scenario)


def fence(client: Client, **settings: Any) -> None:
    del client
    quick = {"retry_backoff_ms": 1, "watchdog_seconds": 0.2, "transaction_timeout_seconds": 0.4} | settings
    asyncio.run(TransactionalProducer(EngineSettings(**quick), "lane", "g").fence())


def test_a_fence_waits_for_coordinators_and_for_what_the_last_owner_left(client: Client) -> None:
    client.lookups = [GroupCoordinatorNotAvailableError()]
    client.codes[InitProducerIdRequest] = [LOADING, MOVED, CONCURRENT]
    fence(client)
    assert client.kinds().count(InitProducerIdRequest) == 4


def test_a_fence_that_nobody_answers_says_that_kafka_is_down(client: Client) -> None:
    client.down = True
    with pytest.raises(DependencyDownError, match="kafka: does not answer"):
        fence(client)


def test_a_broker_that_names_no_broker_yet_is_one_that_is_down(client: Client) -> None:
    client.lookups = [AssertionError("Did we not perform bootstrap?")]
    with pytest.raises(DependencyDownError, match="no broker is known"):
        fence(client)


def test_a_fence_that_never_succeeds_ends_with_the_time_of_a_transaction(client: Client) -> None:
    client.codes[InitProducerIdRequest] = [CONCURRENT] * 100_000
    with pytest.raises(DependencyDownError):
        fence(client)


@pytest.mark.parametrize("features", [b"", b"\x02\x14transaction.version\x00\x01\x00\x01\x00"])
def test_a_cluster_without_transactions_of_version_2_is_refused_by_name(client: Client, features: bytes) -> None:
    client.features = features
    with pytest.raises(OldBrokerError, match=r"transaction\.version has level \d, not 2; with Kafka 4\.0") as refused:
        fence(client)
    assert "\n" not in str(refused.value)
    assert InitProducerIdRequest not in client.kinds()


def test_a_broker_that_cannot_be_asked_for_features_is_refused_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_node: int, _request: Any) -> Any:
        raise IncompatibleBrokerVersion("no")

    monkeypatch.setattr(client, "send", refuse)
    with pytest.raises(OldBrokerError):
        fence(client)
