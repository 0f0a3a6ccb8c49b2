"""Publishes chunks of messages, each in one Kafka transaction together with the connector's position.

A run begins by fencing: ``init_transactions`` ends whatever an earlier process left open under the same transactional
id, and shuts that process out. Only then is the position read, so it cannot change any more. What the transaction
protocol then guarantees is all there is to it: a chunk and its position are there together or not at all.

What kafka-python 3.0 asks of its caller, found by reading it and kept here:

- ``send`` reports a topic it has no metadata for by a failed future, and waits for it first: partitions are asked for
  before. What else stands between sending and a commit is in `creditbus.topics.kafka_transactions`.
- an expired batch of a transactional producer leaves its sender in a state that only a new producer mends: any error
  closes the producer, and a new one fences it.
- without the C library ``crc32c`` a checksum costs more than all the rest; batches are then compressed, since
  compressing is cheaper than summing.
"""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from kafka.errors import KafkaError, KafkaTimeoutError, RetriableError
from kafka.record.util import crc32c_c

from creditbus.connectors.errors import RegistrationError
from creditbus.connectors.publish.encoder import ProducerRecord
from creditbus.connectors.publish.kafka_errors import stopped, unreachable
from creditbus.connectors.publish.latest import read_progress
from creditbus.connectors.publish.progress import Progress
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.statements import Publication
from creditbus.topics import messages as shared
from creditbus.topics.connection import APPLICATION
from creditbus.topics.kafka_transactions import OutgoingRecord, commit_whole, transactional_producer
from creditbus.topics.names import POSITIONS, STATEMENTS, department_of

__all__ = ["Beside", "Publisher"]

_BATCH_BYTES = 262_144
_REQUEST_BYTES = 8 * 1_048_576
_LINGER_MS = 20
_METADATA_MS = 15_000
_BOOTSTRAP_MS = 15_000
_TRANSACTION_MS = 60_000
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
            self._producer = transactional_producer(
                bootstrap_servers=bootstrap_servers.split(","),
                client_id=f"{APPLICATION}-connector-{connector}",
                transactional_id=f"{APPLICATION}-connector-{connector}",
                transaction_timeout_ms=_TRANSACTION_MS,
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
            raise unreachable(bootstrap_servers) from error
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
            raise stopped(error, self._servers) from error

    def publish(self, messages: Sequence[ProducerRecord], progress: Progress, beside: Iterable[Beside] = ()) -> None:
        """Commit messages and progress, and what else is said, in one transaction; errors as of `commit`."""
        told = [self.publication(progress.run, progress.totals.published)] if messages else []
        position = Beside(POSITIONS, self._connector.encode(), progress.encode())
        self.commit(messages, [position, *told, *beside])

    def publication(self, run: str, published: int) -> Beside:
        """Say how many messages a run has published, those of the transaction that carries this among them."""
        # In the transaction of the messages, by the connector: were it booked in the ledger, departments would write
        # where the bus alone may; counted by offsets, it would never be zero (docs/adr/0028).
        said = Publication(department_of(self._topic), run, published)
        return Beside(STATEMENTS, said.key, said.encode())

    def forget(self) -> None:
        """Forget how far the connector came: its next run begins from the start; errors as of `commit`."""
        self.commit([], [Beside(POSITIONS, self._connector.encode(), None)])

    def commit(self, messages: Sequence[ProducerRecord], beside: Iterable[Beside]) -> None:
        """Commit messages, and what is said about them (`publication` of each run at least), in one transaction.

        Raises:
            PublishError: nothing of the chunk is committed, or, where the answer to the commit was lost, all of it. The
                publisher is of no more use; a new one finds out which by :meth:`fence`.
        """
        try:
            commit_whole(self._producer, self._records(messages, beside))
        except KafkaError as error:
            raise stopped(error, self._servers) from error

    def _records(self, messages: Iterable[ProducerRecord], beside: Iterable[Beside]) -> Iterator[OutgoingRecord]:
        topic, partitions = self._topic, self._partitions
        for key, value in messages:
            yield OutgoingRecord(topic, key, value, partition_of(key, partitions))
        for place, key, said in beside:
            yield OutgoingRecord(place, key, said, partition_of(key, self._count_partitions(place)))

    def _count_partitions(self, topic: str) -> int:
        try:
            return len(self._producer.partitions_for(topic))
        except KafkaTimeoutError as error:
            raise RegistrationError(shared.TOPIC(name=topic), shared.DOES_NOT_EXIST(), shared.RUN_APPLY()) from error
        except KafkaError as error:
            raise stopped(error, self._servers) from error
