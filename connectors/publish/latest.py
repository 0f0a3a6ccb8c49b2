"""Reads what was said last on compacted topics: how far a connector came, and what departments stated."""

from contextlib import closing

from kafka.errors import KafkaError

from creditbus.connectors.errors import RegistrationError
from creditbus.connectors.publish.kafka_errors import stopped
from creditbus.connectors.publish.progress import Progress
from creditbus.services.domain.event import partition_of
from creditbus.topics import messages as shared
from creditbus.topics.committed import CommittedReader
from creditbus.topics.names import POSITIONS

__all__ = ["last_progress", "read_latest", "read_progress"]


def last_progress(bootstrap_servers: str, connector: str) -> Progress | None:
    """Read a connector's last committed progress, without shutting out a process that runs.

    Raises:
        PublishError: no broker answers.
        RegistrationError: the positions topic is missing.
    """
    try:
        with closing(CommittedReader(bootstrap_servers)) as reader:
            partition = partition_of(connector.encode(), len(_partitions(reader, POSITIONS)))
            return _progress(reader, connector, partition)
    except KafkaError as error:
        raise stopped(error, bootstrap_servers) from error


def read_latest(bootstrap_servers: str, topic: str) -> dict[bytes, bytes]:
    """Read the newest value of each key of a compacted topic.

    Raises:
        PublishError: no broker answers.
        RegistrationError: the topic is missing.
    """
    try:
        with closing(CommittedReader(bootstrap_servers)) as reader:
            records = reader.records(topic, _partitions(reader, topic))
            found: dict[bytes, bytes | None] = {record.key: record.value for record in records}
    except KafkaError as error:
        raise stopped(error, bootstrap_servers) from error
    return {key: value for key, value in found.items() if value is not None}


def read_progress(bootstrap_servers: str, connector: str, partition: int) -> Progress | None:
    """Read a connector's last committed progress, also where another connector's transaction is still open before it.

    Args:
        bootstrap_servers: Addresses of brokers, separated by commas.
        connector: Id of the connector.
        partition: Partition of the positions topic that holds it.

    Raises:
        KafkaError: the broker does not answer.
    """
    with closing(CommittedReader(bootstrap_servers)) as reader:
        return _progress(reader, connector, partition)


def _progress(reader: CommittedReader, connector: str, partition: int) -> Progress | None:
    key, last = connector.encode(), None
    for record in reader.records(POSITIONS, [partition]):
        if record.key == key:
            last = record.value
    return None if last is None else Progress.decode(last)


def _partitions(reader: CommittedReader, topic: str) -> list[int]:
    partitions = reader.partitions(topic)
    if not partitions:
        raise RegistrationError(shared.TOPIC(name=topic), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
    return partitions
