"""Publishes versions of what a city declares, and reads them back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Final

from kafka.errors import KafkaError, RetriableError

from creditbus.topics import messages
from creditbus.topics.city.adoptions import Adoption
from creditbus.topics.city.published import PublishedCity, with_closed
from creditbus.topics.committed import CommittedReader
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.names import ADOPTIONS, DECLARATIONS
from creditbus.topics.sole_writer import sole_writer

__all__ = ["adoptions", "newest_version", "publish_city", "read_records", "versions"]

_BOOTSTRAP_MS: Final = 5_000
#: A commit is seen some milliseconds after its answer. An `apply` that was killed leaves its transaction open for a
#: minute: nothing has been published by it, and every command would wait for that.
_OPEN_SECONDS: Final = 5.0


def versions(connection: Connection) -> list[PublishedCity]:
    """Return all versions, the oldest first; none where nothing was published yet, or the topic is missing.

    Raises:
        UnavailableError: no broker answers.
        ConfigurationError: a newer creditbus has written one.

    """
    found = (PublishedCity.decode(key, value) for key, value in read_records(connection, DECLARATIONS))
    return sorted((one for one in found if one is not None), key=lambda one: one.version)


def newest_version(connection: Connection, patience_ms: int = _BOOTSTRAP_MS) -> PublishedCity | None:
    """Return the version in force; None where there is none. Errors as of `versions`.

    Args:
        connection: the bus.
        patience_ms: how long to look for a broker.

    """
    newest: tuple[bytes | None, bytes | None] = (None, None)
    for record in read_records(connection, DECLARATIONS, patience_ms):
        newest = record
    return PublishedCity.decode(*newest)


def adoptions(connection: Connection) -> list[Adoption]:
    """Return from where on each lane has worked by which version; errors as of `versions`."""
    return [Adoption.decode(value) for _, value in read_records(connection, ADOPTIONS) if value is not None]


def publish_city(connection: Connection, files: Mapping[str, str]) -> PublishedCity:
    """Publish files as the next version, unless they are those of the newest one; return the version that has them.

    Whoever publishes shuts out everybody who does so at the same time: numbers have neither gaps nor doubles.

    Raises:
        UnavailableError: no broker answers.
        ConfigurationError: the topic is missing, the files are too many, or Kafka refuses them.

    """
    with _failing(connection), sole_writer(connection, "declarations") as write:
        before = newest_version(connection)
        now = time.time_ns() // 1_000_000
        last, had = (0, {}) if before is None else (before.version, before.files)
        wanted = PublishedCity(last + 1, now, with_closed(had, files))
        if before is not None and before.digest == wanted.digest:
            return before
        write(DECLARATIONS, *wanted.encode())
    return wanted


def read_records(
    connection: Connection, topic: str, patience_ms: int = _BOOTSTRAP_MS
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Yield key and value of all committed records of a topic of one partition, up to its end as it is now.

    What is being committed at this moment is waited for: `topics apply` may have returned before Kafka shows it.

    Raises:
        UnavailableError: no broker answers.

    """
    with _failing(connection), closing(CommittedReader(connection.bootstrap_servers, patience_ms)) as reader:
        if not reader.partitions(topic):
            return
        for record in reader.records(topic, [0], _OPEN_SECONDS):
            yield record.key, record.value


@contextmanager
def _failing(connection: Connection) -> Iterator[None]:
    """Raise what kafka-python raises inside as an error of ours."""
    place = messages.AT_KAFKA(servers=connection.bootstrap_servers)
    try:
        yield
    except RetriableError as error:
        raise UnavailableError(place, messages.DOES_NOT_ANSWER(), messages.IS_IT_RUNNING()) from error
    except KafkaError as error:
        raise ConfigurationError(place, messages.KAFKA_REFUSES(error=error)) from error
