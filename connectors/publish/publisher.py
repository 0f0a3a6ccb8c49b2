"""Publishes chunks of messages, each in one Kafka transaction together with the connector's position.

A run begins by fencing: ``init_transactions`` ends whatever an earlier process left open under the same transactional
id, and shuts that process out. Only then is the position read, so it cannot change any more. What the transaction
protocol then guarantees is all there is to it: a chunk and its position are there together or not at all.

What kafka-python 3.0 asks of its caller, found by reading it and kept here:

- ``send`` reports a topic it has no metadata for by a failed future, not by an error, and the transaction would commit
  without that record: partitions are asked for first, and every future is looked at.
- ``commit_transaction`` with records still unsent marks a flush that never ends, after which every record travels in a
  batch of its own: flush comes first.
- an expired batch of a transactional producer leaves its sender in a state that only a new producer mends: any error
  closes the producer, and a new one fences it.
- without the C library ``crc32c`` a checksum costs more than all the rest; batches are then compressed, since
  compressing is cheaper than summing.
"""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError, ProducerFencedError, RetriableError
from kafka.record.util import crc32c_c

from creditbus.connectors.errors import PublishError, RegistrationError
from creditbus.connectors.publish.encoder import Message
from creditbus.connectors.publish.progress import Progress
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.statements import Publication
from creditbus.topics.connection import APPLICATION
from creditbus.topics.kafka_clients import opened
from creditbus.topics.names import POSITIONS, STATEMENTS, department_of

__all__ = ["Beside", "Publisher", "last_progress", "read_latest", "read_progress"]

_BATCH_BYTES = 262_144
_REQUEST_BYTES = 8 * 1_048_576
_LINGER_MS = 20
_METADATA_MS = 15_000
_BOOTSTRAP_MS = 15_000
_TRANSACTION_MS = 60_000
_POLL_MS = 500
_RETRY_MS = 20
"""Until metadata are asked for again: a run asks some ten times before its first row, and kafka-python waits 100 ms."""


class Beside(NamedTuple):
    """A record of a compacted topic that is committed together with messages; its key's partition is its place."""

    topic: str
    key: bytes
    value: bytes | None
    """None: forget the key."""

    def __repr__(self) -> str:
        return f"Beside(topic={self.topic!r})"


class Publisher:
    """The one writer of a connector's events.

    Args:
        bootstrap_servers: Addresses of brokers, separated by commas.
        connector: Id of the connector; names its transactions, so one id publishes from one process at a time.
        topic: The department's ingest topic.

    Raises:
        PublishError: no broker answers.
        RegistrationError: a topic is missing.
    """

    def __init__(self, bootstrap_servers: str, connector: str, topic: str) -> None:
        self._servers = bootstrap_servers
        self._connector = connector
        self._topic = topic
        try:
            self._producer = opened(
                KafkaProducer,
                bootstrap_servers=bootstrap_servers.split(","),
                client_id=f"{APPLICATION}-connector-{connector}",
                transactional_id=f"{APPLICATION}-connector-{connector}",
                transaction_timeout_ms=_TRANSACTION_MS,
                acks="all",
                batch_size=_BATCH_BYTES,
                linger_ms=_LINGER_MS,
                max_request_size=_REQUEST_BYTES,
                max_block_ms=_METADATA_MS,
                retry_backoff_ms=_RETRY_MS,
                bootstrap_timeout_ms=_BOOTSTRAP_MS,
                allow_auto_create_topics=False,
                metrics_enabled=False,
                compression_type=None if crc32c_c else "gzip",
            )
        except RetriableError as error:
            raise _unreachable(bootstrap_servers) from error
        try:
            self._partitions = self._count_partitions(topic)
            self._position_partition = partition_of(connector.encode(), self._count_partitions(POSITIONS))
        except BaseException:
            self._producer.close(timeout=0)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._producer.close(timeout=0 if kind else _METADATA_MS / 1000)

    def fence(self) -> Progress | None:
        """Shut out every earlier process of this connector and return how far it came; ``None`` before the first run.

        Raises:
            PublishError: the broker does not answer.
        """
        try:
            self._producer.init_transactions()
            return read_progress(self._servers, self._connector, self._position_partition)
        except KafkaError as error:
            raise _stopped(error, self._servers) from error

    def publish(self, messages: Sequence[Message], progress: Progress, beside: Iterable[Beside] = ()) -> None:
        """Commit messages and progress, and what else is said, in one transaction; errors as of `commit`."""
        told = [self.publication(progress.run, progress.totals.published)] if messages else []
        position = Beside(POSITIONS, self._connector.encode(), progress.encode())
        self.commit(messages, [position, *told, *beside])

    def publication(self, run: str, published: int) -> Beside:
        """Say how many messages a run has published, those of the transaction that carries this among them."""
        said = Publication(department_of(self._topic), run, published)
        return Beside(STATEMENTS, said.key, said.encode())

    def forget(self) -> None:
        """Forget how far the connector came: its next run begins anew; errors as of `commit`."""
        self.commit([], [Beside(POSITIONS, self._connector.encode(), None)])

    def commit(self, messages: Sequence[Message], beside: Iterable[Beside]) -> None:
        """Commit messages, and what is said about them (`publication` of each run at least), in one transaction.

        Raises:
            PublishError: nothing of the chunk is committed, or, where the answer to the commit was lost, all of it. The
                publisher is of no more use; a new one finds out which by :meth:`fence`.
        """
        try:
            self._producer.begin_transaction()
            self._send_all(messages)
            for topic, key, value in beside:
                self._send(topic, key, value, partition_of(key, self._count_partitions(topic)))
            self._producer.flush()
            self._producer.commit_transaction()
        except KafkaError as error:
            raise _stopped(error, self._servers) from error

    def _send_all(self, messages: Iterable[Message]) -> None:
        topic, partitions, send = self._topic, self._partitions, self._send
        for key, value in messages:
            send(topic, key, value, partition_of(key, partitions))

    def _send(self, topic: str, key: bytes, value: bytes | None, partition: int) -> None:
        future = self._producer.send(topic, value, key, partition=partition)
        if future.is_done and future.failed():
            raise future.exception

    def _count_partitions(self, topic: str) -> int:
        try:
            return len(self._producer.partitions_for(topic))
        except KafkaTimeoutError as error:
            raise RegistrationError(f"topic {topic}", "does not exist", "run `creditbus topics apply`") from error
        except KafkaError as error:
            raise _stopped(error, self._servers) from error


