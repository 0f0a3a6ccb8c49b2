"""A consumer ends also while its broker is away, and nobody who waits for that is cancelled by it."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.stopping import stop_consumer


async def _started(monkeypatch: pytest.MonkeyPatch) -> AIOKafkaConsumer:
    """Start aiokafka's consumer without a broker."""

    async def bootstrap(_: AIOKafkaClient) -> None: ...

    monkeypatch.setattr(AIOKafkaClient, "bootstrap", bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers="nowhere:1")
    await consumer.start()
    place = Partition("feed.x", 0)
    consumer.assign([place])
    consumer.seek(place, 0)
    while consumer._fetcher._wait_consume_future is None:  # noqa: ASYNC110 -- aiokafka has no signal for it
        await asyncio.sleep(0)  # until the fetcher has taken the assignment
    return consumer


def test_the_pause_after_a_failed_fetch_cancels_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    close = AIOKafkaClient.close

    async def noted(client: AIOKafkaClient) -> None:
        await close(client)
        closed.append(client)

    async def run() -> None:
        consumer = await _started(monkeypatch)
        monkeypatch.setattr(AIOKafkaClient, "close", noted)
        # what aiokafka does for a moment when it had no answer
        consumer._fetcher._pending_tasks.add(pause := asyncio.create_task(asyncio.sleep(60)))
        await asyncio.sleep(0)
        await stop_consumer(consumer)
        assert pause.cancelled()
        assert closed == [consumer._client]

    asyncio.run(run())


def test_whoever_is_cancelled_meanwhile_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        consumer = await _started(monkeypatch)
        never = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(consumer, "stop", lambda: asyncio.shield(never))
        stopping = asyncio.create_task(stop_consumer(consumer))
        await asyncio.sleep(0)
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping
        monkeypatch.undo()
        await consumer.stop()

    asyncio.run(run())
