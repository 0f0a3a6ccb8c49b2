"""Packed commands on connections of redis-py.

It packs a command argument by argument, with a look at the type of each; a batch has some ten thousand, all bytes
(services/engine/packing). Connections, answers, time-outs and errors stay redis-py's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio as redis

__all__ = ["Exchange", "exchange"]


class Exchange:
    """Commands and answers on one connection, in turn."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def call(self, commands: Iterable[bytes]) -> list[Any]:
        """Send packed commands in one piece and return the answer to each; errors are redis-py's."""
        sent = list(commands)
        await self._connection.send_packed_command(sent)
        return [await self._connection.read_response() for _ in sent]


@asynccontextmanager
async def exchange(client: redis.Redis) -> AsyncIterator[Exchange]:
    """Lend a connection of the client's pool; one that was left by an error is not used again."""
    pool = client.connection_pool
    connection = await pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        yield Exchange(connection)
    except BaseException:
        # an answer may still be on its way, or a key watched
        await connection.disconnect(nowait=True)
        raise
    finally:
        await pool.release(connection)
