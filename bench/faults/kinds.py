"""The faults: each breaks one thing in a running bus and says what it touched."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import NamedTuple

import psutil
import redis
from faults.department_files import DepartmentFile
from faults.fleet import Crew
from faults.outlet import Mark
from faults.scene import Scene

from tests.harness.broker import frozen

__all__ = ["KINDS", "Kind", "MissedError"]

_PAST_SESSION_SECONDS = (8.0, 10.0)  # the session's time-out is 6
_PAST_WATCHDOG_SECONDS = (10.5, 13.0)  # a batch is given up after 10, its transaction by the broker after 15
_PAST_REDIS_SECONDS = (5.5, 7.0)  # the workers' time-out is 5
_ROWS_OF_CHUNK = 2000
_SAVE_SECONDS = 60.0
"""Redis answers when its snapshot is written, which takes longer than the client's own patience on a busy host."""


class MissedError(Exception):
    """The fault found nothing to break: its victim was through."""


def _on_brokers(strike: Callable[[Scene], Mark]) -> Callable[[Scene], Mark]:
    """Keep the operator's hands off the brokers meanwhile."""

    @wraps(strike)
    def struck(scene: Scene) -> Mark:
        with scene.operator.hands_off():
            return strike(scene)

    return struck


# -- workers ---------------------------------------------------------------------------------------


def worker_killed(scene: Scene) -> Mark:
    """SIGKILL one worker process; its supervisor starts it again."""
    victim = scene.random.choice(scene.crew.ready())
    mark = scene.watch(Mark(scene.crew.lanes_of(victim)))
    victim.kill()
    mark.struck()
    return mark


def all_workers_killed(scene: Scene) -> Mark:
    """SIGKILL every worker process at once."""
    scene.crew.ready()
    mark = scene.everywhere()
    scene.crew.kill()
    mark.struck()
    return mark


def worker_frozen(scene: Scene) -> Mark:
    """SIGSTOP one worker until the group goes on without it, then SIGCONT: a zombie that believes it owns its lanes."""
    victim = scene.random.choice(scene.crew.ready())
    mark = scene.watch(Mark(scene.crew.lanes_of(victim)))
    victim.send_signal(signal.SIGSTOP)
    mark.struck()
    try:
        scene.away(*_PAST_SESSION_SECONDS)
        scene.until(lambda: mark.first is not None, "another worker has the lanes of the frozen one")
    finally:
        victim.send_signal(signal.SIGCONT)
    mark.mended()
    return mark


def worker_added_or_removed(scene: Scene) -> Mark:
    """Start a further worker, or end it: every stage rebalances."""
    mark = scene.everywhere()
    mark.struck()
    if scene.guests:
        scene.guests.pop().stop()
    else:
        guest = Crew(scene.bus, scene.folder / "guests.log", scene.crew.day, 1)
        scene.guests.append(guest)
        guest.start()
        guest.ready()
    mark.mended()
    return mark


# -- servers ---------------------------------------------------------------------------------------


@_on_brokers
def broker_killed(scene: Scene) -> Mark:
    """SIGKILL the only broker."""
    (name,) = scene.brokers
    mark = scene.everywhere()
    scene.cluster.kill(name)
    mark.struck()
    scene.away(0.2, 4.0)
    scene.cluster.restart(name)
    mark.mended()
    return mark


@_on_brokers
def broker_lost(scene: Scene) -> Mark:
    """SIGKILL one of several brokers: its partitions, and the coordinators on it, get other leaders."""
    name = scene.random.choice(scene.brokers)
    mark = scene.everywhere()
    scene.cluster.kill(name)
    mark.struck()
    scene.until(lambda: scene.outlet.settled(mark), "the others carry on without it")
    scene.away(0.0, 3.0)
    scene.cluster.restart(name)
    return mark


