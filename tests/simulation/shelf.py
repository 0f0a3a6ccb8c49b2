"""A store as Redis is one: it may be slow or away, be emptied, or come back with what it held a while ago."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from creditbus.services.engine.errors import CheckpointError, DependencyDownError
from creditbus.services.engine.store import Reading
from tests.simulation.wire import Server, Wire

__all__ = ["Shelf", "ShelfStore", "Written"]

_Lane = tuple[int, dict[bytes, bytes]]


class Written(NamedTuple):
    """What a lane held after a write."""

    lane: int
    checkpoint: int
    entries: Mapping[bytes, bytes]


class Shelf:
    """What the server holds."""

    def __init__(self) -> None:
        self.lanes: dict[int, _Lane] = {}
        self.history: list[Written] = []
        self._dump: dict[int, _Lane] = {}

    def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> bool:
        """Compare the checkpoint and set everything in one step; return whether it was as expected."""
        held = self.lanes.get(lane)
        if (held[0] if held else None) != before:
            return False
        values = dict(held[1]) if held else {}
        for key, value in entries.items():
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value
        self.lanes[lane] = after, values
        self.history.append(Written(lane, after, values))
        return True

    def forget(self, lane: int, before: int) -> bool:
        """Remove what a lane holds; return whether its checkpoint was as expected."""
        if lane not in self.lanes or self.lanes[lane][0] != before:
            return False
        del self.lanes[lane]
        return True

    def dump(self) -> None:
        """Keep what is here for `restore`."""
        self._dump = dict(self.lanes)

    def restore(self) -> None:
        """Come back with the last dump; without one, empty."""
        self.lanes = dict(self._dump)


class ShelfStore:
    """A worker's client; see services/engine/store for the contract."""

    def __init__(self, server: Server, shelf: Shelf, timeout: float) -> None:
        self._server = server
        self._shelf = shelf
        self._timeout = timeout

    async def _ask(self, what: Callable[[], Any]) -> Any:
        try:
            # a connection of its own: redis-py takes them from a pool, so answers overtake each other
            return await Wire(self._server).ask(what, self._timeout)
        except TimeoutError:
            raise DependencyDownError("redis", "no answer") from None

    async def checkpoint(self, lane: int) -> int | None:
        held = await self._ask(lambda: self._shelf.lanes.get(lane))
        return held[0] if held else None

    async def forget(self, lane: int, before: int) -> None:
        if not await self._ask(lambda: self._shelf.forget(lane, before)):
            raise CheckpointError

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        wanted = list(keys)
        held = await self._ask(lambda: self._shelf.lanes.get(lane))
        values: Mapping[bytes, bytes] = held[1] if held else {}
        return Reading(held[0] if held else None, {key: values.get(key) for key in wanted})

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        if not await self._ask(lambda: self._shelf.write(lane, entries, before, after)):
            raise CheckpointError

    async def close(self) -> None: ...
