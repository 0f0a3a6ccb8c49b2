"""Packed commands on connections of redis-py.

It packs a command argument by argument, with a look at the type of each; a batch has some ten thousand, all bytes
(services/engine/packing). Connections, answers, time-outs and errors stay redis-py's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as DeadConnectionError

from creditbus.services.engine import messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["Exchange", "connect", "exchange"]

#: Longest wait for one answer of Redis; then a lane pauses and acquires again, and a command tells it.
_ANSWER_SECONDS = 5.0


def connect(url: str) -> redis.Redis:
    """Return a client that replaces a dead connection once, at once; without a retry of ours redis-py gives up there.

    Its own commands are sent again, too: use none that may not be done twice.

    Raises:
        ConfigurationError: the query of the URL says what the client does not know.

    """
    try:
        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=_ANSWER_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1, supported_errors=(DeadConnectionError,)),
        )
        # made and not connected: what the query says is looked at then, and no sooner
        client.connection_pool.make_connection()  # type: ignore[no-untyped-call] # redis-py has no types here
    except (TypeError, ValueError) as error:
        raise ConfigurationError("CREDITBUS_REDIS_URL", messages.NOT_OF_REDIS(), messages.WITHOUT_OPTIONS()) from error
    return client


class Exchange:
    """Commands and answers on one connection, in turn."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def send_idempotent(self, commands: Iterable[bytes]) -> list[Any]:
        """Call what may be sent twice; where the connection is dead, once more on a fresh one.

        The pool tells a connection that was closed, not one that was reset: such a one looks alive until it is used.
        """
        sent = list(commands)
        answers: list[Any] = await self._connection.retry.call_with_retry(lambda: self.send_once(sent), self._died)
        return answers

    async def _died(self, _: Exception) -> None:
        await self._connection.disconnect(nowait=True)

    async def send_once(self, commands: Iterable[bytes]) -> list[Any]:
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
