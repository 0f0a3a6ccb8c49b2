"""The records of a topic after known offsets, partition by partition, up to an end that is known beforehand."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from creditbus.connectors.errors import SourceError
from creditbus.connectors.kafka import messages
from creditbus.connectors.kafka.settings import KafkaSettings
from creditbus.topics.kafka_clients import opened
from creditbus.topics.text import Text

__all__ = ["KafkaRecord", "TopicClient"]

_POLL_MS = 20
"""A topic may end with a transaction's marker, and a poll that passes over it brings nothing: it takes all of this."""
_FETCH_MS = 20
"""How long a broker waits that has nothing more to give; the end of a topic is such a place."""


class KafkaRecord(NamedTuple):
    """One record. ``repr`` shows its place alone."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    """``None``: its key is deleted."""

    def __repr__(self) -> str:
        return f"KafkaRecord(partition={self.partition}, offset={self.offset})"


class TopicClient:
    """Use as a context manager; all errors of Kafka leave it as SourceError.

    It reads only what is committed, belongs to no group, and commits no offsets at that cluster: how far it came stands
    in the connector's position, in one transaction with what is published.

    Args:
        settings: Where the topic is.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._place = f"{settings.bootstrap_servers}/{settings.topic}"
        login: dict[str, Any] = {}
        if settings.user is not None and settings.password is not None:
            login = {
                "sasl_mechanism": settings.mechanism,
                "sasl_plain_username": settings.user,
                "sasl_plain_password": settings.password.reveal(),
            }
        if settings.ca_file is not None:
            login["ssl_cafile"] = str(settings.ca_file)
        try:
            self._consumer = opened(
                KafkaConsumer,
                bootstrap_servers=settings.bootstrap_servers.split(","),
                bootstrap_timeout_ms=int(settings.connect_seconds * 1000),
                security_protocol=settings.security,
                isolation_level="read_committed",
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                fetch_max_wait_ms=_FETCH_MS,
                **login,
            )
        except (KafkaError, OSError, ValueError) as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()
        if isinstance(error, KafkaError):
            raise self._failed(error) from error

    def bounds(self) -> Mapping[int, tuple[int, int]]:
        """Return of each partition the first offset that is still there, and that after the last committed record.

        Raises:
            SourceError: there is no such topic.
        """
        topic = self._settings.topic
        numbers = self._consumer.partitions_for_topic(topic)
        if not numbers:
            raise SourceError(self._place, messages.NO_TOPIC(topic=topic), messages.CHECK_TOPIC())
        places = [TopicPartition(topic, number) for number in sorted(numbers)]
        first, end = self._consumer.beginning_offsets(places), self._consumer.end_offsets(places)
        return {place.partition: (first[place], end[place]) for place in places}

    def records(self, partition: int, start: int, end: int) -> Iterator[KafkaRecord]:
        """Give the records of one partition from an offset on, up to another."""
        place = TopicPartition(self._settings.topic, partition)
        self._consumer.assign([place])
        self._consumer.seek(place, start)
        while self._consumer.position(place) < end:
            for record in self._consumer.poll(timeout_ms=_POLL_MS).get(place, ()):
                if record.offset < end:
                    yield KafkaRecord(partition, record.offset, record.key, record.value)

    def _failed(self, error: Exception) -> SourceError:
        words = str(error).strip().splitlines() or [type(error).__name__]
        said = Text(words[0], f"“{words[0]}”")
        return SourceError(self._place, messages.NOT_REACHED(said=said), messages.CHECK_SERVERS())
