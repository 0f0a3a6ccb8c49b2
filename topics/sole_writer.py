"""Writes to a topic of one partition whose records are numbered, as the only one who does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.kafka_transactions import OutgoingRecord, commit_whole, transactional_producer

__all__ = ["sole_writer"]

_BOOTSTRAP_MS: Final = 5_000
_RETRY_MS: Final = 20
_BLOCK_MS: Final = 15_000
_CLOSE_SECONDS: Final = 5.0


@contextmanager
def sole_writer(connection: Connection, name: str) -> Iterator[Callable[[str, bytes, bytes], None]]:
    """Shut out everybody who writes under this name, then give what writes a record: topic, key and value.

    What the others have begun has ended when the block begins. So whoever reads in it what the last number was, and
    writes the next one, leaves neither a gap nor a number twice; the one who was shut out gets an error.

    Args:
        connection: the bus.
        name: what it is that is written; part of the transactional id.

    Raises:
        KafkaError: from here or from a write: no broker answers, the topic is missing, or another writer has come.

    """
    producer = transactional_producer(
        bootstrap_servers=connection.bootstrap_servers.split(","),
        client_id=f"{APPLICATION}-{name}",
        transactional_id=f"{APPLICATION}-{name}",
        max_block_ms=_BLOCK_MS,
        retry_backoff_ms=_RETRY_MS,
        bootstrap_timeout_ms=_BOOTSTRAP_MS,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )

    def write(topic: str, key: bytes, value: bytes) -> None:
        commit_whole(producer, [OutgoingRecord(topic, key, value, partition=0)])

    try:
        producer.init_transactions()
        yield write
    finally:
        producer.close(timeout=_CLOSE_SECONDS)
