"""Keeps a copy up to date: one batch is written while the next one is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from creditbus.services.subscriber.batch import Batch
from creditbus.services.subscriber.copy import Copy
from creditbus.services.subscriber.gathering import Gathering
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.reporting import Reporting

__all__ = ["Progress", "sync"]


@dataclass(slots=True)
class Progress:
    """What a run has done so far.

    Attributes:
        records: records of the feed that the copy has taken in.
        written: rows or lines written for them (`batch.Taken`).
        removed: rows taken away for them.
        remaining: offsets up to the end that the feed had when the run began; transactions' markers are among them.

    """

    records: int = 0
    written: int = 0
    removed: int = 0
    remaining: int = 0


async def sync(
    feed: FeedReader,
    copy: Copy,
    progress: Progress,
    *,
    follow: bool,
    reporting: Reporting | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Bring a copy to the feed's present end, or, with `follow`, keep it there until it is to stop.

    Args:
        feed: is read.
        copy: is open.
        progress: is counted on, so that it is known however the run ends.
        follow: go on after the end.
        reporting: reports to the bus what the copy has taken, if it is to.
        report: is called after each batch that is in the copy, and while nothing comes.
        stopped: says whether to stop; asked after each batch.

    Raises:
        BrokenFeedError: the feed does not go on where the copy stands.
        UserError: a server is away, or the copy refuses.

    """
    positions = await asyncio.to_thread(copy.positions)
    if reporting is None:
        await _keep(feed, copy, progress, positions, None, follow=follow, report=report, stopped=stopped)
        return
    await reporting.begin(positions)
    cancelled = False
    try:
        await _keep(feed, copy, progress, positions, reporting, follow=follow, report=report, stopped=stopped)
    except asyncio.CancelledError:
        cancelled = True
        raise
    finally:
        # who cancels knows that the bus is elsewhere
        await reporting.end(report=not cancelled)


async def _keep(
    feed: FeedReader,
    copy: Copy,
    progress: Progress,
    positions: Mapping[int, Position],
    reporting: Reporting | None,
    *,
    follow: bool,
    report: Callable[[Progress], None],
    stopped: Callable[[], bool],
) -> None:
    writing: asyncio.Task[None] | None = None
    gathering = Gathering(lambda: copy.pause_seconds)
    async with aclosing(feed.batches(positions, follow=follow)) as batches:
        try:
            async for batch in batches:
                if writing is not None:
                    await writing
                    writing = None
                    report(progress)
                due = gathering.add(batch)
                progress.remaining = feed.remaining() + gathering.records
                if due is not None:
                    writing = asyncio.create_task(_write(copy, due, progress, reporting))
                else:
                    report(progress)
                if stopped():
                    break
        finally:
            # a batch that is being written ends, well or not, before the copy is closed
            if writing is not None:
                await writing
            if (rest := gathering.rest()) is not None:
                await _write(copy, rest, progress, reporting)


async def _write(copy: Copy, batch: Batch, progress: Progress, reporting: Reporting | None) -> None:
    taken = await asyncio.to_thread(copy.take, batch)
    if reporting is not None:
        reporting.taken(batch)
    progress.records += len(batch.changes)
    progress.written += taken.written
    progress.removed += taken.removed
