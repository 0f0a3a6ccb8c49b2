"""Questions that are asked together, to a real Redis."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import redis

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.store import Store
from creditbus.services.engine.store.connection import connect
from creditbus.services.engine.store.lookup import LookupStore
from creditbus.services.engine.store.redis_store import LaneKeys
from tests.harness.waiting import until

OURS = "cluster/topic-id/creditbus"
LANES = range(16)
OpenRedis = Callable[[str], AbstractAsyncContextManager[Store]]


def connections(client: redis.Redis) -> int:
    """All but the one that asks."""
    return len(client.client_list()) - 1


async def fill(store: Store) -> None:
    for lane in LANES:
        await store.checkpoint(lane)
        await store.write(lane, {b"name": b"of lane %d" % lane}, None, lane)


def test_lanes_that_read_at_once_share_a_connection_and_each_has_its_own_answer(
    open_redis: OpenRedis, client: redis.Redis
) -> None:
    async def scenario() -> None:
        until(lambda: connections(client) == 0, "those of other tests are gone")
        async with open_redis(OURS) as store:
            await fill(store)
            read = await asyncio.gather(*(store.read(lane, [b"name", b"other"]) for lane in LANES))
            assert [found.at for found in read] == list(LANES)
            assert [found.values for found in read] == [
                {b"name": b"of lane %d" % lane, b"other": None} for lane in LANES
            ]
            assert connections(client) == 1

    asyncio.run(scenario())


def test_a_look_up_in_many_lanes_is_one_exchange(open_redis: OpenRedis, client: redis.Redis, server: str) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as store:
            for lane in LANES:
                await store.checkpoint(lane)
                await store.write(lane, {b"%d" % lane: b"of lane %d" % lane}, None, lane)
        # The server drops a closed connection a moment after its client has.
        until(lambda: connections(client) == 0, "the writer's connection is gone")
        lookup = LookupStore(connect(server), LaneKeys("creditbus", "profiles"), int)
        try:
            read = await lookup.read(0, [b"%d" % lane for lane in LANES])
            assert read.values == {b"%d" % lane: b"of lane %d" % lane for lane in LANES}
            assert connections(client) == 1
        finally:
            await lookup.close()

    asyncio.run(scenario())


def test_one_who_does_not_wait_any_more_leaves_the_others_their_answers(open_redis: OpenRedis) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as store:
            await fill(store)
            gone, stays = (asyncio.create_task(store.read(lane, [b"name"])) for lane in (0, 1))
            await asyncio.sleep(0)
            gone.cancel()
            assert (await stays).values == {b"name": b"of lane 1"}
            assert gone.cancelled()
            assert (await store.read(2, [b"name"])).values == {b"name": b"of lane 2"}

    asyncio.run(scenario())


def test_an_error_meets_all_who_asked_and_nobody_behind_them(open_redis: OpenRedis, client: redis.Redis) -> None:
    async def scenario() -> None:
        async with open_redis(OURS) as store:
            await fill(store)
            client.config_set("requirepass", "secret")
            client.auth("secret")
            client.client_kill_filter(_type="normal", skipme=True)
            read = await asyncio.gather(*(store.read(lane, [b"name"]) for lane in LANES), return_exceptions=True)
            assert {type(found) for found in read} == {DependencyDownError}
            client.config_set("requirepass", "")
            assert (await store.read(5, [b"name"])).values == {b"name": b"of lane 5"}

    try:
        asyncio.run(scenario())
    finally:
        client.config_set("requirepass", "")
