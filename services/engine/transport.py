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
import itertools
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, cast

import faust.transport.drivers.aiokafka as faust_aiokafka
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faust.types import TP, ConsumerMessage
from mode import Service
from mode.types import ServiceT

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.fetcher import StageFetcher, stage_fetcher
from creditbus.services.engine.positions import Positions, Reach

__all__ = ["BatchConsumer", "ConsumerThread", "LaneOwner", "Measured", "Transport"]


logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_MEASURE_SECONDS = 2.0
_ANSWER_SECONDS = 4.0
_NO_GENERATION = -1


class LaneOwner(Protocol):
    """What the consumer tells about its partitions (services/engine/lanes.py)."""

    def wanted(self) -> set[Partition]:
        """Return the partitions whose lanes take more records now."""

    async def wait_wanted(self, timeout_seconds: float) -> None:
        """Return when `wanted` may have grown, or after the time-out."""

    def assign(self, partitions: set[Partition]) -> None:
        """Acquire lanes for these partitions; returns at once."""

    async def release(self) -> None:
        """Give up all lanes; returns within a bounded time."""

    @property
    def busy(self) -> bool:
        """Whether a whole batch of records waits."""


class Measured(Protocol):
    """What asks how far partitions reach, again and again (services/engine/backlog.py)."""

    async def measure(self) -> None:
        """Ask once."""


class ConsumerThread(faust_aiokafka.AIOKafkaConsumerThread):
    """Owns the consumer in its own thread, so heartbeats go on while the main thread computes."""

    _fetcher: StageFetcher

    def __post_init__(self) -> None:
        """Prepare the state that only this thread touches."""
        super().__post_init__()
        self._incarnations: dict[Partition, int] = {}
        self._incarnation = itertools.count(1)
        self._group_error = ""

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # aiokafka reads these when it starts; Faust's settings cannot express them
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = self.app.creditbus_fetch_wait_ms  # type: ignore[attr-defined] # a StageApp
        consumer._partition_assignment_strategy = [RangePartitionAssignor]
        return consumer

    async def on_start(self) -> None:
        """Start the consumer, and let it ask as often as the lanes have a use for."""
        await super().on_start()
        lanes = _lanes_of(self.app)
        self._fetcher = stage_fetcher(self._ensure_consumer(), lambda: lanes.busy)

    async def fetch(self, wanted: set[Partition], timeout_ms: int) -> list[Batch]:
        """Return what is there of the wanted partitions; waits at most `timeout_ms` for the first."""
        batches: list[Batch] = await self.call_thread(self._fetch, wanted, timeout_ms)
        return batches

    async def _fetch(self, wanted: set[Partition], timeout_ms: int) -> list[Batch]:
        # of partitions that no lane has acquired yet nobody wants a record
        readable = wanted & self._incarnations.keys()
        if not readable or not self.consumer.flow_active:
            return []
        most = self._ensure_consumer()._max_poll_records
        taken = await self._fetcher.take(readable, timeout_ms / 1000.0, most)
        return [
            Batch(partition, records, start, end, self._incarnations[partition])
            for partition, records, start, end in taken
            if partition in self._incarnations
        ]

    @property
    def is_member(self) -> bool:
        """Whether the group knows this consumer."""
        coordinator = None if self._consumer is None else self._consumer._coordinator
        return coordinator is not None and coordinator.generation != _NO_GENERATION

    async def look(self) -> None:
        """Do for the group's membership what a poll of aiokafka's consumer does besides giving records.

        It says that this member is at work: without that, aiokafka ends the membership after `max.poll.interval.ms`.
        It takes the coordination's error, at which that waits until somebody takes it. Batches are fetched beside that
        poll, and not at all while nothing is assigned or lanes wait: a group that refused this member while its
        broker's disk was full was never joined again, and a stage was dead after 1,000 seconds.

        The main thread's loop asks for it, so a main thread that hangs still loses its partitions to another worker.

        Raises:
            KafkaError: the coordination itself has ended; only a new consumer helps.

        """
        # not by call_thread: its queue has two workers, and both may wait for a Kafka that is away
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._look(), self.thread_loop))

    async def _look(self) -> None:
        consumer = self._consumer
        coordinator = None if consumer is None else consumer._coordinator
        if coordinator is None:
            return
        self._fetcher.polled()
        try:
            coordinator.check_errors()
        except KafkaError as error:
            if coordinator._coordination_task.done():
                raise
            if repr(error) != self._group_error:
                self._group_error = repr(error)
                logger.warning("%s: the group: %r; joining it again", self.app.conf.id, error)
        else:
            if coordinator.generation != _NO_GENERATION:
                self._group_error = ""

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        """Return the group's committed offsets, read from the coordinator now."""
        offsets: dict[Partition, int | None] = await self.call_thread(self._committed, list(partitions))
        return offsets

    async def _committed(self, partitions: list[Partition]) -> dict[Partition, int | None]:
        coordinator = self._ensure_consumer()._coordinator
        offsets = await coordinator.fetch_committed_offsets(partitions)
        return {tp: offsets[tp].offset if tp in offsets and offsets[tp].offset >= 0 else None for tp in partitions}

    async def bounds(self, partitions: Iterable[Partition]) -> tuple[dict[Partition, int], dict[Partition, int]]:
        """Return the first and the end offsets of partitions."""
        tps = list(partitions)
        consumer = self._ensure_consumer()
        first = await self.call_thread(consumer.beginning_offsets, tps)
        end = await self.call_thread(consumer.end_offsets, tps)
        return first, end

    async def reach(self, partitions: Iterable[Partition]) -> dict[Partition, Reach]:
        """Return how far partitions were read and could be; a request to the group and one to each leader."""
        # not by call_thread: its queue has two workers, and lanes need them while Kafka leaves this without an answer
        asked = asyncio.run_coroutine_threadsafe(self._reach(list(partitions)), self.thread_loop)
        return await asyncio.wrap_future(asked)

    async def _reach(self, partitions: list[Partition]) -> dict[Partition, Reach]:
        consumer = self._ensure_consumer()
        async with asyncio.timeout(_ANSWER_SECONDS):
            committed = await self._committed(partitions)
            unread = [partition for partition, offset in committed.items() if offset is None]
            first = await consumer.beginning_offsets(unread) if unread else {}
            end = await consumer.end_offsets(partitions)
        read = first | {partition: offset for partition, offset in committed.items() if offset is not None}
        return {partition: Reach(read[partition], end[partition]) for partition in partitions}

    def next_incarnation(self) -> int:
        """Return a number that no acquisition had before."""
        return next(self._incarnation)

    async def seek_all(self, offsets: Mapping[Partition, int], incarnation: int) -> None:
        """Read on from `offsets`; the batches read from here on carry the incarnation."""
        await self.call_thread(self._seek_all, dict(offsets), incarnation)

    async def _seek_all(self, offsets: dict[Partition, int], incarnation: int) -> None:
        for partition, offset in offsets.items():
            self._fetcher.seek_to(partition, offset)
            self._incarnations[partition] = incarnation
        self._fetcher.sought()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget the incarnations first: what is still fetched of these partitions is worthless."""
        self._incarnations.clear()
        self.sought()
        await super().on_partitions_revoked(revoked)

    def sought(self) -> None:
        """Ask often for a while: lanes will ask for their bounds, and a broker answers one request at a time."""
        self._fetcher.sought()

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Leave out Faust's check of its own commits: there are none."""


