"""A department that publishes steadily while it is asked to, with an idempotent producer."""

from __future__ import annotations

import threading
import time
from typing import Any

from confluent_kafka import Producer

from tests.harness.account import Account
from tests.harness.numbered import Events
from tests.harness.wire import QUIETLY, Wire, ingest_key, partition_of

__all__ = ["Publisher"]

_TICK_SECONDS = 0.05
_BURST_SECONDS = 1.0
_FLUSH_SECONDS = 120.0


class Publisher(threading.Thread):
    """Publishes `rate` events a second between `load` and `rest`."""

    def __init__(self, wire: Wire, account: Account, seed: int, partitions: int) -> None:
        super().__init__(name="publisher", daemon=True)
        self.failed: list[str] = []
        self.rate = 0.0
        """Events a second; 0: none."""
        self._wire = wire
        self._account = account
        self._events = Events(seed)
        self._partitions = partitions
        self._row = 0
        self._ended = threading.Event()
        settings = {"bootstrap.servers": wire.bus.bootstrap_servers, "enable.idempotence": True, "linger.ms": 5}
        self._producer = Producer({**settings, **QUIETLY, "message.timeout.ms": 600_000})
        self._sending = threading.Lock()

    def one(self) -> None:
        """Publish a single event now."""
        with self._sending:
            self._publish()
        self._producer.flush(_FLUSH_SECONDS)

    def end(self) -> None:
        """Stop and wait until everything is acknowledged."""
        self._ended.set()
        self.join()
        if left := self._producer.flush(_FLUSH_SECONDS):
            self.failed.append(f"{left} events were not acknowledged")

    def run(self) -> None:
        """Publish until the end."""
        last, owed = time.monotonic(), 0.0
        while not self._ended.wait(_TICK_SECONDS):
            now = time.monotonic()
            owed += self.rate * min(now - last, _BURST_SECONDS)
            last = now
            with self._sending:
                while owed >= 1:
                    self._publish()
                    owed -= 1
            if not self.rate:
                owed = 0.0
            self._producer.poll(0)

    def _publish(self) -> None:
        event = self._events.draw()
        header = event.told["header"]
        self._row += 1
        origin = {**header["origin"], "run": "soak", "file": "soak", "row": self._row}
        value = self._wire.encode(header["item"], {**event.told, "header": {**header, "origin": origin}})
        key = ingest_key(header)
        self._account.publish(event)
        topic = f"ingest.{origin['department']}"
        self._producer.produce(topic, value, key, partition_of(key, self._partitions), on_delivery=self._delivered)

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self.failed.append(str(error))
