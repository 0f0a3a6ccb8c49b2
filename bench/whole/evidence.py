"""Evidence of a feed as its commands give it: `creditbus feed manifest`, then `creditbus feed verify`, whole processes.

The records are those that fanout makes of some thousand events, over and over, numbered and chained as it chains them.
A figure counts only when verify saw every record, found nothing wrong and held the feed against the manifest.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from typing import Any, Final, NamedTuple

from ground import Ground, servers
from load import Sent, write
from whole.loads import WholeLoads
from whole.summary import spread

from creditbus.services.domain.evidence.feed_record import feed_place, value_hash
from creditbus.services.domain.evidence.manifest import NO_HASH
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.topics.names import FEED

__all__ = ["evidence"]


_SAMPLE: Final = 4000


class _Ran(NamedTuple):
    """What a command printed, and what it took."""

    facts: Any
    seconds: float
    cpu_seconds: float


def evidence(records: int, repeat: int) -> dict[str, object]:
    """Write a feed of this many records, sign it, and verify it again and again.

    Raises:
        RuntimeError: verify did not see what was written.

    """
    with servers() as ground, tempfile.TemporaryDirectory() as home:
        subscriber = _written(ground, records).removeprefix(FEED)
        _run(ground, home, "keys", "--create", "bench.example")
        signing = _run(ground, home, "manifest", subscriber)
        verified = [_verified(ground, home, subscriber, records) for _ in range(repeat)]
        standing = [_run(ground, home, "status", subscriber).seconds for _ in range(repeat)]
    figures = spread(
        [
            {"per_second": records / one.seconds, "cpu_us_per_record": one.cpu_seconds / records * 1e6}
            for one in verified
        ]
    )
    print(f"  verify of {records:,} records: {figures}; status: {max(standing):.2f} s", flush=True)
    return {
        "records": records,
        "order": "min, median, max",
        "verify": figures,
        "manifest_per_second": records / signing.seconds,
        "status_seconds": spread([{"seconds": one} for one in standing])["seconds"],
    }


def _written(ground: Ground, records: int) -> str:
    """Write a feed of this many records, chained as fanout chains them; return its topic."""
    sample = WholeLoads(ground).feed(_SAMPLE)
    ends: dict[int, tuple[int, bytes]] = {}
    made = []
    for number, record in enumerate(islice(cycle(sample), records)):
        value = record.value or b""
        sequence, previous = ends.get(record.partition, (0, NO_HASH))
        place = feed_place(value)
        assert place is not None  # noqa: S101 -- it comes from fanout
        shown = value[FRAME_BYTES + len(encode_long(place.sequence)) + len(NO_HASH) :]
        chained = value[:FRAME_BYTES] + encode_long(sequence + 1) + previous + shown
        ends[record.partition] = (sequence + 1, value_hash(chained))
        made.append(Sent(record.topic, record.partition, number, record.timestamp, record.key, chained))
    write(ground.connection.bootstrap_servers, made)
    return sample[0].topic


def _verified(ground: Ground, home: str, subscriber: str, records: int) -> _Ran:
    ran = _run(ground, home, "verify", subscriber)
    said = {name: ran.facts[name] for name in ("records", "checked", "findings")}
    if said != {"records": records, "checked": [1], "findings": []}:
        message = f"verify of {records} records said {said}"
        raise RuntimeError(message)
    return ran


def _run(ground: Ground, home: str, *arguments: str) -> _Ran:
    addresses = {f"CREDITBUS_{name.upper()}": value for name, value in ground.connection.endpoints().items()}
    command = [sys.executable, "-m", "creditbus.services.cli", "feed", *arguments, "--json"]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        command, env={**os.environ, **addresses, "CREDITBUS_HOME": home}, capture_output=True, check=True
    )
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Ran(json.loads(done.stdout), seconds, used)
