"""The batches of one acquisition on their way through: prepared, read, computed, committed, written to the store.

They overlap. While the broker works on the transaction of one batch, the step of the next runs, over what the batches
before it wrote; and while that runs, the state of the one after it is read. Transactions and store writes keep their
order. Nothing of it can be seen before its transaction commits, and an error anywhere ends the acquisition with all
that has been computed (docs/adr/0012 and 0030).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import GapError
from creditbus.services.engine.gather import gather
from creditbus.services.engine.metric_updates import observe_batch, observe_endings
from creditbus.services.engine.produce.records import Packed
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.run.computation import Computation, Computed, Prepared, Share
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.run.runtime import StageRuntime

__all__ = ["Pipeline"]

_T = TypeVar("_T")

_CANCEL_SECONDS = 1.0

#: A piece of a stage's own work is worth a transaction where it changes this part of the records that a batch may read.
_LARGE_PIECE: Final = 8

#: A batch that is prepared ahead may have to ask the registry for a schema: the one before it does not wait for that.
_AHEAD_SECONDS: Final = 0.5


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
        self._name = runtime.stage.name
        self._lanes = list(lanes)
        self._most = runtime.batch_records
        self._with_large_pieces: set[Lane] = set()
        self._took_pieces = False
        self._slots = runtime.slots
        self._computation = Computation(runtime)
        self._producer = producer
        self._on_room = on_room
        self._on_batch = on_batch
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ahead: asyncio.Task[Prepared | None] | None = None
        self._committing: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._idle_seconds = runtime.settings.idle_seconds
        self._passed: dict[Partition, int] = {}
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
                    # a slot may come long after it was asked for
                    computed = None if self._closed else await self._compute()
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
            if self._ahead is not None or self._full_batch_waits:
                return True
            if any(lane.inbox for lane in self._lanes) and not committing:
                return True
            try:
                async with asyncio.timeout(self._idle_seconds if self._passed and not committing else None):
                    await self._woken.wait()
            except TimeoutError:
                await self._commit_passed()
        return False

    @property
    def _full_batch_waits(self) -> bool:
        return sum(map(self._waiting, self._lanes)) >= self._most

    def _waiting(self, lane: Lane) -> int:
        """Return how many records wait for a lane; a large piece of its own work counts as a whole batch.

        As one record it would wait for the transactions of all other lanes' pieces. So one is read while another is
        computed and a third one commits.
        """
        return self._most if lane in self._with_large_pieces and lane.inbox.is_of_pieces else lane.inbox.records

    # -- computing ------------------------------------------------------------------------------

    async def _compute(self) -> Computed | None:
        """Compute the next batch; where a whole one follows it, begin to read that one's state before.

        None where there are markers alone. Their offsets are committed with the next records, or when none come for a
        while.
        """
        prepared = await self._prepared()
        if prepared is None:
            return None
        if self._full_batch_waits:
            self._ahead = self._begin(self._prepare())
            await asyncio.wait([self._ahead], timeout=_AHEAD_SECONDS)
        computed = await self._computation.compute(prepared)
        self._learn(computed)
        self._follow(computed)
        return computed

    async def _prepared(self) -> Prepared | None:
        ahead, self._ahead = self._ahead, None
        try:
            return await (ahead or self._prepare())
        except GapError:
            # what was read before the gap may not be in the log any more
            await _outcome(self._committing)
            await _outcome(self._writing)
            raise

    async def _prepare(self) -> Prepared | None:
        shares = self._take()
        self._on_room()
        prepared = await self._computation.prepare(shares, self._begin)
        if prepared is None:
            self._passed |= {batch.partition: batch.end for share in shares for batch in share.batches}
        return prepared

    def _take(self) -> list[Share]:
        """Take what waits, up to a whole batch; the lane that came last comes first the next time.

        What others wait for comes first after a batch with pieces of the stage's own work, and after it the pieces: so
        neither waits for more than one batch of the other.
        """
        shares: list[Share] = []
        room, pieces_first, with_pieces = self._most, not self._took_pieces, False
        for lane in sorted(self._lanes, key=lambda lane: lane.inbox.is_of_pieces != pieces_first):
            if lane.inbox and room > 0:
                weight, of_pieces = self._waiting(lane), lane.inbox.is_of_pieces
                share = Share(lane, lane.inbox.take(1 if of_pieces else room))
                shares.append(share)
                room -= weight if of_pieces else share.size
                with_pieces |= of_pieces
                if room <= 0:
                    at = self._lanes.index(lane) + 1
                    self._lanes = self._lanes[at:] + self._lanes[:at]
        self._took_pieces = with_pieces
        return shares

    def _learn(self, computed: Computed) -> None:
        """See how much a piece of each lane's own work is; next to events it is little."""
        written = {lane: len(entries) for lane, entries in computed.written}
        for share in computed.shares:
            lane = share.lane
            of_pieces = all(lane.inbox.pieces_of(batch) for batch in share.batches if batch.records)
            if of_pieces and written.get(lane, 0) >= self._most / _LARGE_PIECE:
                self._with_large_pieces.add(lane)
            else:
                self._with_large_pieces.discard(lane)

    def _follow(self, computed: Computed) -> None:
        """Let the batch that is read ahead see what this one wrote."""
        ahead = self._ahead
        # where it is not prepared yet, its read begins later, and sees that by itself
        if ahead is not None and ahead.done() and ahead.exception() is None:
            prepared = ahead.result()
            if prepared is not None:
                prepared.written_since.extend(computed.written)

    # -- committing and writing -----------------------------------------------------------------

    async def _commit(self, computed: Computed, passed: Mapping[Partition, int]) -> None:
        ends = await self._producer.commit(computed.packed, {**passed, **computed.offsets})
        computed.clock.lap("commit")
        # Store writes keep the order of the transactions, and none comes before its own: the store may lag behind the
        # changelog. Ahead of it, a record would count as a duplicate whose change never left (docs/adr/0002).
        await _outcome(self._writing)
        self._writing = self._begin(self._write(computed, ends))

    async def _write(self, computed: Computed, ends: Mapping[Partition, int]) -> None:
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

    def _observe(self, computed: Computed) -> None:
        read = sum(share.size for share in computed.shares)
        # of each batch the first record alone: a partition is in the order of time, and ten thousand looks would show
        oldest_ms = min(
            batch.records[0].timestamp for share in computed.shares for batch in share.batches if batch.records
        )
        written = sum(computed.packed.counts.values())
        observe_batch(self._name, read, oldest_ms, written, computed.bookings, computed.clock)
        observe_endings(computed.endings)

    def _begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.create_task(work, name=f"{self._name}/{self._lanes[0].number}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()
        self._woken.set()

    async def _abandon(self) -> None:
        tasks = set(self._tasks)
        while tasks:
            # again and again: libraries swallow a single cancel
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
            tasks = {task for task in self._tasks if not task.done()}


def _raise_if_failed(task: asyncio.Task[None] | None) -> None:
    """Raise what ended the task."""
    if task is not None and task.done():
        task.result()


async def _outcome(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        await task
