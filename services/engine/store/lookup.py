"""Reads another stage's state, without a say in it.

What is read was committed, but may be behind: a hit is true, a miss says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import redis.asyncio as redis
from redis.exceptions import RedisError

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.redis_store import LaneKeys

__all__ = ["LookupStore"]


class LookupStore:
    """Keys of all lanes of another stage; `lane_of` tells where a key lives."""

    def __init__(self, client: redis.Redis, keys: LaneKeys, lane_of: Callable[[bytes], int]) -> None:
        self._client = client
        self._keys = keys
        self._lane_of = lane_of

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:  # noqa: ARG002 -- the contract of a store
        """Return the values of keys by one MGET for each lane that has some (one hash slot each)."""
        by_lane: dict[int, list[bytes]] = {}
        for key in keys:
            by_lane.setdefault(self._lane_of(key), []).append(key)
        found: dict[bytes, bytes | None] = {}
        try:
            for number, wanted in by_lane.items():
                prefix = self._keys.prefix(number)
                values = cast("list[bytes | None]", await self._client.mget([prefix + key for key in wanted]))
                found.update(zip(wanted, values, strict=True))
        except RedisError as error:
            raise DependencyDownError("redis", type(error).__name__) from error
        return Reading(None, found)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
