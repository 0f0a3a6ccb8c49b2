"""A subscriber of every feed, and a reader of the ledger: tells the account what can be read."""

from __future__ import annotations

import threading
from contextlib import closing

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from tests.harness.account import Account
from tests.harness.wire import QUIETLY, Place, Wire

__all__ = ["Reader"]

_TAKE_SECONDS = 0.1
_MOST = 2000
_LEDGER = "credit.ledger"


class Reader(threading.Thread):
    """Reads committed records until it is ended."""

    def __init__(self, wire: Wire, account: Account) -> None:
        super().__init__(name="reader", daemon=True)
        self.problem: Exception | None = None
        self._wire = wire
        self._account = account
        self._ended = threading.Event()

    def end(self) -> None:
        """Stop reading."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Read until the end."""
        settings = {"bootstrap.servers": self._wire.bus.bootstrap_servers, "group.id": "soak", **QUIETLY}
        settings |= {"isolation.level": "read_committed", "enable.auto.commit": False}
        try:
            with closing(Consumer(settings)) as consumer:
                topics = consumer.list_topics(timeout=30).topics.values()
                wanted = [topic for topic in topics if topic.topic.startswith("feed.") or topic.topic == _LEDGER]
                places = [(topic.topic, number) for topic in wanted for number in topic.partitions]
                consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in places])
                while not self._ended.is_set():
                    self._take(consumer)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the soak must hear of it
            self.problem = error

    def _take(self, consumer: Consumer) -> None:
        for message in consumer.consume(_MOST, _TAKE_SECONDS):
            error = message.error()
            if error is not None:
                if error.retriable():
                    continue
                raise KafkaException(error)
            value, topic = message.value() or b"", message.topic() or ""
            entry = self._wire.decode(value)
            if topic == _LEDGER:
                self._account.book(entry["deltas"])
            else:
                self._account.shown(Place(topic, message.partition() or 0), entry, value)
