"""Reads what was said last on compacted topics: how far a connector came, and what departments stated."""

from collections.abc import Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from creditbus.connectors.errors import RegistrationError
from creditbus.connectors.publish.kafka_errors import stopped
from creditbus.connectors.publish.progress import Progress
from creditbus.services.domain.event import partition_of
from creditbus.topics import messages as shared
from creditbus.topics.kafka_clients import opened
from creditbus.topics.names import POSITIONS

__all__ = ["last_progress", "read_latest", "read_progress"]

_POLL_MS = 500
_RETRY_MS = 20
"""As of the publisher."""
_FETCH_MS = 20
"""A broker that has nothing more to give waits for this long before it says so, and the end of a log is mostly such a
place: with the client's 500 ms every run of a connector took them, however few its rows."""


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
            raise RegistrationError(shared.TOPIC(name=POSITIONS), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
        return read_progress(bootstrap_servers, connector, partition_of(connector.encode(), len(partitions)))
    except KafkaError as error:
        raise stopped(error, bootstrap_servers) from error


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
        raise stopped(error, bootstrap_servers) from error
    try:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise RegistrationError(shared.TOPIC(name=topic), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
        places = [TopicPartition(topic, number) for number in sorted(numbers)]
        ends = {place: _end_of_log(servers, place) for place in places}
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        found: dict[bytes, bytes | None] = {}
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=_POLL_MS).values():
                found.update((record.key, record.value) for record in records)
    except KafkaError as error:
        raise stopped(error, bootstrap_servers) from error
    finally:
        consumer.close()
    return {key: value for key, value in found.items() if value is not None}


def read_progress(bootstrap_servers: str, connector: str, partition: int) -> Progress | None:
    """Read a connector's last committed progress.

    Reads up to the end of the log as it is now, not up to the last stable offset: another connector's open transaction
    in the same partition hides what lies after it, ours included, until it ends. It does end: transactions last for
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
        fetch_max_wait_ms=_FETCH_MS,
        metrics_enabled=False,
    )
