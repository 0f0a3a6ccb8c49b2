"""A lane: one partition number of a stage's topics, processed exactly once.

Safety rests on one rule: one transactional id per lane, and every fence is followed by reading the
committed offsets and bringing the state up to date. Who owns a lane is decided by the transaction
coordinator; the group's membership only decides who tries. Any error ends the acquisition, and the
lane is acquired again: the same path as an assignment, so there is one way to recover and it is
taken all the time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Container, Iterable

from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.changelog import read_tail
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.inbox import Inbox
from creditbus.services.engine.pipeline import Finish, Pipeline
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.step import Stage, StoreKind
from creditbus.services.engine.store import Store
from creditbus.services.engine.transaction import TransactionalProducer
from creditbus.services.engine.transport import Positions
from creditbus.services.engine.turns import Turns
from creditbus.services.engine.waiting import Waiting

__all__ = ["Lane"]

logger = logging.getLogger(__name__)


class Lane:
    """Acquires, processes and releases one lane; `run` is its task."""

    def __init__(
        self,
        *,
        stage: Stage,
        number: int,
        partitions: Iterable[Partition],
        settings: EngineSettings,
        positions: Positions,
        store: Store | None,
        schemas: Schemas,
        finish: Finish,
        turns: Turns,
        on_room: Callable[[], None],
    ) -> None:
        self.number = number
        self.partitions = frozenset(partitions)
        self._stage = stage
        self._settings = settings
        self._positions = positions
        self._store = store
        self._schemas = schemas
        self._finish = finish
        self._turns = turns
        self._on_room = on_room
        self._group = f"{settings.application}-{stage.name}"
        self._inbox = Inbox()
        self._closed = False
        self._producer: TransactionalProducer | None = None
        self._pipeline: Pipeline | None = None
        self._name = f"{stage.name}/{number}"
        self._changelog = Partition(stage.changelog, number)
        self._waiting = Waiting(settings, stage.name, self._name)

    # -- what the transport asks and gives ------------------------------------------------------

    @property
    def wants_records(self) -> bool:
        """Whether the lane's partitions should be fetched now."""
        return self._pipeline is not None and not self._closed and self._inbox.records < self._settings.queue_records

    def offer(self, batch: Batch) -> None:
        """Take a batch; one of an earlier acquisition is dropped: its records come again."""
        if not self._closed and self._inbox.offer(batch) and self._pipeline is not None:
            self._pipeline.stir()

    # -- the task -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Acquire and process until closed; never ends by an error."""
        waiting = self._waiting
        while not self._closed:
            try:
                pipeline = await self._acquire()
                waiting.recovered(self._proven)
                await pipeline.run()
            except asyncio.CancelledError:
                if not self._closed:
                    raise
            except Exception as error:  # noqa: BLE001 -- whatever it is, acquiring again is the remedy
                waiting.failed(error)
            await self._release()
            if not self._closed:
                await waiting.pause()
        waiting.over()

    @property
    def _proven(self) -> Container[str]:
        """The dependencies that an acquisition uses; that another one is back only a batch can tell."""
        return {"kafka", "redis"} if self._stage.store == StoreKind.REDIS else {"kafka"}

    def close(self) -> None:
        """Ask the task to end; a transaction under way is let through."""
        self._closed = True
        if self._pipeline is not None:
            self._pipeline.close()

    async def _release(self) -> None:
        if self._pipeline is not None:
            metrics.LANES_READY.labels(self._stage.name).dec()
            metrics.LANE_LAG.labels(self._stage.name, self.number).set(0)
        self._pipeline = None
        self._inbox.shut()
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    # -- acquiring ------------------------------------------------------------------------------

    async def _acquire(self) -> Pipeline:
        began = time.monotonic()
        producer = TransactionalProducer(self._settings, f"{self._group}-{self.number}", self._group)
        self._producer = producer
        await producer.fence()
        async with asyncio.timeout(self._settings.transaction_timeout_seconds):
            offsets = await self._start_offsets()
        checkpoint = await self._restore(self._store) if self._store is not None and self._stage.changelog else None
        self._inbox.open(offsets, await self._positions.seek(offsets))
        pipeline = self._pipeline = self._make_pipeline(producer, checkpoint)
        if self._closed:
            pipeline.close()
        self._on_room()
        metrics.LANES_READY.labels(self._stage.name).inc()
        metrics.LANE_ACQUIRED.labels(self._stage.name).inc()
        metrics.LANE_ACQUIRE_SECONDS.labels(self._stage.name).observe(time.monotonic() - began)
        logger.info("%s: acquired in %.2f s", self._name, time.monotonic() - began)
        return pipeline

    def _make_pipeline(self, producer: TransactionalProducer, checkpoint: int | None) -> Pipeline:
        return Pipeline(
            stage=self._stage,
            number=self.number,
            settings=self._settings,
            inbox=self._inbox,
            store=self._store,
            checkpoint=checkpoint,
            schemas=self._schemas,
            producer=producer,
            finish=self._finish,
            turns=self._turns,
            on_room=self._on_room,
            on_batch=self._waiting.recovered,
        )

    async def _start_offsets(self) -> dict[Partition, int]:
        committed = await self._positions.committed(self.partitions)
        first, end = await self._positions.bounds(self.partitions)
        offsets = {}
        for partition in self.partitions:
            offset = committed.get(partition)
            if offset is None:
                offset = first[partition]
            elif offset > end[partition]:
                logger.error(
                    "%s: %s was created again: committed offset %d, end %d; reading it from its start",
                    self._name,
                    partition.topic,
                    offset,
                    end[partition],
                )
                offset = first[partition]
            elif offset < first[partition]:
                logger.error(
                    "%s: %s lost %d records to retention before they were read",
                    self._name,
                    partition.topic,
                    first[partition] - offset,
                )
                offset = first[partition]
            offsets[partition] = offset
        return offsets

    async def _restore(self, store: Store) -> int:
        checkpoint = await store.checkpoint(self.number)
        count = 0
        async for entries, position in read_tail(self._settings, self._changelog, checkpoint):
            await store.write(self.number, entries, checkpoint, position)
            checkpoint = position
            count += len(entries)
        if checkpoint is None:
            await store.write(self.number, {}, None, 0)
            checkpoint = 0
        if count:
            metrics.RESTORED_RECORDS.labels(self._stage.name).inc(count)
            logger.info("%s: restored %d records from %s", self._name, count, self._changelog.topic)
        return checkpoint
