"""The lanes that a worker holds of one stage, between the consumer and the stage's agent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import defaultdict
from collections.abc import Callable

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.lane import Lane

__all__ = ["Lanes"]

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 1.0
_CANCEL_SECONDS = 8.0
_EXIT_STUCK = 70

MakeLane = Callable[[int, frozenset[Partition], Callable[[], None]], Lane]


class Lanes:
    """Starts lanes on an assignment, ends them before a revocation, routes batches to them."""

    def __init__(self, stage: str, make_lane: MakeLane) -> None:
        self._stage = stage
        self._make_lane = make_lane
        self._lanes: dict[int, Lane] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._room = asyncio.Event()

    @property
    def numbers(self) -> list[int]:
        """The lanes held now."""
        return sorted(self._lanes)

    def wanted(self) -> set[Partition]:
        """Return the partitions whose lanes take more records now."""
        return {partition for lane in self._lanes.values() if lane.wants_records for partition in lane.partitions}

    async def wait_wanted(self, timeout_seconds: float) -> None:
        """Return when a lane became ready or has room again, or after the time-out."""
        self._room.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._room.wait()

    def assign(self, partitions: set[Partition]) -> None:
        """Acquire a lane for each partition number; returns at once."""
        by_number: defaultdict[int, set[Partition]] = defaultdict(set)
        for partition in partitions:
            by_number[partition.partition].add(partition)
        for number, group in by_number.items():
            if number in self._lanes:
                continue
            lane = self._make_lane(number, frozenset(group), self._room.set)
            self._lanes[number] = lane
            self._tasks[number] = asyncio.create_task(lane.run(), name=f"lane {self._stage}/{number}")

    def deliver(self, batch: Batch) -> None:
        """Give a batch to its lane; without one it is dropped, for its records will come again."""
        lane = self._lanes.get(batch.partition.partition)
        if lane is not None:
            lane.offer(batch)

    async def release(self) -> None:
        """End all lanes; the group waits for this, so it is bounded.

        A transaction under way has a second to finish. Then tasks are cancelled, again and again:
        libraries swallow a single cancel. A task that survives that ends the process; the
        supervisor starts another, and nothing is lost, because nothing was committed.
        """
        lanes, tasks = self._lanes, self._tasks
        self._lanes, self._tasks = {}, {}
        for lane in lanes.values():
            lane.close()
        pending = set(tasks.values())
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
