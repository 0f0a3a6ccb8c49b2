"""What a stage keeps, as its changelog says it and as Redis holds it."""

from typing import cast

import redis

from tests.harness.wire import Observer, Place

__all__ = ["replay", "stored"]


def replay(observer: Observer, topic: str, partition: int) -> dict[bytes, bytes]:
    """What a compacted topic says in the end."""
    state = {record.key or b"": record.value for record in observer.records[Place(topic, partition)]}
    return {key: value for key, value in state.items() if value is not None}


def stored(observer: Observer, stage: str, partition: int) -> dict[bytes, bytes]:
    """What Redis holds for a lane, without its checkpoint."""
    client = redis.Redis.from_url(observer.wire.bus.redis_url)
    prefix = f"creditbus:{{{stage}:{partition}}}:".encode()
    try:
        keys = list(client.scan_iter(match=prefix + b"*", count=10_000))
        values = cast("list[bytes]", client.mget(keys)) if keys else []
    finally:
        client.close()
    return {key.removeprefix(prefix): value for key, value in zip(keys, values, strict=True)}
