"""Reads committed records of partitions from given positions to their ends, or for ever."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError, KafkaError, OffsetOutOfRangeError

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.fetcher import NOWHERE, StageFetcher, stage_fetcher
from creditbus.services.engine.consume.stopping import stop_consumer
from creditbus.services.engine.errors import DependencyDownError

__all__ = ["FROM_END", "FROM_START", "RETRY_MS", "Chunk", "log_bounds", "read_partitions"]

#: aiokafka lets this pass between two questions for metadata, also between that for the brokers and the one for the
#: partitions of a topic: with its own 100 ms each reader began 100 ms later.
RETRY_MS = 20
_CHUNK_RECORDS = 5000
_PARTITION_BYTES = 8 << 20
_WAIT_MS = 500
_STALLED_SECONDS = 15.0
_SLOWED_SECONDS = 60.0
"""The same of a reader that may have a quota: Kafka lets it wait ten seconds at a time, and may twice in a row."""

FROM_START = -2
FROM_END = -1


class Chunk(NamedTuple):
    """Records in the order of their partitions, and the positions after them."""

    records: list[Record]
    positions: dict[Partition, int]


async def read_partitions(
    bootstrap_servers: str,
    starts: Mapping[Partition, int],
    *,
    follow: bool = False,
    partition_bytes: int = _PARTITION_BYTES,
    committed: bool = True,
    as_stage: bool = False,
    client_id: str | None = None,
) -> AsyncGenerator[Chunk]:
    """Yield what the partitions hold from their starts (offset, FROM_START or FROM_END) to their ends.

    The ends are those of the beginning of the call; with `follow` it goes on, yielding an empty
    chunk when nothing came for half a second. Positions are compared, never offsets of records: the
    last offset of a transactional topic is a marker. A start before the first offset or after the
    end is taken as FROM_START. `partition_bytes` is what one answer holds of a partition at most, unless a single
    batch is larger: little for whoever looks at a few records alone. Without `committed` it yields records of
    transactions that are under way or were aborted as well. With `as_stage` it reads as a stage does, in one pass over
    the bytes of a record batch (`record_reader`): for whoever reads millions of records. By `client_id` the brokers
    count what is read, and slow down a subscriber that reads more than its quota.

    Raises:
        DependencyDownError: no broker answers, or, on the way to the ends, nothing comes for long.
        OffsetOutOfRangeError: retention has deleted what was to be read next.

    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        isolation_level=_isolation(committed=committed),
        auto_offset_reset="none",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
        retry_backoff_ms=RETRY_MS,
        max_partition_fetch_bytes=partition_bytes,
        **({} if client_id is None else {"client_id": client_id}),
    )
    try:
        await consumer.start()
    except KafkaConnectionError as error:
        await stop_consumer(consumer)
        raise DependencyDownError("kafka", bootstrap_servers) from error
    fetcher = stage_fetcher(consumer, lambda: False) if as_stage else None
    patience = _STALLED_SECONDS if client_id is None else _SLOWED_SECONDS
    try:
        partitions = list(starts)
        first = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        positions = {tp: _position(starts[tp], first[tp], ends[tp]) for tp in partitions}
        # no await in between: aiokafka would start a reset of its own
        consumer.assign(partitions)
        for partition, position in positions.items():
            consumer.seek(partition, position)
        moved = time.monotonic()
        while follow or any(positions[tp] < ends[tp] for tp in partitions):
            before = positions
            if fetcher is None:
                fetched = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_CHUNK_RECORDS)
                records = [record for of_partition in fetched.values() for record in of_partition]
                positions = {tp: await consumer.position(tp) for tp in partitions}
            else:
                records, positions = await _taken(fetcher, before)
            if positions != before:
                moved = time.monotonic()
            elif not follow and time.monotonic() - moved > patience:
                raise DependencyDownError("kafka", f"nothing came for {patience:.0f} s")
            yield Chunk(records, dict(positions))
    finally:
        await stop_consumer(consumer)


async def _taken(fetcher: StageFetcher, before: dict[Partition, int]) -> tuple[list[Record], dict[Partition, int]]:
    taken = await fetcher.take(before, _WAIT_MS / 1000, _CHUNK_RECORDS)
    positions = before | {one.partition: one.end for one in taken}
    for partition, position in positions.items():
        if position == NOWHERE:
            raise OffsetOutOfRangeError({partition: before[partition]})
    return [record for one in taken for record in one.records], positions


async def log_bounds(
    bootstrap_servers: str, partitions: Sequence[Partition], *, committed: bool = True
) -> dict[Partition, tuple[int, int]]:
    """Return for each partition the offset at which its log begins, and the one after its last record.

    With `committed`, the one after its last record that is not part of a transaction under way.

    Raises:
        DependencyDownError: no broker answers.

    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        isolation_level=_isolation(committed=committed),
        retry_backoff_ms=RETRY_MS,
    )
    try:
        await consumer.start()
        first = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
    except KafkaError as error:
        raise DependencyDownError("kafka", f"{bootstrap_servers}: {type(error).__name__}") from error
    finally:
        await stop_consumer(consumer)
    return {one: (first[one], ends[one]) for one in partitions}


def _position(start: int, first: int, end: int) -> int:
    if start == FROM_END:
        return end
    return start if first <= start <= end else first


def _isolation(*, committed: bool) -> str:
    return "read_committed" if committed else "read_uncommitted"
