"""A store in Redis: few large commands, a checkpoint per lane, both changed in one step.

Keys of a lane share a hash tag, so Redis Cluster keeps them together. The checkpoint is bound to
the Kafka cluster, the changelog topic's id and the application: the state of another bus, or of a
topic that was created again, is never taken for ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import redis.asyncio as redis
from redis.exceptions import RedisError, ResponseError

from creditbus.services.engine.errors import CheckpointError, DependencyDownError
from creditbus.services.engine.packing import pack_command, pack_entries
from creditbus.services.engine.store import Reading
from creditbus.services.engine.store.connection import exchange
from creditbus.services.engine.store.pipelining import CommandBatcher

__all__ = ["LaneKeys", "RedisStore"]

_SCAN_COUNT = 5000


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
        self._questions = CommandBatcher(client)
        self._keys = keys
        self._identity = f"{identity}|"

    async def checkpoint(self, lane: int) -> int | None:
        """Return the lane's checkpoint; a foreign one is removed together with its keys.

        Raises:
            CheckpointError: another owner wrote while they were removed.

        """
        try:
            held = cast("bytes | None", await self._client.get(self._keys.checkpoint(lane)))
        except RedisError as error:
            raise _away(error) from error
        position = self._position(held)
        if position is None:
            await self._clear(lane, held or b"")
        return position

    async def forget(self, lane: int, before: int) -> None:
        """Remove the checkpoint, and then the keys; whoever finds them without a checkpoint goes on with that."""
        await self._clear(lane, self._written(before))

    async def _clear(self, lane: int, held: bytes) -> None:
        # An owner that was overtaken and does not know it may come to this while its successor writes: what that one
        # has written, which a checkpoint shows, must stay.
        checkpoint = self._keys.checkpoint(lane)
        if held:
            await self._change(lane, held, (pack_command(b"DEL", (checkpoint,)),))
        pattern = self._keys.prefix(lane) + b"*"
        batch: list[bytes] = []
        try:
            async for key in self._client.scan_iter(match=pattern, count=_SCAN_COUNT):
                batch.append(key)
                if len(batch) >= _SCAN_COUNT:
                    await self._change(lane, b"", (pack_command(b"UNLINK", batch),))
                    batch = []
        except RedisError as error:
            raise _away(error) from error
        if batch:
            await self._change(lane, b"", (pack_command(b"UNLINK", batch),))

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        """Return the values of keys by one MGET, which sees keys and checkpoint at one moment."""
        # Checkpoint and keys at one moment. Compared only when it was written, an emptied Redis gave subjects a second,
        # empty life: the batch was in Kafka before the write refused (docs/adr/0002).
        wanted = list(keys)
        prefix = self._keys.prefix(lane)
        command = pack_command(b"MGET", (self._keys.checkpoint(lane),), prefix, wanted)
        try:
            held, *values = await self._questions.ask(command)
        except RedisError as error:
            raise _away(error) from error
        return Reading(self._position(held), dict(zip(wanted, values, strict=True)))

    def _position(self, held: bytes | None) -> int | None:
        written = (held or b"").decode()
        return int(written.removeprefix(self._identity)) if written.startswith(self._identity) else None

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        """Set entries and the checkpoint in one transaction that fails when the checkpoint changes meanwhile."""
        put = pack_command(b"SET", (self._keys.checkpoint(lane), self._written(after)))
        await self._change(lane, self._written(before), (*pack_entries(self._keys.prefix(lane), entries), put))

    async def _change(self, lane: int, held: bytes, commands: Iterable[bytes]) -> None:
        """Do commands in one transaction, if the checkpoint is `held` and stays so until then.

        Raises:
            CheckpointError: it is not, or does not; nothing was done.
            DependencyDownError: no answer, or one that it was refused.

        """
        # A Lua script did the same in one round trip, and cost Redis more than the keys did (docs/adr/0012).
        checkpoint = self._keys.checkpoint(lane)
        transaction = (pack_command(b"MULTI", ()), *commands, pack_command(b"EXEC", ()))
        try:
            async with exchange(self._client) as talk:
                _, found = await talk.send_idempotent(
                    (pack_command(b"WATCH", (checkpoint,)), pack_command(b"GET", (checkpoint,)))
                )
                if (found or b"") != held:
                    raise CheckpointError
                # never twice: it may have been done before the connection broke
                *_, done = await talk.send_once(transaction)
        except RedisError as error:
            raise _away(error) from error
        if done is None:
            raise CheckpointError
        failed = next((answer for answer in done if isinstance(answer, RedisError)), None)
        if failed is not None:
            raise _away(failed) from failed

    def _written(self, checkpoint: int | None) -> bytes:
        return b"" if checkpoint is None else f"{self._identity}{checkpoint}".encode()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _away(error: RedisError) -> DependencyDownError:
    """Tell what Redis says when it has something to say: loading, out of memory, read only."""
    return DependencyDownError("redis", str(error) if isinstance(error, ResponseError) else type(error).__name__)
