"""The latency probe: reads committed records of topics from their ends on, and notes when each became readable.

It decodes nothing: what the records are is found out afterwards.
"""

from __future__ import annotations

import argparse
import pickle
import time
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

_POLL_SECONDS = 0.2
_ANSWER_SECONDS = 20.0


def main() -> None:
    """Read until so many records of feeds have come, or none for long; then write (seconds, topic, value) of each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", required=True)
    parser.add_argument("--topic", action="append", required=True)
    parser.add_argument("--feeds", type=int, required=True, help="records of feed.* to wait for")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds without a record after which it gives up")
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
    seen: list[tuple[float, str, bytes]] = []
    feeds, moved = 0, time.monotonic() + options.idle
    while feeds < options.feeds and time.monotonic() - moved < options.idle:
        message = consumer.poll(_POLL_SECONDS)
        if message is None or message.error():
            continue
        moved = time.monotonic()
        topic = message.topic() or ""
        seen.append((moved, topic, message.value() or b""))
        feeds += topic.startswith("feed.")
    options.result.write_bytes(pickle.dumps(seen))
    consumer.close()


if __name__ == "__main__":
    main()
