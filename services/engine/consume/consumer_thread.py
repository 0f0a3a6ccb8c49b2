"""The consumer of a stage in a thread of its own, and what it is asked from the main thread."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

import faust.transport.drivers.aiokafka as faust_aiokafka
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faust.types import TP

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.assignor import SubscriptionAssignor, join_by_one_request
from creditbus.services.engine.consume.fetcher import StageFetcher, stage_fetcher
from creditbus.services.engine.consume.listener import hooks_of
from creditbus.services.engine.consume.offsets import OffsetRange

__all__ = ["ConsumerThread"]

logger = logging.getLogger(__name__)

_ANSWER_SECONDS: Final = 4.0
_NO_GENERATION: Final = -1


class ConsumerThread(faust_aiokafka.AIOKafkaConsumerThread):
    """Owns the consumer in its own thread, so heartbeats go on while the main thread computes."""

    _fetcher: StageFetcher

    def __post_init__(self) -> None:
        """Prepare the state that only this thread touches."""
        super().__post_init__()
        self._assignment_epochs: dict[Partition, int] = {}
        self._assignment_epoch = itertools.count(1)
        self._group_error = ""

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # aiokafka reads these when it starts; Faust's settings cannot express them
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = hooks_of(self.app).fetch_wait_ms
        consumer._partition_assignment_strategy = [SubscriptionAssignor(), RangePartitionAssignor]
        return consumer

    async def on_start(self) -> None:
        """Start the consumer, and let it ask as often as the lanes have a use for."""
        await super().on_start()
        join_by_one_request(self._ensure_consumer()._coordinator)
        lanes = hooks_of(self.app).listener
        self._fetcher = stage_fetcher(self._ensure_consumer(), lambda: lanes.has_full_batch)

    async def fetch(self, wanted: set[Partition], timeout_ms: int) -> list[Batch]:
        """Return what is there of the wanted partitions; waits at most `timeout_ms` for the first."""
        batches: list[Batch] = await self.call_thread(self._fetch, wanted, timeout_ms)
        return batches

    async def _fetch(self, wanted: set[Partition], timeout_ms: int) -> list[Batch]:
        # of partitions that no lane has acquired yet nobody wants a record
        readable = wanted & self._assignment_epochs.keys()
        if not readable or not self.consumer.flow_active:
            return []
        most = self._ensure_consumer()._max_poll_records
        taken = await self._fetcher.take(readable, timeout_ms / 1000.0, most)
        return [
            Batch(partition, records, start, end, self._assignment_epochs[partition])
            for partition, records, start, end in taken
            if partition in self._assignment_epochs
        ]

    @property
    def is_member(self) -> bool:
        """Whether the group knows this consumer."""
        coordinator = None if self._consumer is None else self._consumer._coordinator
        return coordinator is not None and coordinator.generation != _NO_GENERATION

    async def keep_membership(self) -> None:
        """Do for the group's membership what a poll of aiokafka's consumer does besides giving records.

        It says that this member is at work: without that, aiokafka ends the membership after `max.poll.interval.ms`.
        It takes the coordination's error, at which that waits until somebody takes it. Batches are fetched outside that
        poll, and not at all while nothing is assigned or lanes wait: a group that refused this member while its
        broker's disk was full was never joined again, and a stage was dead after 1,000 seconds. A longer interval would
        hide a main thread that hangs (docs/adr/0029).

        The main thread's loop asks for it, so a main thread that hangs still loses its partitions to another worker.

        Raises:
            KafkaError: the coordination itself has ended; only a new consumer helps.

        """
        # not by call_thread: its queue has two workers, and both may wait for a Kafka that is away
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._keep_membership(), self.thread_loop))

    async def _keep_membership(self) -> None:
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

    async def reach(self, partitions: Iterable[Partition]) -> dict[Partition, OffsetRange]:
        """Return how far partitions were read and could be; a request to the group and one to each leader."""
        # not by call_thread: its queue has two workers, and lanes need them while Kafka leaves this without an answer
        asked = asyncio.run_coroutine_threadsafe(self._reach(list(partitions)), self.thread_loop)
        return await asyncio.wrap_future(asked)

    async def _reach(self, partitions: list[Partition]) -> dict[Partition, OffsetRange]:
        consumer = self._ensure_consumer()
        async with asyncio.timeout(_ANSWER_SECONDS):
            committed = await self._committed(partitions)
            unread = [partition for partition, offset in committed.items() if offset is None]
            first = await consumer.beginning_offsets(unread) if unread else {}
            end = await consumer.end_offsets(partitions)
        read = first | {partition: offset for partition, offset in committed.items() if offset is not None}
        return {partition: OffsetRange(read[partition], end[partition]) for partition in partitions}

    def next_assignment_epoch(self) -> int:
        """Return a number that no acquisition had before."""
        return next(self._assignment_epoch)

    async def seek_all(self, offsets: Mapping[Partition, int], assignment_epoch: int) -> None:
        """Read on from `offsets`; the batches read from here on carry the assignment_epoch."""
        await self.call_thread(self._seek_all, dict(offsets), assignment_epoch)

    async def _seek_all(self, offsets: dict[Partition, int], assignment_epoch: int) -> None:
        for partition, offset in offsets.items():
            self._fetcher.seek_to(partition, offset)
            self._assignment_epochs[partition] = assignment_epoch
        self._fetcher.sought()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget the assignment epochs first: what is still fetched of these partitions is worthless."""
        self._assignment_epochs.clear()
        self.sought()
        await super().on_partitions_revoked(revoked)

    def sought(self) -> None:
        """Ask often for a while: lanes will ask for their bounds, and a broker answers one request at a time."""
        self._fetcher.sought()

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Leave out Faust's check of its own commits: there are none."""
