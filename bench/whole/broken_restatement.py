"""Restates records by the million while workers are killed and servers fail, and counts: each record exactly once.

The campaign of faults restates some hundred thousand records of a few thousand for each change of a grant. Here it is
one walk through every lane, long enough to be broken in its middle again and again.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any, Final

import redis
from checking import Ends, ends, written
from ground import Ground
from whole.city import City, city
from whole.restatement import SUBSCRIBER
from whole.standing_records import ITEM, StandingRecords
from whole.workers import Worker, WorkerPlan, wait

from creditbus.topics.names import CHANGES, FEED

__all__ = ["broken"]

_LANES: Final = 4
_FEED: Final = FEED + SUBSCRIBER
#: Of the way, where the first and the last fault may come.
_FIRST, _LAST = 0.05, 0.9
#: Longer than Redis' clients wait, and than a batch may take.
_REDIS_SECONDS, _BROKER_SECONDS = 6.5, 11.5
_LOOK_SECONDS: Final = 0.5
_QUIET_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 300.0


class _Scene:
    """One worker, which is started again whenever it was killed."""

    def __init__(self, ground: Ground, plan: WorkerPlan) -> None:
        self.ground = ground
        self._plan = plan
        self.worker = Worker(ground, plan)

    def kill_worker(self) -> None:
        """SIGKILL the worker, and start another one."""
        self.worker.end(signal.SIGKILL)
        self.worker = Worker(self.ground, self._plan)

    def empty_redis(self) -> None:
        """Empty Redis."""
        with redis.Redis.from_url(self.ground.connection.redis_url) as client:
            client.flushall()

    def freeze_redis(self) -> None:
        """SIGSTOP Redis for longer than its clients wait."""
        self._freeze("redis", _REDIS_SECONDS)

    def freeze_broker(self) -> None:
        """SIGSTOP the broker until batches are given up."""
        self._freeze("kafka", _BROKER_SECONDS)

    def _freeze(self, name: str, seconds: float) -> None:
        os.kill(self.ground.pids[name], signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(self.ground.pids[name], signal.SIGCONT)


#: By name, what is done and how often it is drawn.
_FAULTS: Final[Mapping[str, tuple[Callable[[_Scene], None], int]]] = {
    "worker_killed": (_Scene.kill_worker, 4),
    "redis_emptied": (_Scene.empty_redis, 2),
    "redis_frozen": (_Scene.freeze_redis, 1),
    "broker_frozen": (_Scene.freeze_broker, 1),
}


def broken(records: int, faults: int, seed: int, settings: Sequence[str] = ()) -> dict[str, object]:
    """Give this many licences to a feed and take them back from it, each time with faults on the way.

    Args:
        records: how many stand before.
        faults: in each of the two restatements.
        seed: of kinds and moments.
        settings: of the engine.

    Raises:
        RuntimeError: a record was restated twice or not at all, or the feed is not the view of the grant.

    """
    random = Random(seed)
    with city(_LANES) as place:
        standing = StandingRecords(place.ground, _LANES, records)
        standing.establish(settings)
        items = place.grant(SUBSCRIBER)["items"]
        plan = WorkerPlan(("profiles", "fanout"), settings, follow=True)
        with _running(place.ground, plan) as scene:
            given = _restatement(place, scene, [*items, ITEM], records, _drawn(random, faults))
            standing.expect(SUBSCRIBER, records, granted=True)
            print(f"  given: {given}", flush=True)
            taken = _restatement(place, scene, items, records, _drawn(random, faults))
            standing.expect(SUBSCRIBER, records, granted=False)
            print(f"  taken back: {taken}", flush=True)
    return {"records": records, "lanes": _LANES, "seed": seed, "given": given, "taken back": taken}


def _drawn(random: Random, count: int) -> list[tuple[float, str]]:
    weights = [weight for _, weight in _FAULTS.values()]
    kinds = random.choices(list(_FAULTS), weights, k=count)
    return list(zip(sorted(random.uniform(_FIRST, _LAST) for _ in kinds), kinds, strict=True))


def _restatement(
    place: City, scene: _Scene, items: Sequence[str], records: int, faults: Sequence[tuple[float, str]]
) -> dict[str, object]:
    """Declare other items of the grant, break things at their moments, and count what came of it."""
    connection = place.ground.connection
    before = ends(connection, [CHANGES, _FEED])
    began = time.monotonic()
    place.declare(SUBSCRIBER, items=items)
    struck: list[dict[str, Any]] = []
    for share, kind in faults:
        _wait(lambda: _grown(connection, before)[CHANGES], share * records, scene)
        strike, _ = _FAULTS[kind]
        at = _grown(connection, before)[CHANGES]
        if at >= records:
            message = f"the walk was through before fault {len(struck) + 1}: take more records, or fewer faults"
            raise RuntimeError(message)
        strike(scene)
        moment = time.monotonic()
        _wait(lambda: _grown(connection, before)[CHANGES], at + 1, scene)
        struck.append({"kind": kind, "at": at, "seconds_to_next": round(time.monotonic() - moment, 1)})
    _wait(lambda: min(_grown(connection, before).values()), records, scene)
    seconds = time.monotonic() - began
    _await_quiet(connection, before)
    counted = written(connection, before)[0]
    if counted != {CHANGES: records, _FEED: records}:
        message = f"{records} records were to be restated once each: {counted}"
        raise RuntimeError(message)
    return {"seconds": round(seconds, 1), "faults": struck}


def _grown(connection: Any, before: Ends) -> dict[str, int]:
    """Return by how many positions topics have grown: records, and the ends of transactions."""
    return {
        topic: sum(after - before[topic][place] for place, after in places.items())
        for topic, places in ends(connection, list(before)).items()
    }


def _await_quiet(connection: Any, before: Ends) -> None:
    """Wait until nothing comes any more: a record too many would come last."""
    last, since = _grown(connection, before), time.monotonic()
    while time.monotonic() - since < _QUIET_SECONDS:
        time.sleep(_LOOK_SECONDS)
        if (now := _grown(connection, before)) != last:
            last, since = now, time.monotonic()


def _wait(value: Callable[[], float], until: float, scene: _Scene) -> None:
    # asking the broker for its ends costs more than looking at what a worker says, and a fault may take long
    wait([scene.worker], value, until, patience=_PATIENCE_SECONDS, every=_LOOK_SECONDS)


@contextmanager
def _running(ground: Ground, plan: WorkerPlan) -> Iterator[_Scene]:
    scene = _Scene(ground, plan)
    try:
        yield scene
    finally:
        scene.worker.end()
