"""The load generator: connectors that publish on a schedule made in advance, each publication a transaction.

Open loop: what is due is published when it is due, whether the bus keeps up or not. A process of its own, on a client
in C, so that neither it nor the reader waits for the other.
"""

from __future__ import annotations

import json
import pickle
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from confluent_kafka import Producer

__all__ = ["Publication", "Timing"]

_LEAD_SECONDS = 0.5
_ANSWER_SECONDS = 30.0


class Publication(NamedTuple):
    """One transaction: seconds from the start, its connector, and (topic, partition, key, value) of each record."""

    due: float
    connector: int
    records: Sequence[tuple[str, int, bytes, bytes]]


class Timing(NamedTuple):
    """When a publication was due, began, and was acknowledged; monotonic clock."""

    due: float
    began: float
    acknowledged: float


def main() -> None:
    """Publish what the file holds; write the timings into the other file."""
    servers, given, result = sys.argv[1:]
    publications: list[Publication] = pickle.loads(Path(given).read_bytes())  # noqa: S301 -- written by latency.py
    connectors = sorted({publication.connector for publication in publications})
    producers = {number: _producer(servers, number) for number in connectors}
    timings: list[Timing | None] = [None] * len(publications)
    start = time.monotonic() + _LEAD_SECONDS
    threads = [
        threading.Thread(target=_publish, args=(producers[number], number, publications, start, timings))
        for number in connectors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Path(result).write_text(json.dumps(timings), encoding="utf-8")


def _producer(servers: str, number: int) -> Producer:
    settings = {
        "bootstrap.servers": servers,
        "transactional.id": f"bench-connector-{number}",
        "linger.ms": 0,
        "log_level": 3,
    }
    producer = Producer(settings)
    producer.init_transactions(_ANSWER_SECONDS)
    return producer


def _publish(
    producer: Producer, number: int, publications: Sequence[Publication], start: float, timings: list[Timing | None]
) -> None:
    for place, publication in enumerate(publications):
        if publication.connector != number:
            continue
        due = start + publication.due
        pause = due - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        began = time.monotonic()
        producer.begin_transaction()
        for topic, partition, key, value in publication.records:
            producer.produce(topic, value, key, partition)
        # the position of the connector, as in connectors/publish/publisher.py
        producer.produce("connector.positions", b"{}", f"bench-{number}", 0)
        producer.commit_transaction(_ANSWER_SECONDS)
        timings[place] = Timing(due, began, time.monotonic())


if __name__ == "__main__":
    main()
