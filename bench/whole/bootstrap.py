"""A snapshot of a feed as its command makes it: `creditbus feed bootstrap`, a whole process.

A figure counts only when the snapshot holds every record that the feed shows, and is complete and signed. The command
says how long the making took, from the open connection to the folder that is there: that is the figure without start.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from ground import Ground, servers
from whole.feed_command import Ran, feed_command
from whole.summary import spread
from whole.written_feed import WrittenFeed, written_feed

__all__ = ["bootstrap"]

_FORMS = ("avro", "parquet")


def bootstrap(records: int, repeat: int) -> dict[str, object]:
    """Write a feed of this many records, and make snapshots of it, in each form in turn.

    Raises:
        RuntimeError: a snapshot does not hold what was written.

    """
    with servers() as ground, tempfile.TemporaryDirectory() as home:
        feed = written_feed(ground, records)
        feed_command(ground, home, "keys", "--create", "bench.example")
        rounds = [{form: _made(ground, home, feed, form) for form in _FORMS} for _ in range(repeat)]
    figures = {form: spread([_figures(records, one[form]) for one in rounds]) for form in _FORMS}
    for form, of in figures.items():
        print(f"  {form}, {records:,} records, {feed.keys:,} shown: {of}", flush=True)
    return {"records": records, "shown": feed.keys, "order": "min, median, max", "forms": figures}


def _made(ground: Ground, home: str, feed: WrittenFeed, form: str) -> Ran:
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "snapshot"
        ran = feed_command(ground, home, "bootstrap", feed.subscriber, "--to", str(target), "--format", form)
        if ran.facts["read"] != feed.records or ran.facts["records"] != feed.keys or not ran.facts["complete"]:
            message = f"a snapshot of {feed.records} records, {feed.keys} of them shown, says {ran.facts}"
            raise RuntimeError(message)
    return ran


def _figures(records: int, ran: Ran) -> dict[str, float]:
    return {
        "per_second": records / ran.seconds,
        "per_second_without_start": records / ran.facts["seconds"],
        "cpu_us_per_record": ran.cpu_seconds / records * 1e6,
    }
