"""A soak: a fixed load for minutes, below what the bus can do; memory and lag must stay flat.

Licences of registered subjects are published open loop, each tick's in one transaction. At the end feeds and ledger are
compared with what was published.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from checking import ends, written
from ground import Ground, servers
from whole.processors import Processors
from whole.spread import percentiles
from whole.stamps import Stamps, expected, write_all
from whole.workers import Look, Worker, WorkerPlan, end, pids, read, wait, workers

from creditbus.topics.names import LEDGER

__all__ = ["soak"]

_BENCH = Path(__file__).parent.parent
_SUBJECTS = 20_000
_SETTLED = 0.2
_WINDOWS = 10
_LOOK_SECONDS = 0.5


def soak(per_second: int, seconds: float, plan: WorkerPlan) -> dict[str, object]:
    """Return the figures of one soak with one worker process.

    Raises:
        RuntimeError: feeds or ledger are not as they must be.

    """
    with servers() as ground:
        stamps = Stamps(ground)
        write_all(ground.connection.bootstrap_servers, map(stamps.registration, range(_SUBJECTS)))
        topics = [*(f"feed.{name}" for name in ground.declared.subscribers), LEDGER]
        before = ends(ground.connection, topics)
        with workers(ground, 1, plan) as running:
            wait(running, lambda: read(running, "fanout"), _SUBJECTS)
            began = running[0].looks[-1]["at"]
            published, late, cores = _publish(ground, running, per_second, seconds)
            ended = running[0].looks[-1]["at"]
            wait(running, lambda: read(running, "fanout"), _SUBJECTS + published)
            drained = running[0].looks[-1]["at"]
            end(running)
        _check(ground, before, published)
    looks = [look for look in running[0].looks if began <= look["at"] <= ended]
    return {
        "events_per_second": per_second,
        "seconds": seconds,
        "published": published,
        "drained_after_seconds": round(drained - ended, 2),
        "publisher_late_ms": percentiles(late),
        "cores": cores,
        "windows": _windows(looks, per_second, began),
        **_flatness(looks, per_second, began),
        "losses": sum(running[0].looks[-1]["lost"].values()),
    }


def _publish(
    ground: Ground, running: Sequence[Worker], per_second: int, seconds: float
) -> tuple[int, list[float], dict[str, float]]:
    command = [
        sys.executable,
        "-m",
        "whole.steady",
        ground.connection.bootstrap_servers,
        ground.connection.registry_url,
    ]
    command += [ground.connection.redis_url, str(per_second), str(seconds), str(_SUBJECTS)]
    publisher = subprocess.Popen(command, cwd=_BENCH, stdout=subprocess.PIPE)
    busy = Processors({**ground.pids, **pids(running), "publisher": publisher.pid})
    cores = busy.cores()
    while publisher.poll() is None:
        cores = busy.cores()
        time.sleep(_LOOK_SECONDS)
    assert publisher.stdout is not None  # noqa: S101 -- asked for
    lines = publisher.stdout.read().decode().split()
    if publisher.returncode:
        message = "the publisher failed"
        raise RuntimeError(message)
    return int(lines[0]), [float(line) for line in lines[1:]], cores


def _windows(looks: Sequence[Look], per_second: int, began: float) -> list[dict[str, float]]:
    size = max(1, len(looks) // _WINDOWS)
    parts = [looks[place : place + size] for place in range(0, len(looks) - size + 1, size)]
    return [
        {
            "until_second": round(part[-1]["at"] - began),
            "rss_mb": round(part[-1]["rss_mb"], 1),
            "behind": round(statistics.median(_behind(look, per_second, began) for look in part)),
            "cpu": round((part[-1]["cpu"] - part[0]["cpu"]) / (part[-1]["at"] - part[0]["at"]), 2),
        }
        for part in parts
    ]


def _behind(look: Look, per_second: int, began: float) -> float:
    """Return the events that were due and are not in the feeds; the publisher's start-up counts as lag."""
    return float((look["at"] - began) * per_second - (look["read"]["fanout"] - _SUBJECTS))


def _flatness(looks: Sequence[Look], per_second: int, began: float) -> dict[str, float]:
    """Return the slopes after the first fifth, in which caches fill."""
    settled = looks[int(len(looks) * _SETTLED) :]
    times = [look["at"] for look in settled]
    memory = statistics.linear_regression(times, [look["rss_mb"] for look in settled]).slope
    behind = statistics.linear_regression(times, [_behind(look, per_second, began) for look in settled]).slope
    return {"rss_mb_per_minute": round(memory * 60, 2), "behind_per_second": round(behind, 1)}


def _check(ground: Ground, before: Mapping[str, Mapping[int, int]], published: int) -> None:
    found = written(ground.connection, before)
    if found != expected(ground, _SUBJECTS, published):
        message = f"wrote {found} of {_SUBJECTS} registrations and {published} licences"
        raise RuntimeError(message)
