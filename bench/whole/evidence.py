"""Evidence of a feed as its commands give it: `creditbus feed manifest`, then `creditbus feed verify`, whole processes.

The records are those that fanout makes of some thousand events, over and over, numbered and chained as it chains them.
A figure counts only when verify saw every record, found nothing wrong and held the feed against the manifest.
"""

from __future__ import annotations

import tempfile

from ground import Ground, servers
from whole.feed_command import Ran, feed_command
from whole.summary import spread
from whole.written_feed import written_feed

__all__ = ["evidence"]


def evidence(records: int, repeat: int) -> dict[str, object]:
    """Write a feed of this many records, sign it, and verify it again and again.

    Raises:
        RuntimeError: verify did not see what was written.

    """
    with servers() as ground, tempfile.TemporaryDirectory() as home:
        subscriber = written_feed(ground, records).subscriber
        feed_command(ground, home, "keys", "--create", "bench.example")
        signing = feed_command(ground, home, "manifest", subscriber)
        verified = [_verified(ground, home, subscriber, records) for _ in range(repeat)]
        standing = [feed_command(ground, home, "status", subscriber).seconds for _ in range(repeat)]
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


def _verified(ground: Ground, home: str, subscriber: str, records: int) -> Ran:
    ran = feed_command(ground, home, "verify", subscriber)
    said = {name: ran.facts[name] for name in ("records", "checked", "findings")}
    if said != {"records": records, "checked": [1], "findings": []}:
        message = f"verify of {records} records said {said}"
        raise RuntimeError(message)
    return ran
