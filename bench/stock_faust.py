"""The yardstick: an agent of stock Faust that does nothing with the same topics, at least once; prints JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time

import faust
from faust.types import StreamT
from measured import cpu_seconds, end_after, status_mb

_PATIENCE_SECONDS = 120.0


def main() -> None:
    """Run until all records were seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", required=True)
    parser.add_argument("--application", required=True)
    parser.add_argument("--topic", action="append", required=True)
    parser.add_argument("--until", type=int, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(end_after(_report(options)))


async def _report(options: argparse.Namespace) -> None:
    print(json.dumps(await _measure(options)), flush=True)


async def _measure(options: argparse.Namespace) -> dict[str, float]:
    began = time.monotonic()
    app = faust.App(
        options.application,
        broker=[f"kafka://{server}" for server in options.servers.split(",")],
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        value_serializer="raw",
        key_serializer="raw",
    )
    seen, started, cpu_before = 0, 0.0, 0.0
    ended = asyncio.Event()

    @app.agent(app.topic(*options.topic))
    async def do_nothing(events: StreamT[bytes]) -> None:
        nonlocal seen, started, cpu_before
        async for _ in events:
            if not seen:
                started, cpu_before = time.monotonic(), cpu_seconds()
            seen += 1
            if seen == options.until:
                ended.set()

    await app.start()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await ended.wait()
    now = time.monotonic()
    return {
        "events_per_second": seen / (now - started),
        "cpu_us_per_event": (cpu_seconds() - cpu_before) / seen * 1e6,
        "cpu_share": (cpu_seconds() - cpu_before) / (now - started),
        "wall_seconds": now - began,
        "peak_rss_mb": status_mb("VmHWM"),
    }


if __name__ == "__main__":
    main()
