"""Finds up to when everything that each department published is through all stages, from outside, without a worker.

What intake has read is looked at first; then each later stage is watched until it has read all that was there when the
stage before it had come so far. A stage that reads on meanwhile does no harm, and events carry nothing for this.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import KafkaError

from creditbus.services.domain.evidence.watermark import watermark_ms
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.evidence.peeking import first_records
from creditbus.services.query.own_progress import with_own_progress
from creditbus.services.query.reach import PartitionReach, StageReach, read_reaches
from creditbus.topics.connection import Connection
from creditbus.topics.names import department_of

__all__ = ["Patience", "department_watermarks", "present_watermarks"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long stages are watched.

    Attributes:
        seconds: at most; a stage that has not come so far by then stands still, or is far behind.
        pause_seconds: between two looks.

    """

    seconds: float = 20.0
    pause_seconds: float = 0.2


_PATIENCE: Final = Patience()


def present_watermarks(connection: Connection) -> dict[str, int]:
    """Return what `department_watermarks` does, for whoever has no event loop; blocks, for some seconds at most.

    Raises:
        DependencyDownError, UnavailableError, UnsettledError: a broker does not answer.

    """
    try:
        return asyncio.run(department_watermarks(connection, clock=time.time))
    except KafkaError as error:
        raise DependencyDownError("kafka", type(error).__name__) from error


async def department_watermarks(
    connection: Connection,
    *,
    clock: Callable[[], float],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    patience: Patience = _PATIENCE,
) -> dict[str, int]:
    """Return by department the moment up to which all that it published is in every feed that admits it.

    In milliseconds since 1970 UTC. It is in the feeds, refused, or waits for what its item asks for. Nothing is
    returned when a stage does not come so far in time; what was known before stays true.

    Args:
        connection: the bus; the ends of its topics are asked for, and a few records are read.
        clock: the present moment, in seconds since 1970 UTC.
        pause: waits between two looks.
        patience: how long stages are watched.

    Raises:
        DependencyDownError, UnavailableError, UnsettledError: a broker does not answer.

    """
    asked = clock()
    intake, *later = await _reaches(connection)
    found = await _published(connection.bootstrap_servers, intake, int(asked * 1000))
    at = 0
    bounds: Mapping[Partition, int] | None = None
    while True:
        while at < len(later):
            # asked for after the stage before it had come so far, in the same look
            bounds = _ends(later[at]) if bounds is None else bounds
            if not await _has_read(connection.bootstrap_servers, later[at], bounds):
                break
            at, bounds = at + 1, None
        else:
            return found
        if not 0 <= clock() - asked <= patience.seconds:  # below 0: the clock was put back meanwhile
            return {}
        await pause(patience.pause_seconds)
        _, *later = await _reaches(connection)


def _ends(stage: StageReach) -> dict[Partition, int]:
    return {place: reach.end for place, reach in stage.partitions.items()}


async def _reaches(connection: Connection) -> Sequence[StageReach]:
    return await with_own_progress(connection, await asyncio.to_thread(read_reaches, connection))


async def _published(servers: str, intake: StageReach, asked_ms: int) -> dict[str, int]:
    """Return the watermark of each department as far as intake goes."""
    unread = {place: reach for place, reach in intake.partitions.items() if _start(reach) < reach.end}
    starts = {place: _start(reach) for place, reach in unread.items()}
    seen = await first_records(servers, starts, {place: (reach.first, reach.stable) for place, reach in unread.items()})
    # what a transaction under way hides was published, too; it is stamped already, and comes once that ends
    hidden = {place: max(reach.stable, starts[place]) for place, reach in unread.items() if place not in seen}
    ends = {place: (reach.first, reach.end) for place, reach in unread.items()}
    seen |= await first_records(servers, hidden, ends, committed=False)
    stamps: dict[str, list[int]] = {department_of(place.topic): [] for place in intake.partitions}
    for place, record in seen.items():
        stamps[department_of(place.topic)].append(record.timestamp)
    return {name: watermark_ms(asked_ms, found) for name, found in sorted(stamps.items())}


async def _has_read(servers: str, stage: StageReach, bounds: Mapping[Partition, int]) -> bool:
    """Tell whether a stage has read what stands before these offsets."""
    left = {
        place: reach for place, reach in stage.partitions.items() if place in bounds and _start(reach) < bounds[place]
    }
    if any(reach.stable < bounds[place] for place, reach in left.items()):
        return False
    # the last offsets are those of markers, which no stage notes as read
    found = await first_records(
        servers,
        {place: _start(reach) for place, reach in left.items()},
        {place: (reach.first, bounds[place]) for place, reach in left.items()},
    )
    return all(record.offset >= bounds[place] for place, record in found.items())


def _start(reach: PartitionReach) -> int:
    return max(reach.position or 0, reach.first)
