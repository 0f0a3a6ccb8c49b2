"""One schedule from its seed: what is published when, what breaks when, and the verdict."""

import asyncio
import contextlib
import gc
import logging
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest import mock

from creditbus.services.engine.consume import topic_reader as reading
from creditbus.services.engine.produce import brokers
from creditbus.services.engine.run import assignment as lanes
from creditbus.services.engine.run.range_owner import RangeOwner
from tests.simulation.clients import Client, Consumer, write_in_pieces
from tests.simulation.clock import WORLD, VirtualLoop
from tests.simulation.faults import FAULTS
from tests.simulation.oracle import verdict
from tests.simulation.world import World

__all__ = ["Result", "installed", "run"]

_SPAN = 2.5
#: Of all schedules, those in which the city declares something else while the bus runs.
_DECLARING = 0.3
#: Those in which the stage leaves some of its work for later, by messages to itself.
_IN_PIECES = 0.3
#: Once faults cease; as often again for each piece in which work comes back: a lane without room is asked again only
#: after a wait for the others, so a busy one passes a batch of four records in 0.4 s.
_SETTLE = 20.0
_MOST_CALLBACKS = 60_000
#: Of the code, of a break above all: no fault of a schedule raises them.
_MISTAKES = (AttributeError, NameError, TypeError)


@dataclass
class Result:
    """What came of a schedule."""

    seed: int
    wrong: list[str]
    faults: dict[str, int]
    records: int
    seconds: float
    lines: list[str] = field(default_factory=list)


def _say_nothing(_: object) -> None:
    """Of coroutines that nobody goes on with; a mock would keep each of them."""


def _end_process(code: int) -> None:
    loop: Any = asyncio.get_running_loop()
    loop.world.killed_itself(code)


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Put the simulated servers where the engine's clients are; whatever is of the engine stays."""
    stuck = SimpleNamespace(_exit=_end_process)
    with (
        mock.patch.object(brokers, "AIOKafkaClient", Client),
        mock.patch.object(brokers, "write_in_pieces", write_in_pieces),
        mock.patch.object(reading, "AIOKafkaConsumer", Consumer),
        mock.patch.object(lanes, "os", stuck),
        mock.patch.object(time, "monotonic", _now),
        mock.patch.object(sys, "unraisablehook", _say_nothing),
        # what is kept in sets is gone through in the same order in every run
        mock.patch.object(
            RangeOwner, "__hash__", lambda owner: owner._lane_range.first * 1000 + owner._lane_range.size
        ),
        warnings.catch_warnings(),
    ):
        # of coroutines that a killed worker never came to
        warnings.simplefilter("ignore", RuntimeWarning)
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            yield
        finally:
            gc.collect()
            gc.enable()
            gc.unfreeze()


_loops: list[VirtualLoop] = []


def _now() -> float:
    return _loops[-1].time() if _loops else time.perf_counter()


def run(seed: int, *, trace: bool = False) -> Result:
    """Run the schedule of a seed; `installed` must be in force."""
    result = _run(seed, trace=trace)
    # what its tasks would still do after it is done here, where no loop runs, and not within the next schedule
    gc.collect()
    return result


def _run(seed: int, *, trace: bool) -> Result:
    random = Random(seed)
    loop = VirtualLoop(Random(random.random()), _MOST_CALLBACKS)
    _loops.append(loop)
    count = random.choice((1, 2, 3, 4, 4, 5, 8))
    topics = ("a", "b")[: random.choice((1, 1, 2))]
    # of its own, so that schedules without versions stay what they were
    chance = Random(f"versions of {seed}")
    divided = Random(f"pieces of {seed}")
    pieces = divided.randint(1, 4) if divided.random() < _IN_PIECES else 0
    world = World(loop, random, count, topics, random.choice((1, 1, 2)), int(chance.random() < _DECLARING), pieces)
    loop.world = world  # type: ignore[attr-defined]
    if trace:
        world.lines = []
    _log_to(world)
    try:
        if world.version:
            for _ in range(chance.randint(1, 4)):
                loop.call_later(chance.uniform(0.2, _SPAN), world.declare, chance, context=WORLD.context)
        through = loop.run_until_complete(loop.create_task(_play(world, random), context=WORLD.context))
        wrong = [f"a mistake of the code: {told}" for told in world.mistakes[:1]] + verdict(world, through)
        return Result(seed, wrong, dict(world.counts), len(world.published), loop.time(), world.lines or [])
    finally:
        _loops.pop()
        _forget(loop)


def _forget(loop: VirtualLoop) -> None:
    """Leave nothing of a schedule for the next: what its tasks would still do fails without a loop."""
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.forget()
    loop.close()
    loop.world = None  # type: ignore[attr-defined]


def _log_to(world: World) -> None:
    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            world.note(record.getMessage())
            if record.exc_info and isinstance(record.exc_info[1], _MISTAKES):
                world.mistakes.append(repr(record.exc_info[1]))

    logger = logging.getLogger("creditbus.services.engine")
    logger.handlers = [Handler()]
    logger.setLevel(logging.INFO if world.lines is not None else logging.ERROR)
    logger.propagate = False


async def _play(world: World, random: Random) -> bool:
    for _ in range(random.choice((1, 2, 2, 3))):
        world.start_worker()
    bursts = [random.uniform(0, _SPAN) for _ in range(random.randint(2, 6))]
    moments: list[tuple[float, str]] = [
        (random.choice(bursts) + random.uniform(0, 0.05), "") for _ in range(random.randint(12, 45))
    ]
    for name in random.choices(list(FAULTS), [weight for _, weight in FAULTS.values()], k=random.randint(1, 6)):
        # most where there is work
        near = random.random() < 0.7
        moment = random.choice(bursts) + random.uniform(-0.1, 0.1) if near else random.uniform(0, _SPAN)
        moments.append((max(0.2, moment), name))
    for moment, fault in sorted(moments):
        await asyncio.sleep(max(0.0, moment - world.loop.time()))
        if fault:
            world.counts[fault] += 1
            FAULTS[fault][0](world, random)
        else:
            world.publish()
    return await _end(world)


async def _end(world: World) -> bool:
    """Have no more faults, and wait until all that was published is read."""
    world.note("no more faults")
    world.kafka.heal()
    world.redis.heal()
    world.strikes.clear()
    if not world.workers:
        world.start_worker()
    return await world.settle(_SETTLE * (1 + world.pieces))
