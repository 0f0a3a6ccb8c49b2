"""Reports in Kafka: the position as that of a consumer group, receipts on `acks.<subscriber>`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, NoError, RetriableError, UnknownMemberIdError, UnknownTopicOrPartitionError
from kafka.structs import OffsetAndMetadata

from creditbus.avro_schemas import receipt_schema
from creditbus.services.domain.evidence.retraction import Retraction
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.reports import Noted
from creditbus.topics import messages as shared
from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.kafka_clients import opened
from creditbus.topics.names import acks, feed
from creditbus.topics.registry import SchemaRegistry

__all__ = ["BusReports", "group_of"]

_BOOTSTRAP_MS: Final = 5_000
_BLOCK_MS: Final = 15_000
_RETRY_MS: Final = 20
_CLOSE_SECONDS: Final = 5.0
#: What stands before the offset of receipts in the free text that Kafka keeps with a group's position.
_RECEIPTS: Final = "receipts="


def group_of(subscriber: str) -> str:
    """Return the consumer group of a subscriber's copy; no reader of the subscriber's own would be called so."""
    return f"{subscriber}.feed-sync"


class BusReports:
    """See `reports.Reports`.

    Args:
        connection: the bus.
        subscriber: whose copy it is.
        group: consumer group under which the position is noted.
        clock: the present moment, in seconds since 1970 UTC.

    """

    def __init__(
        self, connection: Connection, subscriber: str, group: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._connection = connection
        self._subscriber = subscriber
        self._group = group
        self._clock = clock
        self._writer: RecordWriter | None = None
        self._admin: Any = None
        self._producer: Any = None

    def noted(self) -> Mapping[int, Noted]:
        """See the contract."""
        with self._failing():
            found = self._administration().list_group_offsets([self._group])[self._group]
        topic = feed(self._subscriber)
        return {
            place.partition: Noted(noted.offset, _receipts(noted.metadata))
            for place, noted in found.items()
            if place.topic == topic and noted.offset >= 0
        }

    def confirm(self, retractions: Sequence[Retraction]) -> None:
        """See the contract."""
        now, topic = int(self._clock() * 1000), acks(self._subscriber)
        writer = self._receipt_writer()
        with self._failing():
            producer = self._receipts()
            futures = []
            for one in retractions:
                key = f"{one.partition}|{one.feed_seq}".encode()
                value = writer(
                    {
                        "subscriber": self._subscriber,
                        "partition": one.partition,
                        "feed_seq": one.feed_seq,
                        "record_key": one.record_key,
                        "event_id": one.event_id,
                        "confirmed_at": now,
                    }
                )
                futures.append(producer.send(topic, value, key, partition=one.partition))
                # a topic that is missing fails at once, and a flush would wait for it in vain
                if futures[-1].is_done and futures[-1].failed():
                    raise futures[-1].exception
            producer.flush()
            for future in futures:
                future.get(timeout=_CLOSE_SECONDS)

    def note(self, positions: Mapping[int, Noted]) -> None:
        """See the contract."""
        topic = feed(self._subscriber)
        offsets = {
            TopicPartition(topic, partition): OffsetAndMetadata(noted.offset, f"{_RECEIPTS}{noted.receipts}", -1)
            for partition, noted in positions.items()
        }
        if not offsets:
            return
        with self._failing():
            for refused in self._administration().alter_group_offsets(self._group, offsets).values():
                if refused is not NoError:
                    raise refused

    def close(self) -> None:
        """See the contract."""
        admin, self._admin = self._admin, None
        producer, self._producer = self._producer, None
        if admin is not None:
            admin.close()
        if producer is not None:
            producer.close(timeout=_CLOSE_SECONDS)

    def _receipt_writer(self) -> RecordWriter:
        if self._writer is None:
            schema = receipt_schema()
            name = f"{schema['namespace']}.{schema['name']}"
            number = SchemaRegistry(self._connection.registry_url).find(name, schema)
            if number is None:
                raise ConfigurationError(shared.SCHEMA(name=name), shared.NOT_REGISTERED(), shared.RUN_APPLY())
            self._writer = RecordWriter(schema, number)
        return self._writer

    def _administration(self) -> Any:
        if self._admin is None:
            self._admin = opened(KafkaAdminClient, **self._common())
        return self._admin

    def _receipts(self) -> Any:
        if self._producer is None:
            self._producer = opened(
                KafkaProducer,
                acks="all",
                max_block_ms=_BLOCK_MS,
                allow_auto_create_topics=False,
                metrics_enabled=False,
                **self._common(),
            )
        return self._producer

    def _common(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": self._connection.bootstrap_servers.split(","),
            "client_id": f"{APPLICATION}-sync",
            "retry_backoff_ms": _RETRY_MS,
            "bootstrap_timeout_ms": _BOOTSTRAP_MS,
        }

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Raise what kafka-python raises inside as an error of ours; the next call opens everything again."""
        try:
            yield
        except KafkaError as error:
            self.close()
            raise self._error(error) from error

    def _error(self, error: KafkaError) -> ConfigurationError | UnavailableError:
        if isinstance(error, UnknownMemberIdError):
            return ConfigurationError(self._group, messages.GROUP_IN_USE(), messages.OTHER_GROUP())
        if isinstance(error, UnknownTopicOrPartitionError):
            name = acks(self._subscriber)
            return ConfigurationError(shared.TOPIC(name=name), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
        place = shared.AT_KAFKA(servers=self._connection.bootstrap_servers)
        if isinstance(error, RetriableError):
            return UnavailableError(place, shared.DOES_NOT_ANSWER(), shared.IS_IT_RUNNING())
        return ConfigurationError(place, shared.KAFKA_REFUSES(error=error))


def _receipts(metadata: str | None) -> int:
    """Return the offset that a note names; 0 where somebody else made it: then all is confirmed once more."""
    number = (metadata or "").removeprefix(_RECEIPTS)
    return int(number) if number.isascii() and number.isdecimal() else 0
