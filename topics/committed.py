"""Reads the committed records of topics, from their beginning to where they end now."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from creditbus.topics.kafka_clients import opened

__all__ = ["CommittedReader"]

#: A poll that brings nothing takes all of it, and one that waits for the first answer of an empty log does.
_POLL_MS: Final = 20
_RETRY_MS: Final = 20
_ANSWER_SECONDS: Final = 30.0
#: A broker that has nothing more to give waits for this long before it says so, and the end of a log is mostly such a
#: place: with the client's 500 ms every command that reads a topic took them, however few its records.
_FETCH_MS: Final = 20


class CommittedReader:
    """A consumer without a group, to be closed. Every method raises the errors of kafka-python.

    Args:
        bootstrap_servers: addresses of brokers, separated by commas.
        bootstrap_ms: how long to look for a broker; None: the client's own half minute.

    """

    def __init__(self, bootstrap_servers: str, bootstrap_ms: int | None = None) -> None:
        patience: dict[str, Any] = {} if bootstrap_ms is None else {"bootstrap_timeout_ms": bootstrap_ms}
        self._consumer = opened(
            KafkaConsumer,
            bootstrap_servers=bootstrap_servers.split(","),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            retry_backoff_ms=_RETRY_MS,
            fetch_max_wait_ms=_FETCH_MS,
            allow_auto_create_topics=False,
            metrics_enabled=False,
            **patience,
        )

    def partitions(self, topic: str) -> list[int]:
        """Return the numbers of a topic's partitions; none where there is no such topic."""
        return sorted(self._consumer.partitions_for_topic(topic) or ())

    def records(self, topic: str, partitions: Sequence[int], open_seconds: float = math.inf) -> Iterator[Any]:
        """Yield the records of partitions up to the end of each log as it is at the first look at it.

        That is the high watermark, not the last stable offset: an open transaction hides what lies after it until it
        ends, and a commit is answered before it is seen. It does end; the broker aborts a dead process's.

        Args:
            topic: the topic.
            partitions: numbers of partitions that it has.
            open_seconds: how long to wait for a transaction that is open; what it hides is then left out.

        """
        places = [TopicPartition(topic, number) for number in partitions]
        consumer, ends = self._consumer, dict[TopicPartition, int]()
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        since = time.monotonic()
        while not self._at_end(places, ends):
            fetched = consumer.poll(timeout_ms=_POLL_MS)
            for records in fetched.values():
                yield from records
            now = time.monotonic()
            if fetched:
                since = now
            elif len(ends) == len(places):
                if now - since > open_seconds:
                    return
            elif now - since > _ANSWER_SECONDS:
                raise KafkaTimeoutError(topic)

    def close(self) -> None:
        """End the consumer."""
        self._consumer.close()

    def _at_end(self, places: Sequence[TopicPartition], ends: dict[TopicPartition, int]) -> bool:
        """Whether all has been read; notes in `ends` where each log ends once its first answer has said so."""
        for place in places:
            mark = self._consumer.highwater(place)
            if place not in ends and mark is not None:
                ends[place] = mark
        return all(place in ends and self._consumer.position(place) >= ends[place] for place in places)
