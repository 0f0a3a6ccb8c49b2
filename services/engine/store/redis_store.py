"""A store in Redis: few large commands, a checkpoint per lane, both changed in one step.

Keys of a lane share a hash tag, so Redis Cluster keeps them together. The checkpoint is bound to
the Kafka cluster, the changelog topic's id and the application: the state of another bus, or of a
topic that was created again, is never taken for ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any, cast

import redis.asyncio as redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from creditbus.services.engine.errors import CheckpointError, DependencyDownError
from creditbus.services.engine.store.wire import call, pack

__all__ = ["LaneKeys", "RedisStore"]

_SCRIPT = resources.files("creditbus.services.engine.store") / "write_lane.lua"
_SCAN_COUNT = 5000
_DOWN = (RedisConnectionError, RedisTimeoutError)


class LaneKeys:
    """Names of a stage's keys in Redis: `creditbus:{profiles:3}:` and the key itself."""

    def __init__(self, application: str, stage: str) -> None:
        self._head = f"{application}:{{{stage}:"

    def prefix(self, lane: int) -> bytes:
        """Return what every key of a lane starts with; the braces are the cluster's hash tag."""
        return f"{self._head}{lane}}}:".encode()

    def checkpoint(self, lane: int) -> bytes:
        """Return the key of the lane's checkpoint; it cannot be a key of a step."""
        return f"{self._head}{lane}}}".encode()


class RedisStore:
    """See `Store` for the contract."""

    def __init__(self, client: redis.Redis, keys: LaneKeys, identity: str) -> None:
        self._client = client
        self._keys = keys
        self._identity = f"{identity}|"
        self._script = client.register_script(_SCRIPT.read_bytes())

    async def checkpoint(self, lane: int) -> int | None:
        """Return the lane's checkpoint; a foreign one is removed together with its keys."""
        try:
            held = cast("bytes | None", await self._client.get(self._keys.checkpoint(lane)))
            if held is not None and held.decode().startswith(self._identity):
                return int(held.decode().removeprefix(self._identity))
            await self._clear(lane)
        except _DOWN as error:
            raise DependencyDownError("redis", type(error).__name__) from error
        return None

    async def _clear(self, lane: int) -> None:
        await self._client.delete(self._keys.checkpoint(lane))
        pattern = self._keys.prefix(lane) + b"*"
        batch: list[bytes] = []
        async for key in self._client.scan_iter(match=pattern, count=_SCAN_COUNT):
            batch.append(key)
            if len(batch) >= _SCAN_COUNT:
                await self._client.unlink(*batch)
                batch = []
        if batch:
            await self._client.unlink(*batch)

    async def read(self, lane: int, keys: Iterable[bytes], at: int | None) -> dict[bytes, bytes | None]:
        """Return the values of keys by one MGET, which sees keys and checkpoint at one moment."""
        wanted = list(keys)
        if not wanted:
            return {}
        prefix = self._keys.prefix(lane)
        command = pack((b"", (b"MGET", self._keys.checkpoint(lane))), (prefix, wanted))
        try:
            held, *values = cast("list[bytes | None]", await call(self._client, command))
        except _DOWN as error:
            raise DependencyDownError("redis", type(error).__name__) from error
        if (held or b"").decode() != self._written(at):
            raise CheckpointError
        return dict(zip(wanted, values, strict=True))

    def _written(self, checkpoint: int | None) -> str:
        return "" if checkpoint is None else f"{self._identity}{checkpoint}"

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        """Set entries and the checkpoint by one script."""
        prefix = self._keys.prefix(lane)
        sets = [key for key, value in entries.items() if value is not None]
        deletes = [key for key, value in entries.items() if value is None]
        values = [value for value in entries.values() if value is not None]
        bounds = (self._written(before).encode(), self._written(after).encode(), b"%d" % len(sets))
        counted = b"%d" % (1 + len(entries))
        command = pack(
            (b"", (b"EVALSHA", self._script.sha.encode(), counted, self._keys.checkpoint(lane))),
            (prefix, sets),
            (prefix, deletes),
            (b"", bounds),
            (b"", values),
        )
        try:
            changed = await self._evaluate(command)
        except _DOWN as error:
            raise DependencyDownError("redis", type(error).__name__) from error
        except RedisError as error:
            raise DependencyDownError("redis", str(error)) from error
        if not changed:
            raise CheckpointError

    async def _evaluate(self, command: bytes) -> Any:
        try:
            return await call(self._client, command)
        except NoScriptError:
            # a server that was started again has forgotten it
            await self._client.script_load(self._script.script)
            return await call(self._client, command)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
