"""One Kafka transaction per batch, by aiokafka's transactional producer.

The order is what makes it both exact and quick: send the outputs, wait for every one of them, then
the offsets, then commit. aiokafka's commit ignores failed batches, so each future is awaited; and
offsets that travel beside outputs make the broker answer NOT_ENOUGH_REPLICAS and retry (KIP-890).
A producer is used by one owner once: any error ends it, and the lane acquires a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaConnectionError,
    KafkaError,
    ProducerFenced,
)
from aiokafka.producer import sender
from aiokafka.structs import RecordMetadata

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError, FencedError
from creditbus.services.engine.settings import EngineSettings

__all__ = ["TransactionalProducer"]

# aiokafka waits 20 ms before the next transaction when the broker still writes the markers of the
# last one; the broker needs about one
sender.BACKOFF_OVERRIDE = 0.003

_BATCH_BYTES = 1 << 20
_REQUEST_BYTES = 8 << 20
_STOP_SECONDS = 2.0

Records = Mapping[Partition, Sequence[tuple[bytes | None, bytes | None]]]


class TransactionalProducer:
    """The producer of one lane, from its fencing to its first error."""

    def __init__(self, settings: EngineSettings, transactional_id: str, group: str) -> None:
        self._settings = settings
        self._group = group
        self._producer = AIOKafkaProducer(
            bootstrap_servers=settings.bootstrap_servers,
            client_id=transactional_id,
            transactional_id=transactional_id,
            transaction_timeout_ms=int(settings.transaction_timeout_seconds * 1000),
            retry_backoff_ms=settings.retry_backoff_ms,
            max_batch_size=_BATCH_BYTES,
            max_request_size=_REQUEST_BYTES,
            linger_ms=0,
            request_timeout_ms=int(settings.watchdog_seconds * 1000),
        )

    async def fence(self) -> None:
        """Take the transactional id: ends or completes whatever its last owner left open.

        Raises:
            DependencyDownError: no broker answered in time.

        """
        try:
            async with asyncio.timeout(self._settings.transaction_timeout_seconds):
                await self._producer.start()
        except (KafkaConnectionError, TimeoutError) as error:
            raise DependencyDownError("kafka", repr(error)) from error

    async def commit(self, records: Records, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
        """Write records and input offsets in one transaction.

        Returns:
            For each output partition the offset behind its last record.

        Raises:
            FencedError: another owner has the transactional id.
            KafkaError, TimeoutError: the outcome is unknown until the lane is acquired again.

        """
        try:
            async with asyncio.timeout(self._settings.watchdog_seconds):
                return await self._commit(records, offsets)
        except (ProducerFenced, InvalidProducerEpoch) as error:
            raise FencedError(type(error).__name__) from error

    async def _commit(self, records: Records, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
        producer = self._producer
        await producer.begin_transaction()
        sent: list[tuple[Partition, int, asyncio.Future[RecordMetadata]]] = []
        for partition, entries in records.items():
            await self._send(partition, entries, sent)
        ends: dict[Partition, int] = {}
        for metadata, (partition, count, _) in zip(
            await asyncio.gather(*(future for _, _, future in sent)), sent, strict=True
        ):
            ends[partition] = metadata.offset + count
        await producer.send_offsets_to_transaction(dict(offsets), self._group)
        await producer.commit_transaction()
        return ends

    async def _send(
        self,
        partition: Partition,
        entries: Sequence[tuple[bytes | None, bytes | None]],
        sent: list[tuple[Partition, int, asyncio.Future[RecordMetadata]]],
    ) -> None:
        producer = self._producer
        batch = producer.create_batch()
        count = 0
        for key, value in entries:
            if batch.append(key=key, value=value, timestamp=None) is None:
                sent.append((partition, count, await self._flush(batch, partition)))
                batch = producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
                count = 0
            count += 1
        if count:
            sent.append((partition, count, await self._flush(batch, partition)))

    async def _flush(self, batch: object, partition: Partition) -> asyncio.Future[RecordMetadata]:
        future: asyncio.Future[RecordMetadata] = await self._producer.send_batch(
            batch, partition.topic, partition=partition.partition
        )
        # of several that fail together only the first is awaited
        future.add_done_callback(_look_at)
        return future

    async def close(self) -> None:
        """End the producer in a bounded time, whatever it still holds."""
        accumulator = self._producer._message_accumulator  # noqa: SLF001 -- else stop() waits for what cannot be delivered
        with contextlib.suppress(Exception):
            accumulator.fail_all(KafkaError("producer closed"))
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_STOP_SECONDS):
                await self._producer.stop()


def _look_at(done: asyncio.Future[RecordMetadata]) -> None:
    if not done.cancelled():
        done.exception()
