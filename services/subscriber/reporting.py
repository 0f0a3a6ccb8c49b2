"""Reports to the bus while a copy is kept, without ever holding it up.

The copy's own position stays the truth: nothing is read back from the bus but the place up to which receipts were
written. Between that and the copy's position lie the retractions that are to be confirmed. They are remembered while
the copy takes them in; after a crash, an error, or where they are too many to remember, they are read from the feed
again. So each of them is confirmed at least once, and none before it is in the copy.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Final, Protocol

from creditbus.services.domain.evidence.retraction import Retraction, retraction_of
from creditbus.services.subscriber.batch import Batch
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.reports import Noted, Reports
from creditbus.topics.errors import UserError

__all__ = ["Earlier", "Reporting"]

_PAUSE_SECONDS: Final = 1.0
_FIRST_RETRY_SECONDS: Final = 4.0
_LAST_RETRY_SECONDS: Final = 64.0
_AGAIN_SECONDS: Final = 3600.0
"""Brokers forget the position of a group after days in which nobody notes one."""
_MOST_REMEMBERED: Final = 50_000


class Earlier(Protocol):
    """Reads the retractions of a feed once more."""

    def __call__(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> AsyncGenerator[list[Retraction]]:
        """Yield those from an offset of each partition up to another one."""


class Reporting:
    """Reports at most once a second.

    Args:
        reports: where to.
        earlier: reads retractions again; None: no receipts are written.
        tell: is called with what fails, once until it works again.

    Attributes:
        confirmed: receipts written.

    """

    def __init__(self, reports: Reports, earlier: Earlier | None, tell: Callable[[UserError], None]) -> None:
        self.confirmed = 0
        self._reports = reports
        self._earlier = earlier
        self._tell = tell
        self._told = ""
        self._taken: dict[int, int] = {}
        self._receipts: dict[int, int] = {}
        self._pending: list[Retraction] = []
        self._forgotten = False
        self._new = asyncio.Event()
        self._ending = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    async def begin(self, positions: Mapping[int, Position]) -> None:
        """Begin with a copy that stands here."""
        self._taken = {partition: position.next_offset for partition, position in positions.items()}
        known: Mapping[int, Noted] = {}
        try:
            known = await asyncio.to_thread(self._reports.noted)
        except UserError as error:
            self._say(error)
        # of a group whose note is lost, or was never made, every retraction that the feed still has is confirmed
        self._receipts = {partition: known[partition].receipts for partition in known}
        self._forgotten = any(self._receipts.get(one, 0) < offset for one, offset in self._taken.items())
        if self._taken:
            self._new.set()
        self._work = asyncio.create_task(self._go_on())

    def taken(self, batch: Batch) -> None:
        """Take what is in the copy from now on."""
        if self._earlier is not None and not self._forgotten:
            found = (retraction_of(one.fields, one.partition, one.offset) for one in batch.changes)
            self._pending += [one for one in found if one is not None]
            if len(self._pending) > _MOST_REMEMBERED:
                self._forget()
        self._taken |= {partition: move.after.next_offset for partition, move in batch.moves.items()}
        self._new.set()

    async def end(self, *, report: bool = True) -> None:
        """Report what is left, unless it is not to, and end."""
        if self._work is not None:
            self._ending.set()
            self._new.set()
            await self._work
            if report:
                await self._report()
            await asyncio.to_thread(self._reports.close)

    async def _go_on(self) -> None:
        pause = _PAUSE_SECONDS
        while True:
            await _within(self._new, _AGAIN_SECONDS)
            if self._ending.is_set():
                return
            self._new.clear()
            if await self._report():
                pause = _PAUSE_SECONDS
            else:
                pause = min(max(2 * pause, _FIRST_RETRY_SECONDS), _LAST_RETRY_SECONDS)
                self._new.set()
            await _within(self._ending, pause)

    async def _report(self) -> bool:
        """Write receipts and position; return whether both are there."""
        taken, done = dict(self._taken), True
        try:
            if self._earlier is not None:
                await self._confirm(self._earlier, taken)
                self._receipts |= taken
        except UserError as error:
            self._forget()
            self._say(error)
            done = False
        noted = {one: Noted(offset, self._receipts.get(one, 0)) for one, offset in taken.items()}
        try:
            await asyncio.to_thread(self._reports.note, noted)
        except UserError as error:
            self._say(error)
            return False
        if done:
            self._told = ""
        return done

    async def _confirm(self, earlier: Earlier, taken: Mapping[int, int]) -> None:
        if not self._forgotten:
            pending, self._pending = self._pending, []
            await self._write(pending)
            return
        # what is taken from now on lies after what is read here
        self._forgotten = False
        starts = {one: self._receipts.get(one, 0) for one, end in taken.items() if self._receipts.get(one, 0) < end}
        async with aclosing(earlier(starts, taken)) as pieces:
            async for piece in pieces:
                await self._write(piece)

    async def _write(self, retractions: list[Retraction]) -> None:
        if retractions:
            await asyncio.to_thread(self._reports.confirm, retractions)
            self.confirmed += len(retractions)

    def _forget(self) -> None:
        self._pending = []
        self._forgotten = True

    def _say(self, error: UserError) -> None:
        if self._told != str(error):
            self._told = str(error)
            self._tell(error)


async def _within(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not for longer than this."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
