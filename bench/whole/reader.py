"""The latency probe: reads committed records of topics from their ends on, and notes when each became readable.

It decodes nothing: what the records are is found out afterwards. It goes on until its standard input is closed and
nothing has come for a while.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import threading
import time
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

_POLL_SECONDS = 0.2
_ANSWER_SECONDS = 20.0


def main() -> None:
    """Read; then write (seconds, topic, value) of each record."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", required=True)
    parser.add_argument("--topic", action="append", required=True)
    parser.add_argument("--idle", type=float, default=2.0, help="seconds without a record after which it ends")
    parser.add_argument("--fetch-wait", type=int, default=10, help="milliseconds")
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    consumer = Consumer(
        {
            "bootstrap.servers": options.servers,
            "group.id": "bench-reader",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": options.fetch_wait,
            "fetch.min.bytes": 1,
            "log_level": 3,
        }
    )
    found = consumer.list_topics(timeout=_ANSWER_SECONDS).topics
    places = [TopicPartition(topic, number) for topic in options.topic for number in found[topic].partitions]
    for place in places:
        place.offset = consumer.get_watermark_offsets(place, timeout=_ANSWER_SECONDS)[1]
    consumer.assign(places)
    consumer.poll(_POLL_SECONDS)
    print("ready", flush=True)
    closed = threading.Event()
    threading.Thread(target=_until_closed, args=(closed,), daemon=True).start()
    seen: list[tuple[float, str, bytes]] = []
    moved = time.monotonic()
    while not closed.is_set() or time.monotonic() - moved < options.idle:
        message = consumer.poll(_POLL_SECONDS)
        if message is None or message.error():
            continue
        moved = time.monotonic()
        seen.append((moved, message.topic() or "", message.value() or b""))
    options.result.write_bytes(pickle.dumps(seen))
    consumer.close()


def _until_closed(closed: threading.Event) -> None:
    sys.stdin.read()
    closed.set()


if __name__ == "__main__":
    main()
