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
from collections import deque
from collections.abc import Callable, Container, Iterable
from typing import Any

from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.changelog import read_tail
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.errors import GapError
from creditbus.services.engine.observation import PhaseClock, observe_batch
from creditbus.services.engine.output import Output
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.state import MissingKeysError, StateView
from creditbus.services.engine.step import Stage, StoreKind
from creditbus.services.engine.store import Store
from creditbus.services.engine.transaction import TransactionalProducer
from creditbus.services.engine.transport import Positions
from creditbus.services.engine.waiting import Waiting

__all__ = ["Finish", "Lane"]

logger = logging.getLogger(__name__)

#: Adds the engine's own records (the ledger's) to a batch's output.
Finish = Callable[[Output], None]


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
        self._on_room = on_room
        self._group = f"{settings.application}-{stage.name}"
        self._inbox: deque[Batch] = deque()
        self._queued = 0
        self._arrived = asyncio.Event()
        self._ready = False
        self._closed = False
        self._incarnation = 0
        self._expected: dict[Partition, int] = {}
        self._checkpoint: int | None = None
        self._producer: TransactionalProducer | None = None
        self._name = f"{stage.name}/{number}"
        self._changelog = Partition(stage.changelog, number)
        self._lag: dict[Partition, int] = {}

    # -- what the transport asks and gives ------------------------------------------------------

    @property
    def wants_records(self) -> bool:
        """Whether the lane's partitions should be fetched now."""
        return self._ready and not self._closed and self._queued < self._settings.queue_records

    def offer(self, batch: Batch) -> None:
        """Take a batch; one of an earlier acquisition is dropped: its records come again."""
        if self._closed or batch.incarnation != self._incarnation:
            return
        self._inbox.append(batch)
        self._queued += len(batch.records)
        self._arrived.set()

    # -- the task -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Acquire and process until closed; never ends by an error."""
        waiting = Waiting(self._settings, self._stage.name, self._name)
        while not self._closed:
            try:
                await self._acquire()
                waiting.recovered(self._proven)
                while not self._closed:
                    await self._process(await self._take())
                    waiting.recovered()
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
        self._arrived.set()

    async def _release(self) -> None:
        if self._ready:
            metrics.LANES_READY.labels(self._stage.name).dec()
            metrics.LANE_LAG.labels(self._stage.name, self.number).set(0)
        self._ready = False
        self._incarnation = 0
        self._inbox.clear()
        self._queued = 0
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    # -- acquiring ------------------------------------------------------------------------------

    async def _acquire(self) -> None:
        began = time.monotonic()
        producer = TransactionalProducer(self._settings, f"{self._group}-{self.number}", self._group)
        self._producer = producer
        await producer.fence()
        async with asyncio.timeout(self._settings.transaction_timeout_seconds):
            offsets = await self._start_offsets()
        if self._store is not None and self._stage.changelog:
            await self._restore(self._store)
        self._inbox.clear()
        self._queued = 0
        self._expected = dict(offsets)
        self._incarnation = await self._positions.seek(offsets)
        self._ready = True
        self._on_room()
        metrics.LANES_READY.labels(self._stage.name).inc()
        metrics.LANE_ACQUIRED.labels(self._stage.name).inc()
        metrics.LANE_ACQUIRE_SECONDS.labels(self._stage.name).observe(time.monotonic() - began)
        logger.info("%s: acquired in %.2f s", self._name, time.monotonic() - began)

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

    async def _restore(self, store: Store) -> None:
        checkpoint = await store.checkpoint(self.number)
        count = 0
        async for entries, position in read_tail(self._settings, self._changelog, checkpoint):
            await store.write(self.number, entries, checkpoint, position)
            checkpoint = position
            count += len(entries)
        if checkpoint is None:
            await store.write(self.number, {}, None, 0)
            checkpoint = 0
        self._checkpoint = checkpoint
        if count:
            metrics.RESTORED_RECORDS.labels(self._stage.name).inc(count)
            logger.info("%s: restored %d records from %s", self._name, count, self._changelog.topic)

    # -- processing -----------------------------------------------------------------------------

    async def _take(self) -> list[Batch]:
        while not self._inbox and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        taken: list[Batch] = []
        records = 0
        while self._inbox and not self._closed:
            if taken and records + len(self._inbox[0].records) > self._settings.batch_records:
                break
            batch = self._inbox.popleft()
            if batch.start != self._expected[batch.partition]:
                raise GapError(f"{batch.partition.topic} at {batch.start}")
            self._expected[batch.partition] = batch.end
            records += len(batch.records)
            taken.append(batch)
        self._queued -= records
        self._on_room()
        return taken

    async def _process(self, batches: list[Batch]) -> None:
        records: list[Record] = [record for batch in batches for record in batch.records]
        if not records:
            # markers alone: their offsets are committed with the next records
            return
        offsets = {batch.partition: batch.end for batch in batches}
        await self._schemas.learn(records)
        clock = PhaseClock()
        work, keys = self._stage.step.prepare(records, self.number)
        clock.lap("step")
        state = await self._read(keys)
        clock.lap("read")
        out, view = await self._run(work, state)
        self._finish(out)
        clock.lap("step")
        output = dict(out.records)
        if view.written:
            output[self._changelog] = list(view.written.items())
        assert self._producer is not None  # noqa: S101 -- set by _acquire, which precedes every batch
        ends = await self._producer.commit(output, offsets)
        clock.lap("commit")
        if view.written and self._store is not None:
            after = ends[self._changelog]
            await self._store.write(self.number, view.written, self._checkpoint, after)
            self._checkpoint = after
        clock.lap("write")
        self._lag.update({batch.partition: batch.highwater - batch.end for batch in batches})
        lag = self._queued + sum(self._lag.values())
        observe_batch(self._stage.name, self.number, records, output, out.bookings, clock, lag)

    async def _read(self, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        return {} if self._store is None else await self._store.read(self.number, keys, self._checkpoint)

    async def _run(self, work: Any, state: dict[bytes, bytes | None]) -> tuple[Output, StateView]:
        while True:
            out, view = Output(self.number), StateView(state)
            try:
                self._stage.step.run(work, view, out)
            except MissingKeysError as missing:
                state |= await self._read(missing.keys)
            else:
                return out, view
