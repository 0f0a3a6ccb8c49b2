"""Processes that make a long snapshot together: each reads, checks and writes some of the feed's partitions.

A key has one partition, so what they make is put together as it is (docs/adr/0048-bootstrap-in-processes.md). They are
forked before the first one begins anything: they have all modules then, and no thread is lost.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.snapshot.carried_error import CarriedError, carried, error_of
from creditbus.services.subscriber.snapshot.share import Made, Share, make_share
from creditbus.services.subscriber.syncing import Progress
from creditbus.topics.errors import UnavailableError

__all__ = ["Processes", "processes_at_once"]

_MOST: Final = 4
_COUNTED: Final = "counted"
_MADE: Final = "made"
_FAILED: Final = "failed"


def processes_at_once() -> int:
    """Return how many processes may be forked, one for each core; 1 where this one has threads that they would lose."""
    return min(len(os.sched_getaffinity(0)), _MOST) if threading.active_count() == 1 else 1


class _Worker(NamedTuple):
    """A process, and the way to it."""

    process: ForkProcess
    line: Connection


class Processes:
    """Processes that wait for their shares; they end with this one, whatever becomes of it.

    Args:
        feed: is read, by each of them for itself; nothing was read from it yet.
        count: how many; fewer than two: none.

    """

    def __init__(self, feed: FeedReader, count: int) -> None:
        context = get_context("fork")
        lines = [context.Pipe() for _ in range(count if count > 1 else 0)]
        ends = [end for line in lines for end in line]
        self._topic = feed.topic
        self._workers: list[_Worker] = []
        for ours, theirs in lines:
            # an end of another one that stays open there would hide that this process is gone
            others = [end for end in ends if end is not theirs]
            process = context.Process(target=_serve, args=(feed, theirs, others), daemon=True)
            with suppress(OSError), _ctrl_c_later():  # the machine lets no more of them begin
                process.start()
                self._workers.append(_Worker(process, ours))
        for _, theirs in lines:
            theirs.close()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._workers)

    async def make(self, shares: Sequence[Share], progress: Progress, report: Callable[[Progress], None]) -> list[Made]:
        """Let each of them make a share (`make_share`), and return what they made; all have ended then.

        Raises:
            BrokenFeedError, UserError, OSError: what happened to one of them.

        """
        loop = asyncio.get_running_loop()
        made: list[asyncio.Future[Made]] = [loop.create_future() for _ in shares]
        counted = [Progress() for _ in shares]
        workers = self._workers[: len(shares)]

        def hear(at: int) -> None:
            kind, said = self._heard(workers[at])
            if kind == _COUNTED:
                counted[at] = said
                progress.records = sum(one.records for one in counted)
                progress.remaining = sum(one.remaining for one in counted)
                report(progress)
                return
            loop.remove_reader(workers[at].line)
            if kind == _MADE:
                made[at].set_result(said)
            else:
                made[at].set_exception(said)

        try:
            for at, (share, worker) in enumerate(zip(shares, workers, strict=True)):
                counted[at].remaining = share.expected  # until it says how many are left
                with suppress(BrokenPipeError):  # it is gone, which is heard
                    worker.line.send(share)
                loop.add_reader(worker.line, hear, at)
            return await asyncio.gather(*made)
        finally:
            for worker in workers:
                loop.remove_reader(worker.line)
            self.end()

    def _heard(self, worker: _Worker) -> tuple[str, Any]:
        """Return what a process says: how far it is, what it has made, or the error that ended it."""
        try:
            kind, said = worker.line.recv()
        except (EOFError, OSError):
            worker.process.join()
            code = worker.process.exitcode or 0
            how = signal.Signals(-code).name if code < 0 else str(code)
            return _FAILED, UnavailableError(self._topic, messages.PROCESS_ENDED(how=how), messages.MAKE_AGAIN())
        return kind, error_of(said) if kind == _FAILED else said

    def end(self) -> None:
        """End all of them at once; nobody needs what they have not finished."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.line.close()
        self._workers = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Let Ctrl-C wait: a process that is forked has this process's way to hear it until it has its own."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Unasked(BaseException):
    """The first process is gone."""


def _serve(feed: FeedReader, line: Connection, others: Sequence[Connection]) -> None:
    """Make a share, where one is asked for: what a forked process does."""
    # of Ctrl-C the first process hears, and ends this one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for one in others:
        one.close()
    with suppress(EOFError, BrokenPipeError, _Unasked):
        line.send(_answer(feed, line, line.recv()))


def _answer(feed: FeedReader, line: Connection, share: Share) -> tuple[str, Made | CarriedError]:
    first = os.getppid()

    def report(progress: Progress) -> None:
        try:
            line.send((_COUNTED, progress))
        except BrokenPipeError as error:
            raise _Unasked from error

    def go_on() -> None:
        if os.getppid() != first:
            raise _Unasked

    try:
        return _MADE, asyncio.run(make_share(feed, share, report, go_on))
    except Exception as error:  # noqa: BLE001 -- raised again by the first process
        return _FAILED, carried(error)
