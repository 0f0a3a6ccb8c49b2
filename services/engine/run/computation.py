"""Computes a batch: its step is prepared, the state that it needs is read, and the step runs over that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from creditbus.services.domain.ledger import Bookings
from creditbus.services.domain.profile.endings import Endings
from creditbus.services.engine.batch import Batch, Partition, Record
from creditbus.services.engine.errors import AheadError
from creditbus.services.engine.gather import gather
from creditbus.services.engine.metric_updates import PhaseClock
from creditbus.services.engine.produce.records import Packed
from creditbus.services.engine.run.lane import Entries, Lane
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.stage.contract import LookAhead
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import MissingKeysError, StateView

__all__ = ["SLICE_RECORDS", "Computation", "Computed", "Prepared", "Share"]

#: Records between two turns of the event loop: one to six milliseconds of work. In one piece, each of a transaction's
#: answers waited for up to 10 ms; a thread of its own for the socket changed nothing (docs/adr/0017).
SLICE_RECORDS: Final = 256

State = dict[bytes, bytes | None]
Read = Callable[[Coroutine[Any, Any, list[State]]], asyncio.Task[list[State]]]
"""Starts the task that reads the state of a batch."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one lane has in a batch."""

    lane: Lane
    batches: list[Batch]

    @property
    def size(self) -> int:
        """The number of its records."""
        return sum(len(batch.records) for batch in self.batches)

    @property
    def records(self) -> list[Record]:
        """Those of all its batches, in their order."""
        return list(chain.from_iterable(batch.records for batch in self.batches))


@dataclass(frozen=True, slots=True)
class _Part:
    """One lane's part of a prepared batch.

    Attributes:
        keys: of the state that its step needs; the further ones are added while it is read.

    """

    lane: Lane
    batches: list[Batch]
    work: list[Any]
    keys: set[bytes]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch whose state is being read.

    Attributes:
        shares: what it consists of.
        written_since: what the batch before it wrote, where that was computed after the read had begun: the read has
            not seen it.

    """

    shares: list[Share]
    parts: list[_Part]
    states: asyncio.Task[list[State]]
    clock: PhaseClock
    written_since: list[tuple[Lane, Entries]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Computed:
    """A batch whose steps have run, packed for its transaction.

    `written` is what each lane's step changed in its state.
    """

    shares: list[Share]
    packed: Packed
    bookings: Bookings
    endings: Endings
    written: list[tuple[Lane, Entries]]
    clock: PhaseClock

    @property
    def offsets(self) -> dict[Partition, int]:
        """Where the input is read on from when this batch is committed."""
        return {batch.partition: batch.end for share in self.shares for batch in share.batches}


class Computation:
    """Computes the batches of one pipeline, one after another."""

    def __init__(self, runtime: StageRuntime) -> None:
        self._step = runtime.stage.step
        self._further_keys = runtime.stage.further_keys
        self._look_ahead = runtime.stage.look_ahead
        self._late_schemas = runtime.stage.late_schemas
        self._runtime = runtime
        self._schemas = runtime.schemas
        self._finish = runtime.finish
        self._since_yield = 0

    async def prepare(self, shares: list[Share], read: Read) -> Prepared | None:
        """Prepare a batch and begin to read its state; None where it has no records."""
        clock = PhaseClock()
        parts: list[_Part] = []
        for share in shares:
            if records := share.records:
                if self._schemas.unknown(records):
                    await self._runtime.expect_newer()
                    await self._schemas.learn(records)
                clock.skip()
                parts.append(await self._prepare(share, records))
                clock.lap("step")
        if not parts:
            return None
        states = read(gather([self._read(part) for part in parts]))
        return Prepared(shares, parts, states, clock)

    async def compute(self, prepared: Prepared) -> Computed:
        """Run the step over what was read."""
        clock = prepared.clock
        clock.skip()
        states = await prepared.states
        clock.lap("read")
        since = dict(prepared.written_since)
        out = Output(prepared.parts[0].lane.number)
        written: list[tuple[Lane, Entries]] = []
        for part, state in zip(prepared.parts, states, strict=True):
            # The read was begun before the batch before this one was computed, and cannot have seen what that wrote.
            # Without this the step runs over old state, and nothing notices (docs/adr/0030).
            if changed := since.get(part.lane):
                state |= {key: changed[key] for key in changed.keys() & part.keys}
            output, view = await self._run(part, state)
            out.join(output)
            entries = part.lane.computed(view.written, part.batches)
            if entries:
                written.append((part.lane, entries))
        self._finish(out)
        clock.lap("step")
        packed = Packed(out.records | {lane.changelog: list(entries.items()) for lane, entries in written})
        clock.lap("pack")
        await asyncio.sleep(0)
        return Computed(prepared.shares, packed, out.bookings, out.endings, written, clock)

    async def _prepare(self, share: Share, records: Sequence[Record]) -> _Part:
        work: list[Any] = []
        keys: set[bytes] = set()
        for start in range(0, len(records), SLICE_RECORDS):
            try:
                part, needed = self._step.prepare(records[start : start + SLICE_RECORDS])
            except AheadError:
                await self._runtime.expect_newer()
                raise
            if self._late_schemas is not None:
                await self._late_schemas.need(part)
            work += part
            keys.update(needed)
            await self._yield_to_loop(len(part))
        return _Part(share.lane, share.batches, work, keys)

    async def _read(self, part: _Part) -> State:
        """Read what the step needs; what further keys show is read in a second round."""
        state = await part.lane.read(part.keys)
        if self._further_keys is None:
            return state
        held: set[bytes] = set()
        for start in range(0, len(part.work), SLICE_RECORDS):
            work = part.work[start : start + SLICE_RECORDS]
            more, absent = self._further_keys(work, state)
            # of what a batch writes that is computed meanwhile they are taken, too: `written_since`
            part.keys.update(more, absent)
            held |= more
            state.update(dict.fromkeys(absent))
            await self._yield_to_loop(len(work))
        if held:
            state |= await part.lane.read(held)
        if self._look_ahead is not None:
            await self._look(self._look_ahead, part, state)
        return state

    async def _look(self, look_ahead: LookAhead, part: _Part, state: State) -> None:
        """Read what one answer after another shows to be needed: here lanes ask together, in the step one by one."""
        while True:
            try:
                look_ahead(part.work, StateView(state))
            except MissingKeysError as missing:
                part.keys.update(missing.keys)
                state |= await part.lane.read(missing.keys)
            else:
                return

    async def _run(self, part: _Part, state: State) -> tuple[Output, StateView]:
        work = part.work
        while True:
            out, view = Output(part.lane.number), StateView(state)
            try:
                run = self._step.begin(work, view, out)
                for start in range(0, len(work), SLICE_RECORDS):
                    piece = work[start : start + SLICE_RECORDS]
                    run.handle(piece)
                    await self._yield_to_loop(len(piece))
                run.finish()
            except MissingKeysError as missing:
                state |= await part.lane.read(missing.keys)
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
