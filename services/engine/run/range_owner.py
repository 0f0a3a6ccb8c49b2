"""Owns the lanes of one range: acquires them, processes them exactly once, gives them up.

Safety rests on one rule: a range has one transactional id; who takes it fences every range that overlaps
it, and only then reads the committed offsets and brings the state up to date. The transaction
coordinator decides which worker owns a lane; the group's membership only decides who tries. Any error ends the
acquisition, and the range is acquired again: the same path as an assignment, so there is one way to
recover and it is taken all the time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Container, Iterable, Mapping

from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.offsets import Offsets
from creditbus.services.engine.errors import OutdatedError
from creditbus.services.engine.gather import gather
from creditbus.services.engine.metric_updates import forget_endings, forget_lag
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.run.adoption import adopt
from creditbus.services.engine.run.backoff import Backoff
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.run.lane_range import LaneRange, overlapping
from creditbus.services.engine.run.losses import settle_losses
from creditbus.services.engine.run.pipeline import Pipeline
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.run.start_offset import StartOffset, start_offset_of
from creditbus.services.engine.stage.contract import StoreKind
from creditbus.services.engine.store.stored_offsets import StoredOffset

__all__ = ["RangeOwner"]

logger = logging.getLogger(__name__)


class RangeOwner:
    """Acquires, processes and releases the lanes of one range; `run` is its task."""

    def __init__(
        self,
        runtime: StageRuntime,
        lane_range: LaneRange,
        partitions: Iterable[Partition],
        positions: Offsets,
        on_room: Callable[[], None],
    ) -> None:
        self.partitions = frozenset(partitions)
        self._runtime = runtime
        self._stage = runtime.stage
        self._settings = runtime.settings
        self._ids = runtime.ids
        self._lane_range = lane_range
        self._positions = positions
        self._on_room = on_room
        numbers = sorted({partition.partition for partition in self.partitions})
        changelog, piece_key = runtime.stage.changelog, runtime.stage.piece_key
        self._lanes = {number: Lane(number, runtime.store, changelog, runtime.ids, piece_key) for number in numbers}
        self._name = f"{runtime.stage.name}/{lane_range}"
        self._waiting = Backoff(runtime.settings, runtime.stage.name, self._name, len(numbers))
        self._batches = 0
        self._closed = False
        self._renewed = False
        self._producer: TransactionalProducer | None = None
        self._pipeline: Pipeline | None = None

    # -- what the transport asks and gives ------------------------------------------------------

    @property
    def numbers(self) -> list[int]:
        """The lanes."""
        return list(self._lanes)

    @property
    def ready(self) -> bool:
        """Whether the lanes accept records."""
        return self._pipeline is not None

    @property
    def activity(self) -> int:
        """A count of all that moves the lanes on: batches that are through, chunks of state restored."""
        return self._batches + sum(lane.activity for lane in self._lanes.values())

    @property
    def dependency(self) -> str:
        """What the lanes wait for: "kafka", "redis", "registry"; empty: for nothing."""
        return self._waiting.dependency

    @property
    def has_full_batch(self) -> bool:
        """Whether a whole batch of records waits."""
        waiting = sum(lane.inbox.records for lane in self._lanes.values())
        return waiting >= self._runtime.batch_records

    def wanted(self, ranges: int = 1) -> set[Partition]:
        """Return the partitions that should be fetched now, where the worker holds this number of ranges of the stage.

        What waits is bounded for the stage, not for each range or lane: else their number would be as many times the
        memory, and two transactions at once take no more. Beyond the bound only lanes with less than their share are
        fetched.
        """
        if self._pipeline is None or self._closed:
            return set()
        waiting = {number: lane.inbox.records for number, lane in self._lanes.items()}
        bound = self._settings.queue_records // ranges
        if sum(waiting.values()) < bound:
            return set(self.partitions)
        share = bound // len(waiting)
        return {partition for partition in self.partitions if waiting[partition.partition] < share}

    def offer(self, batch: Batch) -> None:
        """Take a batch; one of an earlier acquisition is dropped: its records come again."""
        lane = self._lanes[batch.partition.partition]
        if not self._closed and lane.inbox.offer(batch) and self._pipeline is not None:
            self._pipeline.wake()

    # -- what the timer asks and tells ----------------------------------------------------------

    def after_markers(self, partition: Partition, offset: int) -> int:
        """Return the offset after what follows `offset` and holds no records, as far as the lane knows."""
        return self._lanes[partition.partition].inbox.after_markers(partition, offset)

    def mark_unreachable(self, dependency: str) -> None:
        """Show that a dependency does not answer, be there nothing to do."""
        self._waiting.mark_unreachable(dependency)

    def mark_reachable(self) -> None:
        """Take `mark_unreachable` back."""
        self._waiting.mark_reachable()

    # -- the task -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Acquire and process until closed; never ends by an error."""
        try:
            await self._go_on()
        finally:
            # also where a pause is cancelled, or the end of a connection: what is shown is of these lanes alone
            self._waiting.over()

    async def _go_on(self) -> None:
        waiting = self._waiting
        while not self._closed:
            try:
                pipeline = await self._acquire()
                waiting.acquired(self._proven)
                await self._work(pipeline)
            except asyncio.CancelledError:
                if not self._closed:
                    if _is_cancelled():
                        raise
                    # of something that was waited for: aiokafka has let its own out before (`stop_consumer`)
                    logger.warning("%s: acquire again: what it waited for was cancelled", self._name)
            except OutdatedError:
                self._renewed = True
            # Every error leads here, and there is no other way to recover: one for rare errors would be tried first on
            # the day when it is needed (docs/adr/0001).
            except Exception as error:  # noqa: BLE001 -- whatever it is, acquiring again is the remedy
                waiting.failed(error)
            await self._release()
            renewed, self._renewed = self._renewed, False
            if renewed:
                continue
            if not self._closed:
                await waiting.pause()

    async def _work(self, pipeline: Pipeline) -> None:
        """Run the pipeline, and at the same time look at what the store holds of each lane."""
        try:
            async with asyncio.TaskGroup() as group:
                every = self._settings.checkpoint_seconds
                looks = [group.create_task(lane.watch_checkpoint(every)) for lane in self._lanes.values()]
                await pipeline.run()
                for look in looks:
                    look.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    @property
    def _proven(self) -> Container[str]:
        """The dependencies that an acquisition uses; that another one is back only a batch can tell."""
        return {"kafka", "redis"} if self._stage.store == StoreKind.REDIS else {"kafka"}

    def close(self) -> None:
        """Ask the task to end; a transaction under way is let through."""
        self._closed = True
        for number in self._lanes:
            forget_lag(self._stage.name, number)
            forget_endings(self._stage.name, number)
        if self._pipeline is not None:
            self._pipeline.close()

    def renew(self) -> None:
        """Let what has been computed through, then acquire the lanes again, by what the city declares now."""
        # There is no other way for a lane to change what it works by: in the middle of an acquisition records would be
        # judged by one version that another has prepared (docs/adr/0035).
        if self._pipeline is not None:
            self._renewed = True
            self._pipeline.close()

    async def _release(self) -> None:
        if self._pipeline is not None:
            metrics.LANES_READY.labels(self._stage.name).dec(len(self._lanes))
        self._pipeline = None
        for lane in self._lanes.values():
            lane.inbox.shut()
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    # -- acquiring ------------------------------------------------------------------------------

    async def _acquire(self) -> Pipeline:
        began = time.monotonic()
        producer = TransactionalProducer(self._settings, self._id(self._lane_range), self._runtime.group)
        self._producer = producer
        # its own id first, then the others, then the offsets: `lane_range` and docs/adr/0016 say why
        await producer.fence([self._id(other) for other in overlapping(self._lane_range, self._stage.lanes)])
        runtime = await self._runtime.newest()
        await self._restore()
        async with asyncio.timeout(self._settings.transaction_timeout_seconds):
            starts = await self._starts()
        await settle_losses(self._stage, list(self._lanes.values()), starts, producer, self._runtime.finish)
        offsets = {partition: start.offset for partition, start in starts.items()}
        await adopt(runtime.stage, self._lanes.values(), offsets, producer)
        # the inboxes first: what a fetch that is under way reads after the seek is here before this goes on, and would
        # be dropped as nobody's, so that the next batch showed a gap
        assignment_epoch = self._positions.next_assignment_epoch()
        for number, lane in self._lanes.items():
            mine = {partition: offset for partition, offset in offsets.items() if partition.partition == number}
            lane.inbox.open(mine, assignment_epoch)
        await self._positions.seek(offsets, assignment_epoch)
        pipeline = self._pipeline = self._make_pipeline(runtime, producer)
        self._renewed = runtime.outdated
        if self._closed or self._renewed:
            pipeline.close()
        self._on_room()
        metrics.LANES_READY.labels(self._stage.name).inc(len(self._lanes))
        metrics.LANE_ACQUIRED.labels(self._stage.name).inc(len(self._lanes))
        metrics.LANE_ACQUIRE_SECONDS.labels(self._stage.name).observe(time.monotonic() - began)
        logger.info("%s: acquired in %.2f s", self._name, time.monotonic() - began)
        return pipeline

    def _id(self, lane_range: LaneRange) -> str:
        return f"{self._runtime.group}-{lane_range}"

    def _make_pipeline(self, runtime: StageRuntime, producer: TransactionalProducer) -> Pipeline:
        lanes = list(self._lanes.values())
        return Pipeline(runtime, lanes, producer, on_room=self._on_room, on_batch=self._through)

    def _through(self) -> None:
        self._batches += 1
        self._waiting.recovered()

    async def _starts(self) -> dict[Partition, StartOffset]:
        # What the group says is not believed alone: a broker that came back has answered "nothing", and 92,131 events
        # were counted twice. A second question to the group would still be its word alone (docs/adr/0024).
        committed = await self._positions.committed(self.partitions)
        first, end = await self._positions.bounds(self.partitions)
        progress = await self._progress_beyond(committed)
        ids = self._ids
        starts = {
            place: start_offset_of(
                committed.get(place), progress.get(place), ids.of(place.topic), first[place], end[place]
            )
            for place in self.partitions
        }
        for place, start in starts.items():
            if start.forgotten:
                says = "nothing" if committed.get(place) is None else committed[place]
                logger.error(
                    "%s/%d: the group has lost how far %s was read: it says %s, and it was up to %d; reading on there",
                    self._stage.name,
                    place.partition,
                    place.topic,
                    says,
                    progress[place].position,
                )
        return starts

    async def _progress_beyond(self, committed: Mapping[Partition, int | None]) -> dict[Partition, StoredOffset]:
        """Return how far partitions were read that the group says less of; then the topics' ids are those of now."""
        found: dict[Partition, StoredOffset] = {}
        for lane in self._lanes.values():
            found |= await lane.progress(self.partitions)
        beyond = {place: read for place, read in found.items() if read.position > (committed.get(place) or 0)}
        if beyond:
            await self._ids.ask()
        return beyond

    async def _restore(self) -> None:
        count = sum(await gather([lane.restore(self._settings) for lane in self._lanes.values()]))
        if count:
            metrics.RESTORED_RECORDS.labels(self._stage.name).inc(count)
            logger.info("%s: restored %d records from %s", self._name, count, self._stage.changelog)


def _is_cancelled() -> bool:
    """Say whether somebody has asked the task to end, and not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
