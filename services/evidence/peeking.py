"""Looks at single records of topics: the first at a place, and the last of all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import Final

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.topic_reader import read_partitions

__all__ = ["Bounds", "first_records", "last_records"]

#: Of each partition the offset at which its log begins, and the one after its last record (`log_bounds`).
Bounds = Mapping[Partition, tuple[int, int]]

_PEEKED_BYTES: Final = 64 << 10
_FIRST_STEP: Final = 4
_STEP_FACTOR: Final = 32


async def first_records(
    servers: str, starts: Mapping[Partition, int], bounds: Bounds, *, committed: bool = True
) -> dict[Partition, Record]:
    """Return of each partition the first record at an offset or after it; no entry where there is none.

    What is asked of partitions without bounds is passed over. Without `committed` a record of a transaction that is
    under way or was aborted counts, too.

    Raises:
        DependencyDownError: no broker answers.

    """
    found: dict[Partition, Record] = {}
    wanted = {
        place: start
        for place, start in starts.items()
        if place in bounds and max(start, bounds[place][0]) < bounds[place][1]
    }
    if not wanted:
        return found
    reading = read_partitions(servers, wanted, partition_bytes=_PEEKED_BYTES, committed=committed)
    async with aclosing(reading) as chunks:
        async for chunk in chunks:
            for record in chunk.records:
                found.setdefault(Partition(record.topic, record.partition), record)
            # where only markers of transactions follow nothing is ever found: the position says that it is the end
            if all(place in found or chunk.positions[place] >= bounds[place][1] for place in wanted):
                break
    return found


async def last_records(servers: str, bounds: Bounds) -> dict[Partition, Record]:
    """Return the last record of each partition; no entry where it holds none.

    Raises:
        DependencyDownError: no broker answers.

    """
    found: dict[Partition, Record] = {}
    step = _FIRST_STEP
    unseen = {place: (first, end) for place, (first, end) in bounds.items() if first < end}
    while unseen:
        # the last offsets are markers and records of aborted transactions: as far back as it takes
        starts = {place: max(end - step, first) for place, (first, end) in unseen.items()}
        async for chunk in read_partitions(servers, starts):
            found |= {Partition(record.topic, record.partition): record for record in chunk.records}
        unseen = {place: bound for place, bound in unseen.items() if place not in found and starts[place] > bound[0]}
        step *= _STEP_FACTOR
    return found
