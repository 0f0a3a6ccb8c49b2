"""Ends a worker whose local bus has come back at other addresses: the next one takes them from the file."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from creditbus.services.worker.exit_codes import MOVED
from creditbus.topics.connection import Connection

__all__ = ["AddressWatch"]

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0


class AddressWatch:
    """Looks every second whether the endpoints file still names the addresses that the worker was started with.

    The process ends, not the stages: each holds clients of these addresses, and a start is the one way to make them.

    Attributes:
        moved: whether they are others now.

    """

    def __init__(self, connection: Connection) -> None:
        self.moved = False
        self._connection = connection

    async def end(self, stop: asyncio.Event) -> None:
        """Ask the worker to stop when the addresses are others, and say so; say, too, when the servers are stopped."""
        there = True
        while self._connection.from_file:
            await asyncio.sleep(_LOOK_SECONDS)
            before, there = there, self._connection.endpoints_file.exists()
            if before and not there:
                logger.warning(
                    "the servers of %s were stopped; this worker waits until `creditbus up` starts them again",
                    self._connection.home,
                )
            now = self._connection.moved()
            if now is not None:
                logger.warning(
                    "the servers of %s have other addresses now, Kafka is at %s; this worker ends with exit code %d, "
                    "and the next one takes them",
                    self._connection.home,
                    now.bootstrap_servers,
                    MOVED,
                )
                self.moved = True
                stop.set()
                return
