"""The batches of one acquisition on their way through: computed, committed, written to the store.

The three overlap. While the broker works on the transaction of one batch, the next is prepared, its
state is read and its step runs, over what the batches before it wrote; transactions and store
writes keep their order. Nothing of it can be seen before its transaction commits, and an error
anywhere ends the acquisition with all that has been computed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from creditbus.services.domain.ledger import Bookings
from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.errors import GapError
from creditbus.services.engine.gather import gather
from creditbus.services.engine.metric_updates import PhaseClock, observe_batch
from creditbus.services.engine.produce.records import Packed
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.run.lane import Entries, Lane
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import MissingKeysError, StateView

__all__ = ["SLICE_RECORDS", "Pipeline"]

_CANCEL_SECONDS = 1.0

#: Records between two turns of the event loop: one to six milliseconds of work.
SLICE_RECORDS: Final = 256


@dataclass(frozen=True, slots=True)
class _Share:
    """What one lane has in a batch."""

    lane: Lane
    batches: list[Batch]
    records: list[Record]


@dataclass(frozen=True, slots=True)
class _Computed:
    """A batch whose steps have run, packed for its transaction.

    `written` is what each lane's step changed in its state.
    """

    shares: list[_Share]
    packed: Packed
    bookings: Bookings
    written: list[tuple[Lane, Entries]]
    clock: PhaseClock


class Pipeline:
    """Moves batches of some lanes from their inboxes to the store, until an error or `close`.

    Args:
        runtime: of the stage.
        lanes: restored, their inboxes open; a batch takes from all of them, and one transaction carries it.
        producer: fenced.
        on_room: is called when an inbox has room again.
        on_batch: is called when a batch is through.

    """

    def __init__(
        self,
        runtime: StageRuntime,
        lanes: Sequence[Lane],
        producer: TransactionalProducer,
        *,
        on_room: Callable[[], None],
        on_batch: Callable[[], None],
    ) -> None:
        self._stage = runtime.stage
        self._lanes = list(lanes)
        self._most = runtime.batch_records
        self._schemas = runtime.schemas
        self._slots = runtime.slots
        self._producer = producer
        self._finish = runtime.finish
        self._on_room = on_room
        self._on_batch = on_batch
        self._committing: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._idle_seconds = runtime.settings.idle_seconds
        self._passed: dict[Partition, int] = {}
        self._since_yield = 0
        self._closed = False

    def wake(self) -> None:
        """Look again: something arrived."""
        self._woken.set()

    def close(self) -> None:
        """Take no more; what has been computed is let through."""
        self._closed = True
        self._woken.set()

    async def run(self) -> None:
        """Work until closed.

        Raises:
            OwnershipLostError, DependencyDownError, KafkaError, TimeoutError: acquire the lanes again.

        """
        try:
            while await self._something_to_do():
                await self._slots.acquire()
                try:
                    computed = await self._compute(await self._taken())
                    if computed is not None:
                        await _outcome(self._committing)
                except BaseException:
                    self._slots.release()
                    raise
                if computed is None:
                    self._slots.release()
                    continue
                computed.clock.lap("turn")
                self._committing = self._begin(self._commit(computed, self._take_passed()))
                self._committing.add_done_callback(lambda _: self._slots.release())
            await _outcome(self._committing)
            await _outcome(self._writing)
            # an error changes nothing here: whoever comes next passes over the same markers
            with suppress(Exception):
                await self._commit_passed()
        finally:
            await self._abandon()

    async def _something_to_do(self) -> bool:
        """Wait for records; return False when closed.

        While a transaction is under way only a whole batch is worth to be computed ahead: fewer records had
        better join those that arrive meanwhile than pay for a transaction of their own.
        """
        while not self._closed:
            self._woken.clear()
            _raise_if_failed(self._committing)
            _raise_if_failed(self._writing)
            committing = self._committing is not None and not self._committing.done()
            waiting = sum(lane.inbox.records for lane in self._lanes)
            if any(lane.inbox for lane in self._lanes) and (not committing or waiting >= self._most):
                return True
            try:
                async with asyncio.timeout(self._idle_seconds if self._passed and not committing else None):
                    await self._woken.wait()
            except TimeoutError:
                await self._commit_passed()
        return False

    async def _taken(self) -> list[_Share]:
        try:
            return self._take()
        except GapError:
            # what was read before the gap may not be in the log any more
            await _outcome(self._committing)
            await _outcome(self._writing)
            raise

    def _take(self) -> list[_Share]:
        """Take what waits, up to a whole batch; the lane that came last comes first the next time."""
        shares: list[_Share] = []
        room = self._most
        for lane in list(self._lanes):
            if lane.inbox and room > 0:
                batches = lane.inbox.take(room)
                records = list(chain.from_iterable(batch.records for batch in batches))
                shares.append(_Share(lane, batches, records))
                room -= len(records)
                if room <= 0:
                    at = self._lanes.index(lane) + 1
                    self._lanes = self._lanes[at:] + self._lanes[:at]
        return shares

    # -- computing ------------------------------------------------------------------------------

    async def _compute(self, shares: list[_Share]) -> _Computed | None:
        self._on_room()
        filled = [share for share in shares if share.records]
        if not filled:
            # markers alone: their offsets are committed with the next records, or when none come for a while
            self._passed |= {batch.partition: batch.end for share in shares for batch in share.batches}
            return None
        for share in filled:
            await self._schemas.learn(share.records)
        clock = PhaseClock()
        prepared = [await self._prepare(share) for share in filled]
        clock.lap("step")
        states = await gather([share.lane.read(keys) for share, (_, keys) in zip(filled, prepared, strict=True)])
        clock.lap("read")
        out = Output(filled[0].lane.number)
        written: list[tuple[Lane, Entries]] = []
        for share, (work, _), state in zip(filled, prepared, states, strict=True):
            part, view = await self._step(share.lane, work, state)
            out.join(part)
            entries = share.lane.computed(view.written, share.batches)
            if entries:
                written.append((share.lane, entries))
        self._finish(out)
        clock.lap("step")
        packed = Packed(out.records | {lane.changelog: list(entries.items()) for lane, entries in written})
        clock.lap("pack")
        await asyncio.sleep(0)
        return _Computed(shares, packed, out.bookings, written, clock)

    async def _prepare(self, share: _Share) -> tuple[list[Any], set[bytes]]:
        work: list[Any] = []
        keys: set[bytes] = set()
        for start in range(0, len(share.records), SLICE_RECORDS):
            part, needed = self._stage.step.prepare(share.records[start : start + SLICE_RECORDS])
            work += part
            keys.update(needed)
            await self._yield_to_loop(len(part))
        return work, keys

    async def _step(self, lane: Lane, work: list[Any], state: dict[bytes, bytes | None]) -> tuple[Output, StateView]:
        while True:
            out, view = Output(lane.number), StateView(state)
            try:
                run = self._stage.step.begin(work, view, out)
                for start in range(0, len(work), SLICE_RECORDS):
                    part = work[start : start + SLICE_RECORDS]
                    run.handle(part)
                    await self._yield_to_loop(len(part))
                run.finish()
            except MissingKeysError as missing:
                state |= await lane.read(missing.keys)
            else:
                return out, view

    async def _yield_to_loop(self, records: int) -> None:
        """Let the event loop turn once for each piece of work, however many lanes it is of.

        A transaction under way needs it at every answer, and while a request is larger than the socket's buffer.
        """
        self._since_yield += records
        if self._since_yield >= SLICE_RECORDS:
            self._since_yield = 0
            await asyncio.sleep(0)

    # -- committing and writing -----------------------------------------------------------------

    async def _commit(self, computed: _Computed, passed: Mapping[Partition, int]) -> None:
        offsets = {batch.partition: batch.end for share in computed.shares for batch in share.batches}
        ends = await self._producer.commit(computed.packed, {**passed, **offsets})
        computed.clock.lap("commit")
        await _outcome(self._writing)
        self._writing = self._begin(self._write(computed, ends))

    async def _write(self, computed: _Computed, ends: Mapping[Partition, int]) -> None:
        await gather([lane.write(entries, ends[lane.changelog]) for lane, entries in computed.written])
        computed.clock.lap("write")
        self._observe(computed)
        self._on_batch()

    def _take_passed(self) -> dict[Partition, int]:
        passed, self._passed = self._passed, {}
        return passed

    async def _commit_passed(self) -> None:
        """Commit the positions after markers that nothing follows.

        Else they were taken for records that nobody has read, once retention has deleted them.
        """
        if passed := self._take_passed():
            await self._producer.commit(Packed({}), passed)

    def _observe(self, computed: _Computed) -> None:
        stage = self._stage.name
        read = sum(len(share.records) for share in computed.shares)
        # of each batch the first record alone: a partition is in the order of time, and ten thousand looks would show
        oldest_ms = min(
            batch.records[0].timestamp for share in computed.shares for batch in share.batches if batch.records
        )
        written = sum(computed.packed.counts.values())
        observe_batch(stage, read, oldest_ms, written, computed.bookings, computed.clock)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"{self._stage.name}/{self._lanes[0].number}")
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()
        self._woken.set()

    async def _abandon(self) -> None:
        tasks = {task for task in (self._committing, self._writing) if task is not None and not task.done()}
        while tasks:
            # again and again: libraries swallow a single cancel
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)


def _raise_if_failed(task: asyncio.Task[None] | None) -> None:
    """Raise what ended the task."""
    if task is not None and task.done():
        task.result()


async def _outcome(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        await task
