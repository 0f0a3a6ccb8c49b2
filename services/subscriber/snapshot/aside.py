"""Work that another thread does meanwhile, in the order in which it is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, ParamSpec, Self

__all__ = ["Aside"]

_P = ParamSpec("_P")

#: What waits holds memory.
_MOST_WAITING: Final = 8


class Aside:
    """Does one thing at a time; for what leaves Python's lock to others, as compressing and writing do.

    What is under way when it is left by an error ends first, and what waits is dropped.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._waiting: deque[Future[object]] = deque()

    def do(self, work: Callable[_P, object], *arguments: _P.args, **named: _P.kwargs) -> None:
        """Let something be done; waits while much is not done yet.

        Raises:
            Exception: what was raised by something that was given before.

        """
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(work, *arguments, **named))

    def finish(self) -> None:
        """Wait until all of it is done; raises as `do`."""
        while self._waiting:
            self._waiting.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
