"""Reads the state of a stage from its store, and never takes a store that lost it for one that has none.

A store is a copy of its changelog, which may be emptied, set back or rebuilt at any time. A miss in it, a hit too, is
true only where its checkpoint has come to where the changelog ended when the command began.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import redis.asyncio as redis

from creditbus.services.domain.event import partition_of
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.cluster_metadata import TopicFacts
from creditbus.services.engine.consume.topic_reader import log_bounds
from creditbus.services.engine.errors import StoreBehindError
from creditbus.services.engine.store import Store
from creditbus.services.engine.store.redis_store import LaneKeys, RedisStore
from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.names import PROFILES, RESOLVER

__all__ = ["StageState", "open_states"]

#: The stages that keep their state in Redis; its truth is the changelog of each.
_IN_REDIS = (PROFILES, RESOLVER)
#: A store is written right after its transaction; a lane that is acquired again after a fault needs longer.
_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class StageState:
    """What a stage holds.

    Attributes:
        stage: its name.
        store: only read.
        needed: by lane, the least checkpoint of a store that has all which the changelog held when this was opened;
            0: it was empty, and a store that was never written says the truth, too.
        patience_seconds: how long a lane may be behind before that is reported.

    """

    stage: str
    store: Store
    needed: Sequence[int]
    patience_seconds: float = _PATIENCE_SECONDS

    def lane_of(self, key: bytes) -> int:
        """Return the lane of a subject or of a legacy code."""
        return partition_of(key, len(self.needed))

    async def values(self, lane: int, keys: Sequence[bytes]) -> Mapping[bytes, bytes | None]:
        """Return the values of keys of one lane as they stand at one moment; None for a key that there is not.

        Raises:
            StoreBehindError: the store lacks what the changelog holds, and goes on doing so.
            DependencyDownError: Redis does not answer.

        """
        deadline = time.monotonic() + self.patience_seconds
        while True:
            at, values = await self.store.read(lane, keys)
            if (at or 0) >= self.needed[lane]:
                return values
            if time.monotonic() >= deadline:
                raise StoreBehindError(self.stage, lane)
            await asyncio.sleep(_POLL_SECONDS)


async def open_states(connection: Connection, facts: TopicFacts, client: redis.Redis) -> dict[str, StageState]:
    """Return the states of the stages that keep them in Redis.

    Raises:
        DependencyDownError: no broker answers.
        ConfigurationError: a topic is missing.

    """
    partitions = {stage: facts.partitions_of(stage.changelog) for stage in _IN_REDIS}
    needed = await _needed(connection.bootstrap_servers, [one for of in partitions.values() for one in of])
    return {
        stage.name: StageState(
            stage.name,
            RedisStore(client, LaneKeys(APPLICATION, stage.name), facts.identity_of(stage.changelog, APPLICATION)),
            [needed[one] for one in of],
        )
        for stage, of in partitions.items()
    }


async def _needed(bootstrap_servers: str, partitions: Sequence[Partition]) -> dict[Partition, int]:
    """Return the position after the last committed record of each partition, 0 where there is none.

    The last offset is the marker of the last transaction; a checkpoint may or may not count it.
    """
    bounds = await log_bounds(bootstrap_servers, partitions)
    return {one: end - 1 if end > first else 0 for one, (first, end) in bounds.items()}
