"""Fanout alone on a backlog of changes, and whether its feeds are to the byte what the step makes in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from checking import last_values
from ground import Ground
from load import Sent, write
from whole.loads import WholeLoads
from whole.workers import WorkerPlan, end, read, wait, workers

from creditbus.topics.names import is_feed

__all__ = ["fanout_alone"]


def fanout_alone(ground: Ground, folder: Path, changes: int) -> dict[str, float]:
    """Return what fanout takes for a feed record, and for a change.

    Args:
        ground: fresh servers.
        folder: of the declarations of which they are.
        changes: how many events they come from, at most.

    Raises:
        RuntimeError: a feed is not what it must be: the time says nothing.

    """
    load, made = WholeLoads(ground).fanned(changes)
    write(ground.connection.bootstrap_servers, load)
    with workers(ground, 1, WorkerPlan(("fanout",), declared=folder)) as running:
        wait(running, lambda: read(running, "fanout"), len(load))
        end(running)
    _check(ground, made)
    looks = running[0].looks
    # few and large batches: from the last look before the first commit, not from the first commit
    first = [look for look in looks if not look["read"].get("fanout")][-1]
    last = next(look for look in looks if look["read"].get("fanout", 0) >= len(load))
    cpu = last["cpu"] - first["cpu"]
    return {
        "cpu_us_per_feed_record": cpu / len(made) * 1e6,
        "cpu_us_per_change": cpu / len(load) * 1e6,
        "feed_records_per_second": len(made) / (last["at"] - first["at"]),
        "peak_rss_mb": last["peak_mb"],
        "changes": len(load),
        "feed_records": len(made),
    }


def _check(ground: Ground, made: Sequence[Sent]) -> None:
    """Compare counts and the last record of each partition: by its hash of the one before it, it stands for all."""
    feeds = [f"feed.{name}" for name in ground.declared.subscribers]
    counts, lasts = last_values(ground.connection, feeds)
    wanted = Counter((record.topic, record.partition) for record in made if is_feed(record.topic))
    if counts != wanted:
        message = f"feeds have {counts.total()} records, not {wanted.total()}, or not in these partitions"
        raise RuntimeError(message)
    if lasts != {(record.topic, record.partition): record.value for record in made}:
        message = "the last records of feeds are not those that the step makes in memory"
        raise RuntimeError(message)
