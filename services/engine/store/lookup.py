"""Reads another stage's state, without a say in it.

What is read was committed, but may be behind: a hit is true, a miss says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import redis.asyncio as redis
from redis.exceptions import RedisError

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.packing import pack_command
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.questions import Questions
from creditbus.services.engine.store.redis_store import LaneKeys
from creditbus.services.engine.together import together

__all__ = ["LookupStore"]


class LookupStore:
    """Keys of all lanes of another stage; `lane_of` tells where a key lives."""

    def __init__(self, client: redis.Redis, keys: LaneKeys, lane_of: Callable[[bytes], int]) -> None:
        self._client = client
        self._questions = Questions(client)
        self._keys = keys
        self._lane_of = lane_of

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:  # noqa: ARG002 -- the contract of a store
        """Return the values of keys by one MGET for each lane that has some (one hash slot each)."""
        by_lane: dict[int, list[bytes]] = {}
        for key in keys:
            by_lane.setdefault(self._lane_of(key), []).append(key)
        commands = [pack_command(b"MGET", (), self._keys.prefix(number), wanted) for number, wanted in by_lane.items()]
        try:
            answers = await together([self._questions.ask(command) for command in commands])
        except RedisError as error:
            raise DependencyDownError("redis", type(error).__name__) from error
        found: dict[bytes, bytes | None] = {}
        for wanted, values in zip(by_lane.values(), answers, strict=True):
            found.update(zip(wanted, values, strict=True))
        return Reading(None, found)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
