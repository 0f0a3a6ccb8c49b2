"""Transactions by the producer of kafka-python: all of their records are committed, or the caller gets an error.

Two things that its version 3.0 does lose records in silence, and the commit answers that all is well (docs/adr/0050):

- It forgets a request of the transaction when the coordinator cannot be reached at that very moment. A partition that
  was to be added never is, so its records are never sent; an end of the transaction is waited for without end.
- A record that was not answered for two minutes fails its own future, and nothing else: the rest is committed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, UnknownBrokerIdError
from kafka.future import Future
from kafka.net.compat import KafkaNetClient

from creditbus.topics.kafka_clients import opened

__all__ = ["OutgoingRecord", "commit_whole", "transactional_producer"]

#: Until the coordinator is looked for again. kafka-python does that at once, thousands of times while a broker starts.
_RETRY_MS: Final = 20
_UNREACHABLE: Final = (KafkaConnectionError, NodeNotReadyError, UnknownBrokerIdError)


class OutgoingRecord(NamedTuple):
    """A record that is about to be committed."""

    topic: str
    key: bytes
    value: bytes | None
    """None: forget the key."""
    partition: int

    def __repr__(self) -> str:
        return f"OutgoingRecord(topic={self.topic!r}, partition={self.partition})"


def transactional_producer(**settings: Any) -> KafkaProducer:
    """Make a producer of transactions; settings and errors as of kafka-python's own.

    Args:
        settings: of the producer, `transactional_id` among them.

    """
    return opened(KafkaProducer, client=_RetryingClient, acks="all", **settings)


def commit_whole(producer: KafkaProducer, records: Iterable[OutgoingRecord]) -> None:
    """Commit records in one transaction.

    Args:
        producer: after its `init_transactions`.
        records: in the order in which each partition is to have them.

    Raises:
        KafkaError: nothing of it is committed, or, where the answer to the commit was lost, all of it. The producer is
            of no more use; the `init_transactions` of a new one ends the transaction.

    """
    producer.begin_transaction()
    sent = []
    for topic, key, value, partition in records:
        future = producer.send(topic, value, key, partition=partition)
        # a topic that is missing fails the future at once, and a flush would wait for it in vain
        if future.is_done and future.failed():
            raise future.exception
        sent.append(future)
    # first, for a commit with records still unsent marks a flush that never ends
    producer.flush()
    for future in sent:
        if future.failed():
            raise future.exception
        if not future.is_done:
            raise KafkaTimeoutError
    producer.commit_transaction()


class _RetryingClient(KafkaNetClient):  # type: ignore[misc] # it has no types
    """Says that a broker cannot be reached in the ways in which the producer's thread tries again."""

    def await_ready(self, node_id: Any, timeout_ms: float = 30_000) -> bool:
        """Return False where kafka-python raises: the producer then looks for the coordinator, and asks again."""
        try:
            return bool(super().await_ready(node_id, timeout_ms))
        except _UNREACHABLE:
            self.poll(timeout_ms=_RETRY_MS)
            return False

    def send(self, node_id: Any, request: Any, **kwargs: Any) -> Any:
        """Answer with a lost connection where kafka-python raises: it loses what it was about to send."""
        try:
            return super().send(node_id, request, **kwargs)
        except _UNREACHABLE as error:
            return Future().failure(KafkaConnectionError(str(error)))
