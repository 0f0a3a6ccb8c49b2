"""Writes manifests, one writer at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from kafka.errors import (
    InvalidProducerEpochError,
    KafkaError,
    ProducerFencedError,
    RetriableError,
    UnknownTopicOrPartitionError,
)

from creditbus.services.domain.evidence.manifest import Manifest
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.domain.evidence.watermark import is_ahead
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


def publish_manifest(
    connection: Connection,
    subscriber: str,
    key: SigningKey,
    *,
    since_ms: int = 0,
    watermarks: Mapping[str, int] | None = None,
    clock: Callable[[], float] = time.time,
) -> Manifest | None:
    """Sign what a feed has got since its last manifest, and publish that; None where there is nothing new.

    Whoever publishes shuts out everybody who does so for the same feed at the same time, so numbers are dense.

    Args:
        connection: the bus.
        subscriber: whose feed it is.
        key: that signs.
        since_ms: where the last manifest was made at this moment or later, in milliseconds since 1970 UTC, nothing is
            done and None is returned, unless it says that it was made in the future; 0: whenever it was made.
        watermarks: of departments, found before this; where they have moved a feed without new records is signed, too.
        clock: the present moment, in seconds since 1970 UTC.

    Raises:
        UnavailableError, DependencyDownError: no broker answers, or somebody else signs the feed at this moment.
        ConfigurationError: there is no such feed or no topic for its manifests, the feed is not whole, or the last
            manifest is not to be believed.

    """
    topic = manifests(subscriber)
    with _failing(connection, topic), sole_writer(connection, f"manifests-{subscriber}") as write:
        before = _last(connection, subscriber)
        now_ms = int(clock() * 1000)
        # one from a clock that was ahead says nothing of the present interval, nor of any until that moment has come
        if before is not None and before.made_ms >= since_ms > 0 and not is_ahead(before.made_ms, now_ms):
            return None
        manifest = asyncio.run(_next(connection, subscriber, before, key, now_ms, watermarks))
        if manifest is not None:
            write(topic, str(manifest.number).encode(), manifest.document())
    return manifest


def _last(connection: Connection, subscriber: str) -> Manifest | None:
    documents = manifest_documents(connection, subscriber)
    believed, found = trusted_manifests(feed(subscriber), documents, trusted_keys((), connection.home))
    # what expired before it was signed is said by `feed verify`, and stays so: it must not keep the rest from it
    if any(not one.fault.harmless for one in found):
        fix = messages.VERIFY_FIRST(subscriber=subscriber)
        raise ConfigurationError(manifests(subscriber), messages.MANIFESTS_NOT_SOUND(), fix)
    return believed[-1] if believed else None


async def _next(
    connection: Connection,
    subscriber: str,
    before: Manifest | None,
    key: SigningKey,
    now_ms: int,
    watermarks: Mapping[str, int] | None,
) -> Manifest | None:
    return await next_manifest(await open_log(connection, subscriber), before, key, now_ms, watermarks)


@contextmanager
def _failing(connection: Connection, topic: str) -> Iterator[None]:
    """Raise what kafka-python raises inside as an error of ours."""
    try:
        yield
    except UnknownTopicOrPartitionError as error:
        raise ConfigurationError(topic, messages.NO_TOPIC(), messages.APPLY_FIRST()) from error
    except (ProducerFencedError, InvalidProducerEpochError) as error:
        raise UnavailableError(topic, messages.ANOTHER_SIGNS(), messages.ONE_WILL_DO()) from error
    except RetriableError as error:
        place = shared.AT_KAFKA(servers=connection.bootstrap_servers)
        raise UnavailableError(place, shared.DOES_NOT_ANSWER(), shared.IS_IT_RUNNING()) from error
    except KafkaError as error:
        raise ConfigurationError(topic, messages.KAFKA_REFUSES(error=error)) from error
