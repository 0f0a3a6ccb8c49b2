"""Questions to Redis that are asked in the same turn of the event loop, in one exchange.

The lanes of a range read their state at once. One by one, sixteen lanes cost sixteen connections and as many turns of
the loop; the keys of the batch are the same.
"""

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio as redis

from creditbus.services.engine.store.connection import exchange

__all__ = ["CommandBatcher"]

_Asked = tuple[bytes, asyncio.Future[Any]]


class CommandBatcher:
    """Of one client; each question is a packed command that changes nothing."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._asked: list[_Asked] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, command: bytes) -> Any:
        """Return the answer; an error, of redis-py, meets all who take part in the exchange."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._asked.append((command, answer))
        if len(self._asked) == 1:
            loop.call_soon(self._start)
        return await answer

    def _start(self) -> None:
        asked, self._asked = self._asked, []
        task = asyncio.create_task(self._exchange(asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _exchange(self, asked: list[_Asked]) -> None:
        try:
            async with exchange(self._client) as talk:
                answers = await talk.send_idempotent([command for command, _ in asked])
        except BaseException as error:
            for _, answer in asked:
                # who was cancelled does not wait any more
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for (_, answer), value in zip(asked, answers, strict=True):
                if not answer.done():
                    answer.set_result(value)
