"""The yardstick: an agent of stock Faust that does nothing with the same topics, at least once; prints JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import resource
import time
import traceback
from pathlib import Path

import faust
from faust.types import StreamT

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
    asyncio.run(_end(options))


async def _end(options: argparse.Namespace) -> None:
    """Measure and end the process at once: nothing is left to be saved."""
    try:
        print(json.dumps(await _measure(options)), flush=True)
    except Exception:  # noqa: BLE001 -- whatever it is, the process must end: Faust's threads would keep it
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


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
                started, cpu_before = time.monotonic(), _cpu()
            seen += 1
            if seen == options.until:
                ended.set()

    await app.start()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await ended.wait()
    now = time.monotonic()
    return {
        "events_per_second": seen / (now - started),
        "cpu_us_per_event": (_cpu() - cpu_before) / seen * 1e6,
        "cpu_share": (_cpu() - cpu_before) / (now - started),
        "wall_seconds": now - began,
        "peak_rss_mb": _peak_rss_mb(),
    }


def _peak_rss_mb() -> float:
    """Not getrusage: what that tells begins with the size of the parent before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
