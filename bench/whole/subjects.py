"""Growth by subjects: a backlog of a million registrations through four stages, and the rebuild of the emptied store.

Shows processor time per event and memory as the subjects grow, that the catch-up of a long backlog takes no memory,
and how fast a lane with an empty Redis comes up from its compacted topic.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from random import Random

import redis
from checking import ends, written
from ground import Ground, servers
from whole.segments import Segment, segments
from whole.stamps import Stamps, expected, write_all
from whole.workers import Worker, WorkerPlan, end, read, wait, workers

from creditbus.topics.names import LEDGER

__all__ = ["million"]

_LANES = 4
_SAMPLE = 2000
_SCAN = 10_000
_PREFIX = b"creditbus:{profiles:"


def million(subjects: int) -> dict[str, object]:
    """Return the figures.

    Raises:
        RuntimeError: feeds, ledger or the rebuilt store are not as they must be.

    """
    with servers() as ground:
        stamps = Stamps(ground)
        began = time.monotonic()
        write_all(ground.connection.bootstrap_servers, map(stamps.registration, range(subjects)))
        print(f"  {subjects:,} events written in {time.monotonic() - began:.0f} s", flush=True)
        topics = [*(f"feed.{name}" for name in ground.declared.subscribers), LEDGER]
        before = ends(ground.connection, topics)
        with workers(ground) as running:
            wait(running, lambda: read(running, "fanout"), subjects)
            end(running)
        _check(ground, before, subjects)
        caught_up = _catch_up(running[0], subjects)
        print(f"  {caught_up}", flush=True)
        rebuilt = _rebuild(ground)
        print(f"  {rebuilt}", flush=True)
    return {"subjects": subjects, "catch_up": caught_up, "rebuild": rebuilt}


def _check(ground: Ground, before: Mapping[str, Mapping[int, int]], subjects: int) -> None:
    found = written(ground.connection, before)
    if found != expected(ground, subjects, 0):
        message = f"wrote {found} of {subjects} registrations"
        raise RuntimeError(message)


def _catch_up(worker: Worker, subjects: int) -> dict[str, object]:
    marks = [0.02, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
    found = segments(worker.looks, "fanout", [int(mark * subjects) for mark in marks])
    looks = [look for look in worker.looks if look["read"].get("intake")]
    last = next(look for look in looks if look["read"].get("fanout", 0) >= subjects)
    first = looks[0]
    return {
        "events_per_second": round(subjects / (last["at"] - first["at"])),
        "cpu_us_per_event": round((last["cpu"] - first["cpu"]) / subjects * 1e6, 1),
        "peak_rss_mb": round(worker.looks[-1]["peak_mb"]),
        "segments": [_shown(segment) for segment in found],
    }


def _shown(segment: Segment) -> dict[str, float]:
    return {
        "from": segment.first,
        "to": segment.last,
        "cpu_us_per_event": round(segment.cpu_us, 1),
        "events_per_second": round(segment.per_second),
        "rss_mb": round(segment.rss_mb),
    }


def _rebuild(ground: Ground) -> dict[str, float]:
    with redis.Redis.from_url(ground.connection.redis_url) as store:
        keys = _keys(store)
        sample = Random(1).sample(sorted(keys), min(_SAMPLE, len(keys)))
        values = store.mget(sample)
        store.flushall()
        with workers(ground, 1, WorkerPlan(("profiles",))) as running:
            wait(running, lambda: _ready(running, "profiles"), _LANES)
            end(running)
        if _keys(store) != keys or store.mget(sample) != values:
            message = f"the rebuilt store is not the one that was lost: {len(_keys(store))} keys, not {len(keys)}"
            raise RuntimeError(message)
    return _restored(running[0], len(keys))


def _keys(store: redis.Redis) -> set[bytes]:
    return set(store.scan_iter(match=_PREFIX + b"*", count=_SCAN))


def _ready(running: Sequence[Worker], stage: str) -> float:
    """Return the lanes that are ready; a rebuild that goes on counts as a little of one."""
    looks = [worker.looks[-1] for worker in running if worker.looks]
    ready = sum(look["ready"].get(stage, 0) for look in looks)
    return float(ready + sum(look["restored"].get(stage, 0) for look in looks) / 1e12)


def _restored(worker: Worker, keys: int) -> dict[str, float]:
    records = worker.looks[-1]["restored"]["profiles"]
    # a lane counts its records when it has them all: the start of the stage is in it
    first = worker.looks[0]
    last = next(look for look in worker.looks if look["ready"].get("profiles", 0) >= _LANES)
    # all lanes are acquired together, as one span
    seconds = worker.totals["creditbus_lane_acquire_seconds_sum profiles"]
    return {
        "keys": keys,
        "records": records,
        "acquire_seconds": round(seconds, 2),
        "records_per_second": round(records / seconds),
        "cpu_us_per_record": round((last["cpu"] - first["cpu"]) / records * 1e6, 1),
        "peak_rss_mb": round(worker.looks[-1]["peak_mb"]),
        "start_to_ready_seconds": round(last["at"] - worker.started, 2),
    }
