"""Writes manifests, one writer at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, RetriableError, UnknownTopicOrPartitionError

from creditbus.services.domain.evidence.manifest import Manifest
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.evidence import messages
from creditbus.services.evidence.keys import SigningKey, trusted_keys
from creditbus.services.evidence.making import next_manifest
from creditbus.services.evidence.reading import manifest_documents, open_log
from creditbus.topics import messages as shared
from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.kafka_clients import opened
from creditbus.topics.names import feed, manifests

__all__ = ["publish_manifest"]

_BOOTSTRAP_MS: Final = 5_000
_BLOCK_MS: Final = 15_000
_RETRY_MS: Final = 20
_CLOSE_SECONDS: Final = 5.0


def publish_manifest(connection: Connection, subscriber: str, key: SigningKey) -> Manifest | None:
    """Sign what a feed has got since its last manifest, and publish that; None where there is nothing new.

    Whoever publishes shuts out everybody who does so for the same feed at the same time, so numbers are dense.

    Raises:
        UnavailableError, DependencyDownError: no broker answers.
        ConfigurationError: there is no such feed or no topic for its manifests, the feed is not whole, or the last
            manifest is not to be believed.

    """
    topic = manifests(subscriber)
    with _failing(connection, topic):
        producer = opened(
            KafkaProducer,
            bootstrap_servers=connection.bootstrap_servers.split(","),
            client_id=f"{APPLICATION}-manifests",
            transactional_id=f"{APPLICATION}-manifests-{subscriber}",
            acks="all",
            max_block_ms=_BLOCK_MS,
            retry_backoff_ms=_RETRY_MS,
            bootstrap_timeout_ms=_BOOTSTRAP_MS,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        try:
            producer.init_transactions()
            before = _last(connection, subscriber)
            manifest = asyncio.run(_next(connection, subscriber, before, key))
            if manifest is not None:
                _write(producer, topic, manifest)
        finally:
            producer.close(timeout=_CLOSE_SECONDS)
    return manifest


def _last(connection: Connection, subscriber: str) -> Manifest | None:
    documents = manifest_documents(connection, subscriber)
    believed, found = trusted_manifests(feed(subscriber), documents, trusted_keys((), connection.home))
    if found:
        fix = messages.VERIFY_FIRST(subscriber=subscriber)
        raise ConfigurationError(manifests(subscriber), messages.MANIFESTS_NOT_SOUND(), fix)
    return believed[-1] if believed else None


async def _next(connection: Connection, subscriber: str, before: Manifest | None, key: SigningKey) -> Manifest | None:
    log = await open_log(connection, subscriber)
    return await next_manifest(log, before, key, time.time_ns() // 1_000_000)


def _write(producer: Any, topic: str, manifest: Manifest) -> None:
    producer.begin_transaction()
    future = producer.send(topic, manifest.document(), str(manifest.number).encode(), partition=0)
    # a topic that is missing fails the future at once, and a flush would wait for it in vain
    if future.is_done and future.failed():
        raise future.exception
    producer.flush()
    producer.commit_transaction()


@contextmanager
def _failing(connection: Connection, topic: str) -> Iterator[None]:
    """Raise what kafka-python raises inside as an error of ours."""
    try:
        yield
    except UnknownTopicOrPartitionError as error:
        raise ConfigurationError(topic, messages.NO_TOPIC(), messages.APPLY_FIRST()) from error
    except RetriableError as error:
        place = shared.AT_KAFKA(servers=connection.bootstrap_servers)
        raise UnavailableError(place, shared.DOES_NOT_ANSWER(), shared.IS_IT_RUNNING()) from error
    except KafkaError as error:
        raise ConfigurationError(topic, messages.KAFKA_REFUSES(error=error)) from error
