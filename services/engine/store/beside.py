"""A lane's own few keys beside another stage's state, which it looks up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from creditbus.services.engine.progress import is_progress
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.lookup import LookupStore
from creditbus.services.engine.store.resident import ResidentStore

__all__ = ["BesideStore"]


class BesideStore:
    """How far a lane has read is its own and resident; every other key is looked up. See `Store` for the contract."""

    def __init__(self, lookup: LookupStore) -> None:
        self._lookup = lookup
        self._own = ResidentStore()

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
            (own if is_progress(key) else others).append(key)
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
