"""Departments that publish by themselves, steadily, with an idempotent producer."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from confluent_kafka import KafkaException, Producer
from faults.pace import Pace
from faults.story import Step, Story

from tests.harness.wire import QUIETLY, Wire, ingest_key, partition_of

__all__ = ["DIRECT", "Direct"]

DIRECT = "direct-"
"""What the files in the origins of these events begin with."""

_TICK_SECONDS = 0.02
_BURST_SECONDS = 1.0
_FLUSH_SECONDS = 120.0


class Direct(threading.Thread):
    """Publishes a story at the pace that is set, and what other sources hand over."""

    def __init__(self, wire: Wire, story: Story, pace: Pace, partitions: int) -> None:
        super().__init__(name="direct", daemon=True)
        self.rows: Counter[str] = Counter()
        """Published by file of the origin."""
        self.failed: list[str] = []
        self._wire = wire
        self._steps = story.steps()
        self.story = story
        self._pace = pace
        self._partitions = partitions
        self._handed: queue.SimpleQueue[Step] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._producer = Producer(
            {
                "bootstrap.servers": wire.bus.bootstrap_servers,
                **QUIETLY,
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.timeout.ms": 600_000,
                "queue.buffering.max.messages": 500_000,
            }
        )

    def hand_over(self, steps: list[Step]) -> None:
        """Publish these as well, soon."""
        for step in steps:
            self._handed.put(step)

    def end(self) -> None:
        """Publish what is still owed, and no more."""
        self._ended.set()

    def run(self) -> None:
        """Publish until the end."""
        try:
            self._publish_all()
        except KafkaException as error:
            # a client that no longer can say what is there publishes no more
            self.failed.append(repr(error))

    def _publish_all(self) -> None:
        last, owed = time.monotonic(), 0.0
        while not self._ended.is_set():
            now = time.monotonic()
            owed += self._pace.rate * min(now - last, _BURST_SECONDS)
            last = now
            while owed >= 1:
                self._publish(self._next())
                owed -= 1
            self._producer.poll(0)
            self._ended.wait(_TICK_SECONDS)
        for step in (*self.story.rest(), *self._outstanding()):
            self._publish(step)
        left = self._producer.flush(_FLUSH_SECONDS)
        if left:
            self.failed.append(f"{left} events were not acknowledged")

    def _next(self) -> Step:
        try:
            return self._handed.get_nowait()
        except queue.Empty:
            return next(self._steps)

    def _outstanding(self) -> Iterator[Step]:
        while not self._handed.empty():
            yield self._handed.get_nowait()

    def _publish(self, step: Step) -> None:
        header = step.event["header"]
        department = header["origin"]["department"]
        file = f"{DIRECT}{department}"
        self.rows[file] += 1
        origin = {**header["origin"], "run": "direct", "file": file, "row": self.rows[file]}
        value = self._wire.encode(header["item"], {**step.event, "header": {**header, "origin": origin}})
        key = ingest_key(header)
        place = partition_of(key, self._partitions)
        while True:
            try:
                self._producer.produce(f"ingest.{department}", value, key, place, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(0.1)
            else:
                break
        self._pace.direct += 1

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self.failed.append(str(error))
