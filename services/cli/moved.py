"""What commands that keep running say when their local bus has come back at other addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import common as messages
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError

__all__ = ["moved_line", "unless_moved"]

_LOOK_SECONDS: Final = 1.0
_T = TypeVar("_T")


def moved_line(now: Connection) -> str:
    """Say where a command goes on, as one line for a person."""
    return spoken(messages.MOVED, home=now.home, kafka=now.bootstrap_servers)


async def unless_moved(connection: Connection, work: Coroutine[Any, Any, _T]) -> _T:
    """Do work that cannot go on at other addresses, and end it when the bus has them.

    Raises:
        UnavailableError: it has; the line says to run the command again.
    """
    doing = asyncio.ensure_future(work)
    try:
        while True:
            done, _ = await asyncio.wait({doing}, timeout=_LOOK_SECONDS)
            if done:
                return doing.result()
            if (now := connection.moved()) is not None:
                problem = messages.MOVED_AWAY(kafka=now.bootstrap_servers)
                raise UnavailableError(str(now.home), problem, messages.RUN_AGAIN())
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
