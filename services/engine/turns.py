"""Who of a worker's lanes may pay for a transaction now.

A transaction costs the broker and the worker the same for one record as for a thousand. At low load every
lane of a stage would commit its few records at once, and all of these transactions would wait for each
other. Lanes that take turns gather records meanwhile: fewer transactions, each of them quicker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Turns"]

#: Longest wait for a turn: a lane whose transaction hangs must not hold up the others.
_PATIENCE_SECONDS = 0.25


class Turns:
    """Turns of the lanes of one stage in one worker, first come, first served.

    Args:
        at_once: how many lanes may have a turn at the same time.

    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def take(self) -> Callable[[], None]:
        """Wait for a turn, but not for long; return what ends it. Ending it twice is as good as once."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            return lambda: None
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._free.release()

        return end
