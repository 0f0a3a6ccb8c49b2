"""Writes manifests, one writer at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import KafkaError, RetriableError, UnknownTopicOrPartitionError

from creditbus.services.domain.evidence.manifest import Manifest
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.evidence import messages
from creditbus.services.evidence.keys import SigningKey, trusted_keys
from creditbus.services.evidence.making import next_manifest
from creditbus.services.evidence.reading import manifest_documents, open_log
from creditbus.topics import messages as shared
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.names import feed, manifests
from creditbus.topics.sole_writer import sole_writer

__all__ = ["publish_manifest"]


def publish_manifest(connection: Connection, subscriber: str, key: SigningKey) -> Manifest | None:
    """Sign what a feed has got since its last manifest, and publish that; None where there is nothing new.

    Whoever publishes shuts out everybody who does so for the same feed at the same time, so numbers are dense.

    Raises:
        UnavailableError, DependencyDownError: no broker answers.
        ConfigurationError: there is no such feed or no topic for its manifests, the feed is not whole, or the last
            manifest is not to be believed.

    """
    topic = manifests(subscriber)
    with _failing(connection, topic), sole_writer(connection, f"manifests-{subscriber}") as write:
        before = _last(connection, subscriber)
        manifest = asyncio.run(_next(connection, subscriber, before, key))
        if manifest is not None:
            write(topic, str(manifest.number).encode(), manifest.document())
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
