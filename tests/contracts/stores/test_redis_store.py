"""What only a store has that outlives its owner: whose state it is, and what becomes of it meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
import redis
import redis.asyncio as aioredis

from creditbus.services.engine.errors import CheckpointError, DependencyDownError
from creditbus.services.engine.store import Store
from creditbus.services.engine.store.connection import Exchange
from creditbus.services.engine.store.redis_store import LaneKeys, RedisStore

OURS = "cluster/topic-id/creditbus"
OpenRedis = Callable[[str], AbstractAsyncContextManager[Store]]


async def _write(open_redis: OpenRedis, identity: str, lane: int = 0) -> None:
    async with open_redis(identity) as store:
        await store.checkpoint(lane)
        await store.write(lane, {b"one": b"1", b"two": b"2"}, None, 10)


def test_the_next_owner_finds_state_and_checkpoint(open_redis: OpenRedis) -> None:
    async def scenario() -> None:
        await _write(open_redis, OURS)
        async with open_redis(OURS) as store:
            assert await store.checkpoint(0) == 10
            assert await store.read(0, [b"one"]) == (10, {b"one": b"1"})
            await store.write(0, {b"one": None}, 10, 11)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "foreign", ["other/topic-id/creditbus", "cluster/recreated/creditbus", "cluster/topic-id/credit", OURS + "2"]
)
def test_a_foreign_lane_is_cleared_and_no_other(open_redis: OpenRedis, client: redis.Redis, foreign: str) -> None:
    async def scenario() -> None:
        await _write(open_redis, foreign, 1)
        await _write(open_redis, OURS, 11)
        async with open_redis(OURS) as store:
            assert await store.checkpoint(1) is None
            assert await store.checkpoint(11) == 10
            assert not list(client.scan_iter(match=LaneKeys("creditbus", "profiles").prefix(1) + b"*"))
            await store.write(1, {b"three": b"3"}, None, 7)
            assert await store.read(1, [b"one", b"three"]) == (7, {b"one": None, b"three": b"3"})

    asyncio.run(scenario())


def test_state_without_a_checkpoint_is_cleared(open_redis: OpenRedis, client: redis.Redis) -> None:
    async def scenario() -> None:
        await _write(open_redis, OURS)
        client.delete(LaneKeys("creditbus", "profiles").checkpoint(0))
        async with open_redis(OURS) as store:
            assert await store.checkpoint(0) is None
            assert client.dbsize() == 0

    asyncio.run(scenario())


def test_an_owner_that_was_overtaken_removes_nothing_of_what_its_successor_wrote(
    open_redis: OpenRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It found no checkpoint, and comes to the keys when the successor has rebuilt them."""
    ours = {b"one": b"1", b"two": b"2"}
    look = aioredis.Redis.scan_iter

    async def scenario() -> None:
        async with open_redis(OURS) as old, open_redis(OURS) as new:
            rebuilt = False

            async def late(client: aioredis.Redis, **arguments: Any) -> AsyncIterator[Any]:
                nonlocal rebuilt
                if not rebuilt:
                    rebuilt = True
                    assert await new.checkpoint(0) is None
                    await new.write(0, ours, None, 10)
                async for key in look(client, **arguments):
                    yield key

            monkeypatch.setattr(aioredis.Redis, "scan_iter", late)
            with pytest.raises(CheckpointError):
                await old.checkpoint(0)
            assert await new.read(0, list(ours)) == (10, ours)

    asyncio.run(scenario())


def test_a_foreign_checkpoint_that_was_replaced_is_not_removed(
    open_redis: OpenRedis, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    position_of = RedisStore._position
    checkpoint = LaneKeys("creditbus", "profiles").checkpoint(0)

    def late(store: RedisStore, held: bytes | None) -> int | None:
        client.set(checkpoint, f"{OURS}|10")
        return position_of(store, held)

    async def scenario() -> None:
        await _write(open_redis, "other/topic-id/creditbus")
        async with open_redis(OURS) as store:
            monkeypatch.setattr(RedisStore, "_position", late)
            with pytest.raises(CheckpointError):
                await store.checkpoint(0)
            monkeypatch.undo()
            assert await store.read(0, [b"one"]) == (10, {b"one": b"1"})

    asyncio.run(scenario())


def test_an_emptied_store_is_seen_by_the_next_read_and_the_next_write(
    open_redis: OpenRedis, client: redis.Redis
) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as store:
            await store.checkpoint(0)
            await store.write(0, {b"one": b"1"}, None, 10)
            client.flushall()
            assert await store.read(0, [b"one"]) == (None, {b"one": None})
            with pytest.raises(CheckpointError):
                await store.write(0, {b"two": b"2"}, 10, 20)
            assert client.dbsize() == 0

    asyncio.run(scenario())


def test_two_owners_do_not_mix(open_redis: OpenRedis) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as old, open_redis(OURS) as new:
            await old.checkpoint(0)
            await old.write(0, {b"one": b"old"}, None, 10)
            assert await new.checkpoint(0) == 10
            await new.write(0, {b"one": b"new"}, 10, 20)
            assert await old.read(0, [b"one"]) == (20, {b"one": b"new"})
            with pytest.raises(CheckpointError):
                await old.write(0, {b"one": b"late"}, 10, 30)
            assert await new.read(0, [b"one"]) == (20, {b"one": b"new"})

    asyncio.run(scenario())


def _cut(client: redis.Redis) -> None:
    """End all other connections; no turn of the event loop comes before their next use, so that they look alive."""
    assert client.client_kill_filter(_type="normal", skipme=True) > 0


def test_a_connection_that_died_since_its_last_use_is_replaced(open_redis: OpenRedis, client: redis.Redis) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as store:
            await store.checkpoint(0)
            await store.write(0, {b"one": b"1"}, None, 10)
            _cut(client)
            assert await store.read(0, [b"one"]) == (10, {b"one": b"1"})
            _cut(client)
            await store.write(0, {b"one": b"2"}, 10, 20)
            _cut(client)
            assert await store.checkpoint(0) == 20
            assert await store.read(0, [b"one"]) == (20, {b"one": b"2"})

    asyncio.run(scenario())


def test_a_write_whose_outcome_is_unknown_is_never_sent_again(
    open_redis: OpenRedis, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, calls = Exchange.send_once, list[int]()

    async def cut_before_the_second(exchange: Exchange, commands: Iterable[bytes]) -> list[Any]:
        calls.append(len(sent := list(commands)))
        if len(calls) == 2:
            _cut(client)
        return await call(exchange, sent)

    async def scenario() -> None:
        async with open_redis(OURS) as store:
            await store.checkpoint(0)
            await store.write(0, {b"one": b"1"}, None, 10)
            monkeypatch.setattr(Exchange, "send_once", cut_before_the_second)
            with pytest.raises(DependencyDownError, match="redis"):
                await store.write(0, {b"one": b"2"}, 10, 20)
            assert calls == [2, 4]
            assert await store.read(0, [b"one"]) == (10, {b"one": b"1"})

    asyncio.run(scenario())


def test_a_store_that_does_not_answer_is_named(open_redis: OpenRedis, client: redis.Redis) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as store:
            await store.checkpoint(0)
            client.config_set("maxmemory", 1)
            try:
                with pytest.raises(DependencyDownError, match="redis"):
                    await store.write(0, {b"one": b"1"}, None, 10)
            finally:
                client.config_set("maxmemory", 0)
            assert await store.checkpoint(0) is None

    asyncio.run(scenario())
