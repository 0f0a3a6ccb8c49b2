"""Stops consumers of aiokafka, also while their broker is away."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from aiokafka import AIOKafkaConsumer

__all__ = ["stop_consumer"]


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer; what goes wrong with that is nobody's concern any more, unless the caller is cancelled."""
    # A fetch that failed pauses before the next one. A cancellation in that pause comes out of `stop`, before it
    # has closed its client: a lane ended by that as if it had been cancelled itself, and nobody acquired it again
    # (docs/adr/0029).
    if await _fails(consumer.stop()):
        await _fails(consumer._client.close())  # noqa: SLF001 -- `stop` does nothing a second time


async def _fails(end: Coroutine[object, object, None]) -> bool:
    (failure,) = await asyncio.gather(end, return_exceptions=True)
    return failure is not None
