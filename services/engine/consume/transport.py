"""A Faust transport that delivers record batches.

Registered under the entry point group `faust.transports`, chosen by the scheme `creditbus://` of an
app's broker address. One Faust message is the records of all partitions from one fetch, so the cost
of Faust's own path is paid neither per record nor per partition.

What differs from Faust's Kafka transport, and why:

- the consumer reads committed records only, with a short fetch wait (Faust: 1.5 s), and partitions
  go out by range, so that a stage's lane is the same partition number of all its topics;
- `_drain_messages` is ours: Faust's drops records that it popped while the flow was stopped, polls
  for a second, and tracks offsets a record at a time;
- Faust commits nothing: topics are declared with `acks=False`, and offsets are part of the lane's
  transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, cast

import faust.transport.drivers.aiokafka as faust_aiokafka
from faust.types import TP, ConsumerMessage
from mode import Service
from mode.types import ServiceT

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.consumer_thread import ConsumerThread
from creditbus.services.engine.consume.listener import RebalanceListener, hooks_of
from creditbus.services.engine.consume.offsets import OffsetRange, Offsets

__all__ = ["BatchConsumer", "Transport"]


logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_MEASURE_SECONDS = 2.0


class BatchConsumer(faust_aiokafka.Consumer):
    """Hands batches to the app and gives the stage its say at every rebalance."""

    _thread: ConsumerThread

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _owner(self) -> RebalanceListener:
        return hooks_of(self.app).listener

    @property
    def positions(self) -> Offsets:
        """The positions of the partitions, for lanes."""
        return _ThreadPositions(self._thread)

    @property
    def is_member(self) -> bool:
        """Whether the group knows this consumer."""
        return self._thread.is_member

    @Service.task
    async def _look_after_membership(self) -> None:
        while not self.should_stop:
            await self._thread.keep_membership()
            await self.sleep(_LOOK_SECONDS)

    @Service.task
    async def _measure_backlog(self) -> None:
        lag = hooks_of(self.app).lag
        while not self.should_stop:
            await lag.measure()
            await self.sleep(_MEASURE_SECONDS)

    async def perform_seek(self) -> None:
        """Acquire the lanes of this assignment.

        Faust calls this once per assignment, after the group's callbacks and outside of them: a
        lane may take as long as it needs while heartbeats go on. It returns at once.
        """
        self._thread.sought()
        self._owner.assign({Partition(*tp) for tp in self.assignment()})

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Release the lanes before the group learns that the partitions are free."""
        await self._owner.release()
        await super().on_partitions_revoked(revoked)

    async def on_stop(self) -> None:
        """Release the lanes before the consumer leaves the group."""
        await self._owner.release()
        await super().on_stop()

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        try:
            await self._drain(fetcher)
        except asyncio.CancelledError:
            # Only the fetcher's own stop cancels this. Faust takes a cancellation during a rebalance for a crash, and
            # its answer to that fails, too: a stop during a rebalance wrote three tracebacks for each stage.
            return

    async def _drain(self, fetcher: ServiceT) -> None:
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait_first(self.can_resume_flow.wait(), fetcher._stopped.wait())  # type: ignore[attr-defined]
                continue
            wanted = self._owner.wanted()
            if not wanted:
                await self._owner.wait_wanted(0.5)
                continue
            try:
                batches = await self._thread.fetch(wanted, 100)
            except self.consumer_stopped_errors:
                if self.app.should_stop:
                    return
                raise
            if not batches:
                # nothing is assigned yet, or the fetch waited in vain: let other tasks run
                await asyncio.sleep(0.01)
                continue
            message = _message(batches, self.app.consumer_generation_id)
            await self.wait_first(self.callback(message), self.suspend_flow.wait())

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Leave out Faust's check of its own commits: there are none."""


class _ThreadPositions:
    def __init__(self, thread: ConsumerThread) -> None:
        self._thread = thread

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        return await self._thread.committed(partitions)

    async def bounds(self, partitions: Iterable[Partition]) -> tuple[dict[Partition, int], dict[Partition, int]]:
        return await self._thread.bounds(partitions)

    async def reach(self, partitions: Iterable[Partition]) -> dict[Partition, OffsetRange]:
        return await self._thread.reach(partitions)

    def next_assignment_epoch(self) -> int:
        return self._thread.next_assignment_epoch()

    async def seek(self, offsets: Mapping[Partition, int], assignment_epoch: int) -> None:
        await self._thread.seek_all(offsets, assignment_epoch)


def _message(batches: Sequence[Batch], generation: int) -> ConsumerMessage:
    """Return what was fetched at once as one message; Faust needs a place of it, and any will do."""
    topic, number = batches[0].partition
    return ConsumerMessage(
        topic,
        number,
        batches[0].end - 1,
        0.0,
        0,
        None,
        None,
        cast("bytes", batches),
        None,
        0,
        0,
        TP(topic, number),
        generation_id=generation,
    )


class Transport(faust_aiokafka.Transport):
    """Kafka by record batches; `creditbus://host:port`."""

    Consumer: ClassVar[type[BatchConsumer]] = BatchConsumer
