"""A store in the worker's memory, rebuilt from its changelog at every acquisition (docs/adr/0002)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.store import Reading

__all__ = ["MemoryStore"]


class MemoryStore:
    """For state of a few keys per lane; see `Store` for the contract."""

    def __init__(self) -> None:
        self._lanes: dict[int, dict[bytes, bytes]] = {}
        self._checkpoints: dict[int, int] = {}

    async def checkpoint(self, lane: int) -> int | None:
        """Forget the lane: another worker may have written its changelog meanwhile."""
        self._remove(lane)
        return None

    async def forget(self, lane: int, before: int) -> None:
        """Forget the lane, which is at `before`."""
        if self._checkpoints.get(lane) != before:
            raise CheckpointError
        self._remove(lane)

    def _remove(self, lane: int) -> None:
        self._lanes[lane] = {}
        self._checkpoints.pop(lane, None)

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        """Return the values of keys."""
        held = self._lanes.get(lane, {})
        return Reading(self._checkpoints.get(lane), {key: held.get(key) for key in keys})

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        """Set entries and the checkpoint."""
        if self._checkpoints.get(lane) != before:
            raise CheckpointError
        held = self._lanes.setdefault(lane, {})
        for key, value in entries.items():
            if value is None:
                held.pop(key, None)
            else:
                held[key] = value
        self._checkpoints[lane] = after

    async def close(self) -> None:
        """Forget everything."""
        self._lanes.clear()
        self._checkpoints.clear()