@_on_brokers
def disk_refuses(scene: Scene) -> Mark:
    """Let one broker's disk refuse every write: files may grow no further (RLIMIT_FSIZE), as on a full disk."""
    name = scene.random.choice(scene.brokers)
    (pid,) = (server.pid for server in scene.cluster.status() if server.name == name and server.pid)
    broker = psutil.Process(pid)
    _, hard = broker.rlimit(psutil.RLIMIT_FSIZE)
    mark = scene.everywhere()
    broker.rlimit(psutil.RLIMIT_FSIZE, (0, hard))
    mark.struck()
    if len(scene.brokers) > 1:
        scene.until(lambda: scene.outlet.settled(mark), "the others carry on without it")
    scene.away(1.0, 4.0)
    scene.cluster.kill(name)
    scene.cluster.restart(name)
    if len(scene.brokers) == 1:
        mark.mended()
    return mark


@_on_brokers
def broker_frozen(scene: Scene) -> Mark:
    """SIGSTOP a broker until batches are given up, then SIGCONT: it hangs, and nobody is notified."""
    name = scene.random.choice(scene.brokers)
    mark = scene.everywhere()
    with frozen(scene.cluster, name):
        mark.struck()
        scene.away(*_PAST_WATCHDOG_SECONDS)
    mark.mended()
    return mark


def redis_frozen(scene: Scene) -> Mark:
    """SIGSTOP Redis for longer than its clients wait, then SIGCONT."""
    mark = scene.everywhere()
    with frozen(scene.cluster, "redis"):
        mark.struck()
        scene.away(*_PAST_REDIS_SECONDS)
    mark.mended()
    return mark


def redis_flushed(scene: Scene) -> Mark:
    """Empty Redis."""
    mark = scene.everywhere()
    _redis(scene, lambda client: client.flushall())
    mark.struck()
    return mark


def redis_killed(scene: Scene) -> Mark:
    """SIGKILL Redis; it comes back empty, for its snapshot is gone."""
    mark = scene.everywhere()
    scene.cluster.kill("redis")
    mark.struck()
    for snapshot in (scene.cluster.home / "data" / "redis").glob("*.rdb"):
        snapshot.unlink()
    return _redis_back(scene, mark)


def redis_restored(scene: Scene) -> Mark:
    """SIGKILL Redis; it comes back with a snapshot from before many of the last changes."""
    _redis(scene, lambda client: client.save())
    before = scene.outlet.changes
    scene.until(lambda: scene.outlet.changes > before + 200, "changes that the snapshot lacks")
    mark = scene.everywhere()
    scene.cluster.kill("redis")
    mark.struck()
    return _redis_back(scene, mark)


def registry_away(scene: Scene) -> Mark:
    """Stop the registry, and kill a worker, which needs it to start."""
    victim = scene.random.choice(scene.crew.ready())
    mark = scene.watch(Mark(scene.crew.lanes_of(victim)))
    scene.cluster.kill("registry")
    victim.kill()
    mark.struck()
    scene.away(2.0, 5.0)
    scene.cluster.restart("registry")
    mark.mended()
    return mark


@_on_brokers
def power_cut(scene: Scene) -> Mark:
    """SIGKILL workers and servers, all at once."""
    mark = scene.everywhere()
    scene.crew.kill()
    for name in scene.cluster.names:
        scene.cluster.kill(name)
    mark.struck()
    # One server first: the rest then comes back on the addresses that the workers know.
    scene.cluster.restart("redis")
    scene.cluster.start()
    mark.mended()
    return mark


# -- connectors ------------------------------------------------------------------------------------


def connector_killed(scene: Scene) -> Mark:
    """SIGKILL a connector in the middle of its file and run it again."""

    def strike(file: DepartmentFile) -> Mark:
        mark = _in_mid_file(scene, file)
        scene.connectors.complete(file)
        return _with_rows(mark)

    return _with_batch(scene, strike)


def connector_frozen(scene: Scene) -> Mark:
    """SIGSTOP a connector in the middle of its file, let another run publish the rest, and wake the first."""

    def strike(file: DepartmentFile) -> Mark:
        process = scene.connectors.start_run(file)
        try:
            _await_first_chunk(scene, file, process.poll)
            process.send_signal(signal.SIGSTOP)
            mark = scene.watch(Mark(scene.outlet.lanes, file.name.encode()))
            mark.struck()
            scene.connectors.complete(file)
        finally:
            process.send_signal(signal.SIGCONT)
            process.wait(60)
        return _with_rows(mark)

    return _with_batch(scene, strike)


