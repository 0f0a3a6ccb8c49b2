"""The profile job as an agent of stock Faust: tables with changelogs, its transactions, until told to end."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path
from typing import Any

import faust
from faust.types import StreamT
from peers.fold import VERSION, Fold, collect_seldom, record_of


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser()
    for name in ("servers", "application", "input", "changes", "feed"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--partitions", type=int, required=True)
    parser.add_argument("--guarantee", default="exactly_once", choices=("at_least_once", "exactly_once"))
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
        processing_guarantee=options.guarantee,
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
            key = subject + b"|" + record_of(opened.header)
            summary = subjects.get(subject)
            version = 1 + (VERSION.unpack(summary)[0] if summary else 0)
            applied = fold.apply(opened, records.get(key), version)
            if applied is None:
                continue
            sealed, record = applied
            subjects[subject] = VERSION.pack(version)
            records[key] = record
            # attached: sent before the offset of this event is committed
            await changes.send(key=subject, value=sealed)
            await feed.send(key=subject, value=sealed)

    collect_seldom()
    await app.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
