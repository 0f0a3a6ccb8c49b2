"""The batches of one acquisition on their way through: computed, committed, written to the store.

The three overlap. While the broker works on the transaction of one batch, the next is prepared, its
state is read and its step runs, over what the batches before it wrote; transactions and store
writes keep their order. Nothing of it can be seen before its transaction commits, and an error
anywhere ends the acquisition with all that has been computed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.inbox import Inbox
from creditbus.services.engine.observation import PhaseClock, observe_batch
from creditbus.services.engine.output import Output
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.state import MissingKeysError, StateView
from creditbus.services.engine.step import Stage
from creditbus.services.engine.store import Store
from creditbus.services.engine.transaction import TransactionalProducer
from creditbus.services.engine.turns import Turns

__all__ = ["Finish", "Pipeline"]

#: Adds the engine's own records (the ledger's) to a batch's output.
Finish = Callable[[Output], None]

_CANCEL_SECONDS = 1.0

_Entries = Mapping[bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class _Computed:
    """A batch whose step has run."""

    records: list[Record]
    offsets: dict[Partition, int]
    behind: dict[Partition, int]
    out: Output
    written: _Entries
    clock: PhaseClock


class Pipeline:
    """Moves batches from the inbox to the store until an error or `close`.

    Args:
        stage: whose step it is.
        number: of the lane.
        settings: how much goes into one batch.
        inbox: where the batches come from.
        store: the state; None: the stage has none.
        checkpoint: the position that the state reflects; None: it is not this stage's own.
        schemas: learn what a batch needs before its step runs.
        producer: the lane's, fenced.
        finish: see `Finish`.
        turns: of the lanes of this stage.
        on_room: is told when the inbox has room again.
        on_batch: is told when a batch is through.

    """

    def __init__(
        self,
        *,
        stage: Stage,
        number: int,
        settings: EngineSettings,
        inbox: Inbox,
        store: Store | None,
        checkpoint: int | None,
        schemas: Schemas,
        producer: TransactionalProducer,
        finish: Finish,
        turns: Turns,
        on_room: Callable[[], None],
        on_batch: Callable[[], None],
    ) -> None:
        self._stage = stage
        self._number = number
        self._settings = settings
        self._inbox = inbox
        self._store = store
        self._written_to = checkpoint
        self._writing_to = checkpoint
        self._schemas = schemas
        self._producer = producer
        self._finish = finish
        self._turns = turns
        self._end_turn: Callable[[], None] = lambda: None
        self._on_room = on_room
        self._on_batch = on_batch
        self._changelog = Partition(stage.changelog, number)
        self._behind: dict[Partition, int] = {}
        self._pending: list[_Entries] = []
        self._committing: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._stirred = asyncio.Event()
        self._closed = False

    def stir(self) -> None:
        """Look again: something arrived."""
        self._stirred.set()

    def close(self) -> None:
        """Take no more; what has been computed is let through."""
        self._closed = True
        self._stirred.set()

    async def run(self) -> None:
        """Work until closed.

        Raises:
            OwnershipLostError, DependencyDownError, KafkaError, TimeoutError: acquire the lane again.

        """
        try:
            while await self._something_to_do():
                await self._take_turn()
                computed = await self._compute(self._inbox.take(self._settings.batch_records))
                if computed is None:
                    self._end_turn()
                    continue
                await _outcome(self._committing)
                computed.clock.lap("turn")
                self._committing = self._begin(self._commit(computed))
            await _outcome(self._committing)
            await _outcome(self._writing)
        finally:
            self._end_turn()
            await self._abandon()

    async def _something_to_do(self) -> bool:
        """Wait for records; return False when closed.

        While a transaction is under way only a whole batch is worth to be computed ahead: fewer records had
        better join those that arrive meanwhile than pay for a transaction of their own.
        """
        while not self._closed:
            self._stirred.clear()
            _look(self._committing)
            _look(self._writing)
            busy = self._committing is not None and not self._committing.done()
            if self._inbox and (not busy or self._inbox.records >= self._settings.batch_records):
                return True
            await self._stirred.wait()
        return False

    async def _take_turn(self) -> None:
        """Wait for the stage's other lanes, unless there is a whole batch: that is worth a transaction at any time."""
        if self._inbox.records < self._settings.batch_records:
            self._end_turn = await self._turns.take()

    # -- computing ------------------------------------------------------------------------------

    async def _compute(self, batches: list[Batch]) -> _Computed | None:
        self._on_room()
        records = [record for batch in batches for record in batch.records]
        if not records:
            # markers alone: their offsets are committed with the next records
            return None
        await self._schemas.learn(records)
        clock = PhaseClock()
        work, keys = self._stage.step.prepare(records, self._number)
        clock.lap("step")
        state = await self._read(keys)
        clock.lap("read")
        out, view = await self._step(work, state)
        self._finish(out)
        if view.written:
            self._pending.append(view.written)
        clock.lap("step")
        offsets = {batch.partition: batch.end for batch in batches}
        behind = {batch.partition: batch.highwater - batch.end for batch in batches}
        return _Computed(records, offsets, behind, out, view.written, clock)

    async def _step(self, work: Any, state: dict[bytes, bytes | None]) -> tuple[Output, StateView]:
        while True:
            out, view = Output(self._number), StateView(state)
            try:
                self._stage.step.run(work, view, out)
            except MissingKeysError as missing:
                state |= await self._read(missing.keys)
            else:
                return out, view

    async def _read(self, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        """Return the values of keys as the batches before this one leave them, written or not."""
        if self._store is None:
            return {}
        found: dict[bytes, bytes | None] = {}
        wanted = list(keys)
        for entries in reversed(self._pending):
            found |= {key: entries[key] for key in wanted if key in entries}
            wanted = [key for key in wanted if key not in entries]
        if wanted:
            low = self._written_to
            at, values = await self._store.read(self._number, wanted)
            if low is not None and (at is None or not low <= at <= (self._writing_to or low)):
                raise CheckpointError(f"at {at}, not {low} to {self._writing_to}")
            found |= values
        return found

    # -- committing and writing -----------------------------------------------------------------

    async def _commit(self, computed: _Computed) -> None:
        output = dict(computed.out.records)
        if computed.written:
            output[self._changelog] = list(computed.written.items())
        ends = await self._producer.commit(output, computed.offsets)
        self._end_turn()
        computed.clock.lap("commit")
        await _outcome(self._writing)
        self._writing = self._begin(self._write(computed, ends))

    async def _write(self, computed: _Computed, ends: Mapping[Partition, int]) -> None:
        if computed.written and self._store is not None:
            after = ends[self._changelog]
            # known before it can be seen: a read of the next batch may meet either position
            self._writing_to = after
            await self._store.write(self._number, computed.written, self._written_to, after)
            self._written_to = after
            self._pending.pop(0)
        computed.clock.lap("write")
        self._behind.update(computed.behind)
        lag = self._inbox.records + sum(self._behind.values())
        output = sum(map(len, computed.out.records.values())) + len(computed.written)
        bookings, clock = computed.out.bookings, computed.clock
        observe_batch(self._stage.name, self._number, computed.records, output, bookings, clock, lag)
        self._on_batch()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"{self._stage.name}/{self._number}")
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()
        self._stirred.set()

    async def _abandon(self) -> None:
        tasks = {task for task in (self._committing, self._writing) if task is not None and not task.done()}
        while tasks:
            # again and again: libraries swallow a single cancel
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)


def _look(task: asyncio.Task[None] | None) -> None:
    """Raise what ended the task."""
    if task is not None and task.done():
        task.result()


async def _outcome(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        await task
