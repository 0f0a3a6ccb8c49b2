"""A lane's own keys next to another stage's state: the first keep the contract, the others are only read."""

import asyncio

import pytest
import redis

from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.store.connection import connect
from creditbus.services.engine.store.lookup import LookupStore, LookupWithOffsets
from creditbus.services.engine.store.redis_store import LaneKeys
from creditbus.services.engine.store.stored_offsets import stored_offset_key

OWN, OTHER, NOBODY = stored_offset_key("ingest.court"), b"x|legacy", b"x|unknown"


def test_own_keys_are_kept_and_the_rest_is_looked_up(server: str, client: redis.Redis) -> None:
    keys = LaneKeys("creditbus", "resolver")
    client.set(keys.prefix(3) + OTHER, b"code")

    async def scenario() -> None:
        store = LookupWithOffsets(LookupStore(connect(server), keys, lambda _: 3))
        assert await store.checkpoint(0) is None
        assert await store.read(0, [OTHER]) == (None, {OTHER: b"code"})
        # its connection died since: it is replaced
        assert client.client_kill_filter(_type="normal", skipme=True) > 0
        await store.write(0, {OWN: b"7 id"}, None, 10)
        assert await store.read(0, [OWN, OTHER, NOBODY]) == (10, {OWN: b"7 id", OTHER: b"code", NOBODY: None})
        with pytest.raises(CheckpointError):
            await store.write(0, {OWN: b"9 id"}, 9, 20)
        await store.write(0, {OWN: b"9 id"}, 10, 20)
        assert await store.read(0, [OWN]) == (20, {OWN: b"9 id"})
        assert await store.read(1, [OWN]) == (None, {OWN: None})
        assert await store.checkpoint(0) is None
        assert await store.read(0, [OWN, OTHER]) == (None, {OWN: None, OTHER: b"code"})
        await store.close()

    asyncio.run(scenario())
    assert client.keys() == [keys.prefix(3) + OTHER]
