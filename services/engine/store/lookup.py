"""Reads another stage's state, without a say in it, next to a lane's own consumed offsets.

What is read was committed, but may be behind: a hit is true, a miss says nothing (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import redis.asyncio as redis
from redis.exceptions import RedisError

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.gather import gather
from creditbus.services.engine.packing import pack_command
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.engine.store.pipelining import CommandBatcher
from creditbus.services.engine.store.redis_store import LaneKeys
from creditbus.services.engine.store.stored_offsets import is_stored_offset

__all__ = ["LookupStore", "LookupWithOffsets"]


class LookupStore:
    """Keys of all lanes of another stage; `lane_of` tells where a key lives."""

    def __init__(self, client: redis.Redis, keys: LaneKeys, lane_of: Callable[[bytes], int]) -> None:
        self._client = client
        self._questions = CommandBatcher(client)
        self._keys = keys
        self._lane_of = lane_of

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:  # noqa: ARG002 -- the contract of a store
        """Return the values of keys by one MGET for each lane that has some (one hash slot each)."""
        by_lane: dict[int, list[bytes]] = {}
        for key in keys:
            by_lane.setdefault(self._lane_of(key), []).append(key)
        commands = [pack_command(b"MGET", (), self._keys.prefix(number), wanted) for number, wanted in by_lane.items()]
        try:
            answers = await gather([self._questions.ask(command) for command in commands])
        except RedisError as error:
            raise DependencyDownError("redis", type(error).__name__) from error
        found: dict[bytes, bytes | None] = {}
        for wanted, values in zip(by_lane.values(), answers, strict=True):
            found.update(zip(wanted, values, strict=True))
        return Reading(None, found)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class LookupWithOffsets:
    """How far a lane has read is its own and resident; every other key is looked up. See `Store` for the contract."""

    def __init__(self, lookup: LookupStore) -> None:
        self._lookup = lookup
        self._own = MemoryStore()

    async def checkpoint(self, lane: int) -> int | None:
        """Forget the lane's own keys: another worker may have written its changelog meanwhile."""
        return await self._own.checkpoint(lane)

    async def forget(self, lane: int, before: int) -> None:
        """Forget the lane's own keys, which are at `before`."""
        await self._own.forget(lane, before)

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        """Return the values of keys; the checkpoint is that of the lane's own."""
        own, others = list[bytes](), list[bytes]()
        for key in keys:
            (own if is_stored_offset(key) else others).append(key)
        held = await self._own.read(lane, own)
        if not others:
            return held
        found = await self._lookup.read(lane, others)
        return Reading(held.at, held.values | found.values)

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        """Set the lane's own keys and the checkpoint."""
        await self._own.write(lane, entries, before, after)

    async def close(self) -> None:
        """Close the connections and forget everything."""
        await self._own.close()
        await self._lookup.close()