class BatchConsumer(faust_aiokafka.Consumer):
    """Hands batches to the app and gives the stage its say at every rebalance."""

    _thread: ConsumerThread

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _owner(self) -> LaneOwner:
        return _lanes_of(self.app)

    @property
    def positions(self) -> Positions:
        """The positions of the partitions, for lanes."""
        return _ThreadPositions(self._thread)

    @property
    def is_member(self) -> bool:
        """Whether the group knows this consumer."""
        return self._thread.is_member

    @Service.task
    async def _look_after_membership(self) -> None:
        while not self.should_stop:
            await self._thread.look()
            await self.sleep(_LOOK_SECONDS)

    @Service.task
    async def _measure_backlog(self) -> None:
        backlog = cast("Measured", self.app.creditbus_backlog)  # type: ignore[attr-defined] # a StageApp
        while not self.should_stop:
            await backlog.measure()
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
            # its answer to that fails, too: a stop beside a rebalance wrote three tracebacks for each stage.
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

    async def reach(self, partitions: Iterable[Partition]) -> dict[Partition, Reach]:
        return await self._thread.reach(partitions)

    def next_incarnation(self) -> int:
        return self._thread.next_incarnation()

    async def seek(self, offsets: Mapping[Partition, int], incarnation: int) -> None:
        await self._thread.seek_all(offsets, incarnation)


def _lanes_of(app: Any) -> LaneOwner:
    """Return the lanes of a StageApp; Faust knows it as an app."""
    return cast("LaneOwner", app.creditbus_lanes)


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