def last_progress(bootstrap_servers: str, connector: str) -> Progress | None:
    """Read a connector's last committed progress, without shutting out a process that runs.

    Raises:
        PublishError: no broker answers.
        RegistrationError: the positions topic is missing.
    """
    try:
        consumer = _consumer(bootstrap_servers.split(","), "read_committed")
        try:
            partitions = consumer.partitions_for_topic(POSITIONS)
        finally:
            consumer.close()
        if not partitions:
            raise RegistrationError(f"topic {POSITIONS}", "does not exist", "run `creditbus topics apply`")
        return read_progress(bootstrap_servers, connector, partition_of(connector.encode(), len(partitions)))
    except KafkaError as error:
        raise _stopped(error, bootstrap_servers) from error


def read_latest(bootstrap_servers: str, topic: str) -> dict[bytes, bytes]:
    """Read the newest value of each key of a compacted topic.

    Raises:
        PublishError: no broker answers.
        RegistrationError: the topic is missing.
    """
    servers = bootstrap_servers.split(",")
    try:
        consumer = _consumer(servers, "read_committed")
    except KafkaError as error:
        raise _stopped(error, bootstrap_servers) from error
    try:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise RegistrationError(f"topic {topic}", "does not exist", "run `creditbus topics apply`")
        places = [TopicPartition(topic, number) for number in sorted(numbers)]
        ends = {place: _end_of_log(servers, place) for place in places}
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        found: dict[bytes, bytes | None] = {}
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=_POLL_MS).values():
                found.update((record.key, record.value) for record in records)
    except KafkaError as error:
        raise _stopped(error, bootstrap_servers) from error
    finally:
        consumer.close()
    return {key: value for key, value in found.items() if value is not None}


def read_progress(bootstrap_servers: str, connector: str, partition: int) -> Progress | None:
    """Read a connector's last committed progress.

    Reads up to the end of the log as it is now, not up to the last stable offset: another connector's open transaction
    in the same partition hides what lies behind it, ours included, until it ends. It does end: transactions last for
    one chunk, and a dead process's is aborted by the broker.

    Args:
        bootstrap_servers: Addresses of brokers, separated by commas.
        connector: Id of the connector.
        partition: Partition of the positions topic that holds it.
    """
    place = TopicPartition(POSITIONS, partition)
    servers = bootstrap_servers.split(",")
    end = _end_of_log(servers, place)
    key, last = connector.encode(), None
    consumer = _consumer(servers, "read_committed")
    try:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        while consumer.position(place) < end:
            for records in consumer.poll(timeout_ms=_POLL_MS).values():
                last = next((record.value for record in reversed(records) if record.key == key), last)
    finally:
        consumer.close()
    return None if last is None else Progress.decode(last)


def _end_of_log(servers: Sequence[str], place: TopicPartition) -> int:
    consumer = _consumer(servers, "read_uncommitted")
    try:
        return int(consumer.end_offsets([place])[place])
    finally:
        consumer.close()


def _consumer(servers: Sequence[str], isolation: str) -> Any:
    return opened(
        KafkaConsumer,
        bootstrap_servers=servers,
        group_id=None,
        enable_auto_commit=False,
        isolation_level=isolation,
        auto_offset_reset="earliest",
        retry_backoff_ms=_RETRY_MS,
        metrics_enabled=False,
    )


def _unreachable(servers: str) -> PublishError:
    return PublishError(
        f"Kafka at {servers}", "does not answer", "is it running? `creditbus status` shows local servers"
    )


def _stopped(error: KafkaError, servers: str) -> PublishError:
    if isinstance(error, ProducerFencedError):
        return PublishError("connector", "another process has taken over this connector", "let only one run at a time")
    if isinstance(error, RetriableError):
        return _unreachable(servers)
    problem = f"publishing stopped: {type(error).__name__}: {error}"
    return PublishError(f"Kafka at {servers}", problem, "run again: nothing is lost, nothing is sent twice")
