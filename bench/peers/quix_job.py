"""The profile job in Quix Streams: RocksDB, exactly once, until the process is asked to end."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from peers.fold import Fold, collect_seldom
from quixstreams import Application  # type: ignore[import-not-found]

_SUMMARY = b"s"
_RECORD = b"r|"


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser()
    for name in ("servers", "application", "input", "changes", "feed"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args()
    fold = Fold(options.schema)
    app = Application(
        broker_address=options.servers,
        consumer_group=options.application,
        auto_offset_reset="earliest",
        commit_interval=1.0,
        state_dir=options.state,
        processing_guarantee="exactly-once",
        loglevel="WARNING",
        consumer_extra_config={"fetch.wait.max.ms": 50, "queued.min.messages": 100_000},
        producer_extra_config={
            "linger.ms": 50,
            "batch.size": 1 << 20,
            "queue.buffering.max.messages": 500_000,
            # a key's CRC-32, as on all topics of the bus
            "partitioner": "consistent",
        },
    )
    raw = {"key_serializer": "bytes", "value_serializer": "bytes"}
    source = app.topic(options.input, key_deserializer="bytes", value_deserializer="bytes")
    changes = app.topic(options.changes, **raw)
    feed = app.topic(options.feed, **raw)

    def handle(value: bytes, state: Any) -> bytes | None:
        event = fold.open(value)
        key = _RECORD + event.record
        folded = fold.apply(event, state.get_bytes(key), state.get_bytes(_SUMMARY))
        if folded is None:
            return None
        state.set_bytes(_SUMMARY, folded.summary)
        state.set_bytes(key, folded.record)
        return folded.change

    stream = app.dataframe(source).apply(handle, stateful=True)
    stream = stream.filter(lambda value: value is not None)
    stream.to_topic(changes)
    stream.to_topic(feed)
    collect_seldom()
    app.run()


if __name__ == "__main__":
    main()
