"""An event loop without a clock: time passes when nothing is left to do, and goes straight to what is due next.

What a callback belongs to is kept in its context: a worker, or the world around it. A worker that is killed never runs
again, not even what would clean up after it; one that is frozen runs on later with what has gathered, as a process
does that was stopped or a virtual machine that was moved.
"""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Iterator
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, ClassVar

__all__ = ["WORLD", "Process", "VirtualLoop", "within"]

#: A resolution of the clock, so that times computed in two ways are equal.
_TICK = 1e-9


class Process:
    """What runs, stands or has ended; the world itself is one that only runs."""

    __slots__ = ("context", "dead", "held", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.held: deque[_Handle] | None = None
        self.context: Context = copy_context()
        self.context.run(_PROCESS.set, self)


_PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)
#: Runs what no worker does; of no schedule in particular.
WORLD = Process("world")


def within() -> Process:
    """Return whose callback is running."""
    return _PROCESS.get() or WORLD


class _Numbered:
    """Sets of these are gone through in the same order in every run, which by their addresses they would not be."""

    _numbers: ClassVar[Iterator[int]] = itertools.count()
    _number: int

    def __hash__(self) -> int:
        try:
            return self._number
        except AttributeError:
            self._number = next(self._numbers)
            return self._number

    @classmethod
    def begin(cls) -> None:
        _Numbered._numbers = itertools.count()


class _Task(_Numbered, asyncio.Task):  # type: ignore[type-arg]
    pass


class _Future(_Numbered, asyncio.Future):  # type: ignore[type-arg]
    pass


class _Handle:
    """What asyncio needs of its own handle; that one looks for a debugger each time it is made."""

    __slots__ = ("args", "callback", "cancelled", "context")

    def __init__(self, callback: Any, args: tuple[Any, ...], context: Context | None) -> None:
        self.callback = callback
        self.args = args
        self.context = context or copy_context()
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        self.callback, self.args = None, ()


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs callbacks in the order in which they became due; those of one moment by chance where processes differ.

    Within a process asyncio's own order stands, for its libraries may rest on it.
    """

    def __init__(self, random: Random, most_callbacks: int) -> None:
        super().__init__()
        self._random = random
        self._now = 0.0
        self._left = most_callbacks
        self._order = itertools.count()
        _Numbered.begin()
        self.set_task_factory(lambda loop, work, context=None: _Task(work, loop=loop, context=context))
        self._soon: list[_Handle] = []
        self._timers: list[tuple[float, int, _Handle]] = []

    def create_future(self) -> "asyncio.Future[Any]":
        return _Future(loop=self)

    def time(self) -> float:
        return self._now

    def is_over(self) -> bool:
        """Whether more callbacks ran than a schedule may take."""
        return self._left <= 0

    def freeze(self, process: Process) -> None:
        if process.held is None:
            process.held = deque()

    def thaw(self, process: Process) -> None:
        held, process.held = process.held, None
        if held and not process.dead:
            self._soon.extend(held)

    # asyncio's own, without the looks at threads and debugging: it is most of what a schedule costs

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        handle = _Handle(callback, args, context)
        self._soon.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        timer = _Handle(callback, args, context)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        timer = _Handle(callback, args, context)
        heapq.heappush(self._timers, (self._now + delay, next(self._order), timer))
        return timer

    def _run_once(self) -> None:
        """Go on until the loop is asked to stop, which is less work than to begin again for each moment."""
        timers, process_of = self._timers, _PROCESS
        while not self._stopping:  # type: ignore[attr-defined]
            ready = self._soon or self._due(timers)
            self._soon = []
            for handle in ready if len(ready) == 1 else self._in_turns(ready):
                if handle.cancelled:
                    continue
                process = handle.context.get(process_of)
                if process is not None:
                    if process.dead:
                        continue
                    if process.held is not None:
                        process.held.append(handle)
                        continue
                self._left -= 1
                handle.context.run(handle.callback, *handle.args)

    def _due(self, timers: list[tuple[float, int, _Handle]]) -> list[_Handle]:
        """Let time pass up to what is due next."""
        while timers:
            when, _, timer = heapq.heappop(timers)
            if timer.cancelled:
                continue
            self._now = max(self._now, when)
            ready, due = [timer], self._now + _TICK
            while timers and timers[0][0] <= due:
                ready.append(heapq.heappop(timers)[2])
            return ready
        message = "nothing is left to happen"
        raise RuntimeError(message)

    def _in_turns(self, ready: list[_Handle]) -> list[_Handle]:
        """Let processes change places; what is one's own keeps its order."""
        by_process: dict[Any, list[_Handle]] = {}
        for handle in ready:
            process = handle.context.get(_PROCESS)
            if process in by_process:
                by_process[process].append(handle)
            else:
                by_process[process] = [handle]
        if len(by_process) == 1:
            return ready
        parts = list(by_process.values())
        self._random.shuffle(parts)
        return [handle for part in parts for handle in part]

    def forget(self) -> None:
        """Drop what is left to happen."""
        self._soon, self._timers = [], []

    # what a loop with a selector would need
    def _process_events(self, _: object) -> None: ...

    def _write_to_self(self) -> None: ...

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave out what asyncio reports about tasks that a killed worker left behind."""