def connector_sends_again(scene: Scene) -> Mark:
    """Tell a connector to send everything once more."""
    done = [file for file in scene.connectors.sent.values() if scene.connectors.times[file.name] == 1]
    if not done:
        raise MissedError
    file = max(scene.random.sample(done, min(3, len(done))), key=lambda file: file.rows)
    mark = scene.watch(Mark(scene.outlet.lanes, file.name.encode()))
    mark.struck()
    scene.connectors.publish(file, "--resend")
    return mark


def _with_batch(scene: Scene, strike: Callable[[DepartmentFile], Mark]) -> Mark:
    batch = scene.connectors.next_batch()
    *others, file = batch.files
    for other in others:
        scene.connectors.publish(other)
    scene.connectors.count(file)
    try:
        return strike(file)
    finally:
        scene.connectors.direct.hand_over(batch.late)


def _in_mid_file(scene: Scene, file: DepartmentFile) -> Mark:
    process = scene.connectors.start_run(file)
    _await_first_chunk(scene, file, process.poll)
    mark = scene.watch(Mark(scene.outlet.lanes, file.name.encode()))
    process.kill()
    ended = process.wait()
    mark.struck()
    if ended == 0:
        raise MissedError
    return mark


def _with_rows(mark: Mark) -> Mark:
    """Return the mark when the run after the fault had rows left to publish."""
    if mark.first is None:
        raise MissedError
    return mark


def _await_first_chunk(scene: Scene, file: DepartmentFile, ended: Callable[[], int | None]) -> None:
    """Return as soon as the first rows of a file are there; a file of several chunks is then in its middle."""
    if file.rows <= _ROWS_OF_CHUNK:
        raise MissedError
    mark = scene.watch(Mark(scene.outlet.lanes, file.name.encode(), made_after_ms=1.0))
    deadline = time.monotonic() + 60
    while mark.first is None and ended() is None and time.monotonic() < deadline:
        time.sleep(0.005)


def _redis(scene: Scene, ask: Callable[[redis.Redis], object]) -> None:
    client = redis.Redis.from_url(scene.bus.redis_url, socket_timeout=_SAVE_SECONDS)
    try:
        ask(client)
    finally:
        client.close()


def _redis_back(scene: Scene, mark: Mark) -> Mark:
    scene.away(0.2, 3.0)
    scene.cluster.restart("redis")
    mark.mended()
    return mark


class Kind(NamedTuple):
    """One kind of fault.

    Attributes:
        strike: does it.
        weight: how often it is drawn among the others.
        brokers: of the clusters in which it has a meaning; none: in any.

    """

    strike: Callable[[Scene], Mark]
    weight: int = 2
    brokers: tuple[int, ...] = (1, 3)


KINDS: Mapping[str, Kind] = {
    "worker_killed": Kind(worker_killed, 5),
    "all_workers_killed": Kind(all_workers_killed),
    "worker_frozen": Kind(worker_frozen, 3),
    "worker_added_or_removed": Kind(worker_added_or_removed, 4),
    "connector_killed": Kind(connector_killed, 3),
    "connector_frozen": Kind(connector_frozen, 1),
    "connector_sends_again": Kind(connector_sends_again, 1),
    "broker_killed": Kind(broker_killed, 3, (1,)),
    "broker_lost": Kind(broker_lost, 5, (3,)),
    "disk_refuses": Kind(disk_refuses, 2, (1, 3)),
    "broker_frozen": Kind(broker_frozen, 1),
    "redis_frozen": Kind(redis_frozen, 1),
    "redis_killed": Kind(redis_killed),
    "redis_flushed": Kind(redis_flushed),
    "redis_restored": Kind(redis_restored),
    "registry_away": Kind(registry_away),
    "power_cut": Kind(power_cut, 1),
}
