"""The lanes that a worker holds of one stage, between the consumer and the stage's agent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.run.lane_range import LaneRange, ranges_of
from creditbus.services.engine.run.range_owner import RangeOwner

__all__ = ["Assignment"]

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 1.0
_CANCEL_SECONDS = 8.0
_EXIT_STUCK = 70

MakeOwner = Callable[[LaneRange, frozenset[Partition], Callable[[], None]], RangeOwner]


class Assignment:
    """Starts owners of lanes on an assignment, ends them before a revocation, routes batches to them.

    Args:
        stage: its name.
        count: how many lanes it has in all.
        make_owner: makes the owner of a range.

    """

    def __init__(self, stage: str, count: int, make_owner: MakeOwner) -> None:
        self._stage = stage
        self._count = count
        self._make_owner = make_owner
        self._owners: dict[int, RangeOwner] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()

    @property
    def numbers(self) -> list[int]:
        """The lanes held now."""
        return sorted(self._owners)

    @property
    def ready(self) -> int:
        """How many of them accept records."""
        return sum(len(owner.numbers) for owner in set(self._owners.values()) if owner.ready)

    @property
    def activity(self) -> int:
        """A count of all that moves them on: batches that are through, chunks of state restored."""
        return sum(owner.activity for owner in set(self._owners.values()))

    @property
    def dependency(self) -> str:
        """What lanes wait for; empty: none of them waits."""
        return next((owner.dependency for owner in set(self._owners.values()) if owner.dependency), "")

    @property
    def has_full_batch(self) -> bool:
        """Whether a whole batch of records waits somewhere."""
        return any(owner.has_full_batch for owner in set(self._owners.values()))

    @property
    def partitions(self) -> set[Partition]:
        """The partitions of these lanes."""
        return {partition for owner in set(self._owners.values()) for partition in owner.partitions}

    def after_markers(self, partition: Partition, offset: int) -> int:
        """Return the offset after what follows `offset` and holds no records, as far as its lane knows."""
        return self._owners[partition.partition].after_markers(partition, offset)

    def mark_unreachable(self, dependency: str) -> None:
        """Show the lanes as waiting for a dependency; those that say so themselves stay as they are."""
        for owner in set(self._owners.values()):
            owner.mark_unreachable(dependency)

    def mark_reachable(self) -> None:
        """Take `mark_unreachable` back."""
        for owner in set(self._owners.values()):
            owner.mark_reachable()

    def wanted(self) -> set[Partition]:
        """Return the partitions whose lanes take more records now."""
        owners = set(self._owners.values())
        return set().union(*(owner.wanted(len(owners)) for owner in owners))

    async def wait_wanted(self, timeout_seconds: float) -> None:
        """Return when a lane became ready or has room again, or after the time-out."""
        self._room.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._room.wait()

    def assign(self, partitions: set[Partition]) -> None:
        """Acquire a lane for each partition number; returns at once."""
        fresh = {partition.partition for partition in partitions} - self._owners.keys()
        for lane_range in ranges_of(fresh, self._count):
            inside = range(lane_range.first, lane_range.first + lane_range.size)
            owner = self._make_owner(
                lane_range,
                frozenset(partition for partition in partitions if partition.partition in inside),
                self._room.set,
            )
            self._owners |= dict.fromkeys(owner.numbers, owner)
            self._tasks.add(asyncio.create_task(owner.run(), name=f"lanes {self._stage}/{lane_range}"))

    def deliver(self, batch: Batch) -> None:
        """Give a batch to its lane; without one it is dropped, for its records will come again."""
        owner = self._owners.get(batch.partition.partition)
        if owner is not None:
            owner.offer(batch)

    def renew(self) -> None:
        """Acquire all lanes again, by what the city declares now; returns at once."""
        for owner in set(self._owners.values()):
            owner.renew()

    async def release(self) -> None:
        """End all lanes; the group waits for this, so it is bounded.

        A transaction under way has a second to finish. Then tasks are cancelled, again and again:
        libraries swallow a single cancel. A task that survives that ends the process; the
        supervisor starts another, and nothing is lost, because nothing was committed (docs/adr/0001).
        """
        owners, pending = set(self._owners.values()), self._tasks
        self._owners, self._tasks = {}, set()
        for owner in owners:
            owner.close()
        if pending:
            _, pending = await asyncio.wait(pending, timeout=_GRACE_SECONDS)
        deadline = asyncio.get_running_loop().time() + _CANCEL_SECONDS
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=_GRACE_SECONDS)
            if pending and asyncio.get_running_loop().time() > deadline:
                logger.critical("%s: a lane does not end; ending the process", self._stage)
                os._exit(_EXIT_STUCK)
