"""The load generator of a soak: licences at a fixed rate, open loop, a transaction for each tick of a connector."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from confluent_kafka import Producer
from ground import Ground
from whole.stamps import Stamps

from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations

_TICK_SECONDS = 0.1
_ANSWER_SECONDS = 30.0
_LATE = 100


def main() -> None:
    """Publish; then print how many, and some times in seconds by which ticks were late."""
    kafka, registry, store, rate, length, known = sys.argv[1:]
    ground = Ground(Connection(kafka, registry, store, Path()), declarations(), {})
    per_tick, ticks, subjects = int(float(rate) * _TICK_SECONDS), int(float(length) / _TICK_SECONDS), int(known)
    stamps = Stamps(ground)
    producer = Producer(
        {"bootstrap.servers": kafka, "transactional.id": "bench-steady", "linger.ms": 5, "log_level": 3}
    )
    producer.init_transactions(_ANSWER_SECONDS)
    start = time.monotonic()
    late = []
    for tick in range(ticks):
        due = start + tick * _TICK_SECONDS
        pause = due - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        late.append(max(0.0, -pause))
        producer.begin_transaction()
        for number in range(tick * per_tick, (tick + 1) * per_tick):
            sent = stamps.licence(number % subjects, number)
            producer.produce(sent.topic, sent.value or b"", sent.key or b"", sent.partition)
        producer.commit_transaction(_ANSWER_SECONDS)
    print(per_tick * ticks)
    print("\n".join(f"{value:.4f}" for value in sorted(late)[:: max(1, ticks // _LATE)]))
    print(f"{max(late):.4f}")


if __name__ == "__main__":
    main()
