"""What happens to a bus, each kind by its name; a schedule chooses some of them and when."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.simulation.worker import Worker

__all__ = ["FAULTS"]


def _one(world: Any, random: Random) -> Worker | None:
    return random.choice(world.workers) if world.workers else None


def _later(world: Any, seconds: float, do: Callable[[], None]) -> None:
    world._later(seconds, do)


def _in_its_work(world: Any, worker: Worker, random: Random, do: Callable[[], None]) -> None:
    """Do it now, or in the middle of an acquisition or a transaction."""
    if random.random() < 0.2:
        do()
    else:
        world.strike(worker, random.randint(1, 12), do)


def _kill(world: Any, random: Random) -> None:
    worker = _one(world, random)
    if worker is None:
        return
    pause = random.choice((0.0, 0.2, 1.0))

    def kill() -> None:
        if worker in world.workers:
            world.kill(worker)
            _later(world, pause, world.start_worker)

    _in_its_work(world, worker, random, kill)


def _freeze(world: Any, random: Random) -> None:
    """A worker stands; long enough and it wakes as a zombie, whose lanes are another's."""
    worker = _one(world, random)
    if worker is None:
        return
    # most wake soon after the takeover, while what they had under way could still be committed
    seconds = random.choice((0.05, 0.5, random.uniform(0.8, 1.8), random.uniform(0.8, 1.8), 3.5))
    _in_its_work(world, worker, random, lambda: _stand(world, worker, seconds, random))


def _freeze_acquiring(world: Any, random: Random) -> None:
    """A worker stands amid its acquisition, and wakes when others have what it goes on to acquire."""
    _join(world, random)
    worker, seconds = random.choice(world.workers), random.uniform(0.8, 1.6)
    world.strike(worker, random.randint(1, 10), lambda: _stand(world, worker, seconds, random))


def _stand(world: Any, worker: Worker, seconds: float, random: Random) -> None:
    if worker.process.held is not None:
        return

    def thaw() -> None:
        world.note(f"thaw {worker.process.name}")
        world.loop.thaw(worker.process)

    world.note(f"freeze {worker.process.name}")
    world.loop.freeze(worker.process)
    _later(world, seconds, thaw)
    if random.random() < 0.5:
        # there is work for it when it wakes, before it learns that it is not a member any more
        _later(world, seconds + random.uniform(-0.05, 0.2), lambda: world.publish(6))


def _silence(world: Any, random: Random) -> None:
    """A worker is heard of no more, and works on: it and those who take its lanes shut each other out in turns."""
    worker = _one(world, random)
    if worker is None:
        return
    _join(world, random)
    seconds = random.uniform(0.8, 2.0)
    world.note(f"{worker.process.name} is silent")
    worker.silent_until = world.loop.time() + seconds
    # who is shut out learns of it when it sends: the more work, the more often both acquire at once
    for _ in range(random.randint(0, 20)):
        _later(world, random.uniform(0.6, seconds), world.publish)


def _join(world: Any, _: Random) -> None:
    """One more worker: spans are split."""
    if len(world.workers) < 4:
        world.start_worker()


def _leave(world: Any, random: Random) -> None:
    """One worker less, and no other comes: spans are joined."""
    if len(world.workers) > 1:
        world.kill(random.choice(world.workers))


def _restart_kafka(world: Any, random: Random) -> None:
    world.note("kafka is away")
    world.kafka.stop()
    _later(world, random.uniform(0.02, 1.5), world.kafka.start)


def _restart_redis(world: Any, random: Random) -> None:
    world.note("redis is away")
    world.redis.stop()
    _later(world, random.uniform(0.02, 1.0), world.redis.start)


def _slow_redis(world: Any, random: Random) -> None:
    world.note("redis is slow")
    world.redis.slow = random.choice((0.05, 0.2, 0.6))
    _later(world, random.uniform(0.3, 1.5), lambda: setattr(world.redis, "slow", 0.0))


def _flush_redis(world: Any, _: Random) -> None:
    world.note("redis is emptied")
    world.shelf.lanes.clear()


def _old_redis(world: Any, random: Random) -> None:
    world.shelf.dump()

    def restore() -> None:
        world.note("redis is as it was a while ago")
        world.shelf.restore()

    _later(world, random.uniform(0.2, 1.5), restore)


def _lose_answers(world: Any, random: Random) -> None:
    server = random.choice((world.kafka, world.redis))
    world.note("answers are lost")
    server.loses = random.choice((0.02, 0.1))
    _later(world, random.uniform(0.2, 1.0), lambda: setattr(server, "loses", 0.0))


def _late_answers(world: Any, random: Random) -> None:
    server = random.choice((world.kafka, world.redis))
    world.note("answers are late")
    server.spikes = random.choice((0.05, 0.3))
    _later(world, random.uniform(0.2, 1.0), lambda: setattr(server, "spikes", 0.0))


def _retention(world: Any, random: Random) -> None:
    """Records go; one time in five some that nobody has read."""
    place = random.choice(world.partitions)
    log = world.broker.logs[place]
    read = world.group.offsets.get(place, log.start)
    unread = random.random() < 0.2
    world.note(f"retention in {place.topic}/{place.partition}: read up to {read} of {log.end}")
    world.jumped = world.jumped or unread
    log.cut(random.randint(read, log.end) if unread and read < log.end else read)


def _lose_offsets(world: Any, _: Random) -> None:
    world.lose_offsets()


#: By name, with how often it is chosen against the others.
FAULTS: Final[dict[str, tuple[Callable[[Any, Random], None], int]]] = {
    "kill": (_kill, 4),
    "freeze": (_freeze, 7),
    "freeze acquiring": (_freeze_acquiring, 3),
    "silence": (_silence, 4),
    "join": (_join, 4),
    "leave": (_leave, 2),
    "restart kafka": (_restart_kafka, 2),
    "restart redis": (_restart_redis, 1),
    "slow redis": (_slow_redis, 1),
    "flush redis": (_flush_redis, 1),
    "old redis": (_old_redis, 1),
    "lost answers": (_lose_answers, 3),
    "late answers": (_late_answers, 3),
    "retention": (_retention, 1),
    "lost offsets": (_lose_offsets, 1),
}
