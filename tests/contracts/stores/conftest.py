"""The stores that must keep the contract: the one in memory, and the one in a real Redis."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import redis

from creditbus.deploy.embedded.process import ServerProcess
from creditbus.deploy.embedded.programs import resolve
from creditbus.deploy.embedded.redis import RedisServer
from creditbus.services.engine.store import Store
from creditbus.services.engine.store.connection import connect
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.engine.store.redis_store import LaneKeys, RedisStore
from tests.harness.waiting import until
from tests.harness.workers import free_port

OpenStore = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis of our own."""
    home = tmp_path_factory.mktemp("redis")
    programs = resolve(lambda _: None)
    server = RedisServer("redis", home)
    server.ports = {"client": free_port()}
    server.prepare(programs)
    process: ServerProcess = server.process
    process.start(server.command(programs), home)
    try:
        until(server.healthy, "Redis answers")
        yield server.address
    finally:
        process.kill()


@pytest.fixture
def client(server: str) -> Iterator[redis.Redis]:
    """Another client of the same, emptied, Redis."""
    client = redis.Redis.from_url(server)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def open_redis(server: str, client: redis.Redis) -> Callable[[str], AbstractAsyncContextManager[Store]]:  # noqa: ARG001 -- empties it
    """Open a store in Redis under an identity."""

    @asynccontextmanager
    async def opened(identity: str) -> AsyncIterator[Store]:
        store = RedisStore(connect(server), LaneKeys("creditbus", "profiles"), identity)
        try:
            yield store
        finally:
            await store.close()

    return opened


@pytest.fixture(params=["resident", pytest.param("redis", marks=pytest.mark.integration)])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Open the store under test."""
    if request.param == "redis":
        open_redis: Callable[[str], AbstractAsyncContextManager[Store]] = request.getfixturevalue("open_redis")
        return lambda: open_redis("cluster/topic/creditbus")

    @asynccontextmanager
    async def resident() -> AsyncIterator[Store]:
        yield MemoryStore()

    return resident
