"""The profile job as an agent of stock Faust: tables with changelogs, its transactions, until asked to end."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path
from typing import Any

import faust
from faust.types import StreamT
from peers.fold import Fold, collect_seldom


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser()
    for name in ("servers", "application", "input", "changes", "feed"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--partitions", type=int, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    fold = Fold(options.schema)
    app = faust.App(
        options.application,
        broker=[f"kafka://{server}" for server in options.servers.split(",")],
        store="memory://",
        datadir=str(options.state),
        processing_guarantee="exactly_once",
        topic_partitions=options.partitions,
        topic_replication_factor=1,
        topic_disable_leader=True,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        broker_max_poll_records=4000,
        producer_linger_ms=20,
        producer_max_batch_size=1 << 18,
        stream_buffer_maxsize=16384,
        value_serializer="raw",
        key_serializer="raw",
    )
    shape: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "partitions": options.partitions}
    raw: dict[str, Any] = {"key_serializer": "raw", "value_serializer": "raw"}
    records = app.Table("records", **shape)
    subjects = app.Table("subjects", **shape)
    changes = app.topic(options.changes, **shape, **raw)
    feed = app.topic(options.feed, **shape, **raw)
    source = app.topic(options.input, **shape, **raw)

    @app.agent(source)
    async def profile(events: StreamT[bytes]) -> None:
        async for event in events.events():
            subject: bytes = event.key
            opened = fold.open(event.value)
            key = b"r|%b|%b" % (subject, opened.record)
            folded = fold.apply(opened, records.get(key), subjects.get(b"s|" + subject))
            if folded is None:
                continue
            subjects[b"s|" + subject] = folded.summary
            records[key] = folded.record
            # attached: sent before the offset of this event is committed
            place = event.message.partition
            await changes.send(key=subject, value=folded.change, partition=place)
            await feed.send(key=subject, value=folded.change, partition=place)

    collect_seldom()
    await app.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
