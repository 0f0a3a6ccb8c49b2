"""One Kafka transaction per batch, by three requests one after another.

Outputs, one request to each leader; input offsets; the end. The broker adds partitions and group to the transaction by
itself, and the end's answer brings the producer's next epoch (KIP-890, part 2; docs/adr/0014). Partitions of several
leaders are added first, which makes four. Nothing is sent before what came before it was acknowledged, and nothing is
repeated but what the broker says it has not begun.
A producer is used by one owner once: any error ends it, and the lane acquires a new one.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka.errors import KafkaConnectionError, NodeNotReadyError, RequestTimedOutError

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.gather import gather
from creditbus.services.engine.produce.brokers import Brokers
from creditbus.services.engine.produce.error_codes import COORDINATOR_MOVES, must_repeat
from creditbus.services.engine.produce.messages import (
    NO_TAGS,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    ProduceRequest,
    TxnOffsetCommitRequest,
)
from creditbus.services.engine.produce.records import Identity, Packed, RecordBatch, Records
from creditbus.services.engine.settings import EngineSettings

__all__ = ["TransactionalProducer"]

_ALL_REPLICAS = -1
# the broker waits by itself first, up to 100 ms (add.partitions.to.txn.retry.backoff.max.ms)
_REPEAT_SECONDS = 0.002
# who owns a lane is decided by the fence, never by the group's membership
_NO_GENERATION, _NO_MEMBER, _NO_INSTANCE = -1, "", None
_NO_LEADER_EPOCH = -1


class TransactionalProducer:
    """The producer of one lane, from its fencing to its first error."""

    def __init__(self, settings: EngineSettings, transactional_id: str, group: str) -> None:
        self._settings = settings
        self._transactional_id = transactional_id
        self._group = group
        self._brokers = Brokers(settings, transactional_id)
        self._identity = Identity(-1, -1)
        self._coordinator = self._group_coordinator = -1

    async def fence(self, others: Sequence[str] = ()) -> None:
        """Take the transactional id: ends or completes whatever its last owner left open.

        Args:
            others: ids of those whose work this producer takes over; shut out when its own id is taken.

        Raises:
            DependencyDownError: no broker answered in time, or the cluster has no transactions of version 2.
            KafkaError: refused.

        """
        brokers = self._brokers
        try:
            async with asyncio.timeout(self._settings.transaction_timeout_seconds):
                await brokers.open()
                self._coordinator, self._identity = await brokers.take(self._transactional_id)
                await gather([brokers.take(other) for other in others])
                self._group_coordinator = await brokers.group_coordinator(self._group)
        except (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError, TimeoutError) as error:
            raise DependencyDownError("kafka", repr(error)) from error

    async def commit(self, records: Records | Packed, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
        """Write records, packed ahead or not, and input offsets in one transaction.

        Returns:
            For each output partition the offset after its last record.

        Raises:
            FencedError: another owner has the transactional id.
            KafkaError, TimeoutError: the outcome is unknown until the lane is acquired again.

        """
        async with asyncio.timeout(self._settings.watchdog_seconds):
            # The offsets after the outputs, never together with them: the coordinator adds one at a time, and the other
            # waits 20 ms. It was tried, and took 460 repetitions in 20 s (docs/adr/0001 and 0014).
            ends = await self._write(records if isinstance(records, Packed) else Packed(records))
            if offsets:
                await self._send_offsets(offsets)
            await self._end()
        return ends

    async def close(self) -> None:
        """End the producer in a bounded time, whatever it still waits for."""
        await self._brokers.close()

    async def _write(self, packed: Packed) -> dict[Partition, int]:
        ends: dict[Partition, int] = {}
        leaders = await self._brokers.leaders(packed.counts)
        if len(set(leaders.values())) > 1:
            await self._add(leaders)
        for batches in packed.signed(self._identity):
            by_leader: defaultdict[int, dict[Partition, RecordBatch]] = defaultdict(dict)
            for partition, batch in batches.items():
                by_leader[leaders[partition]][partition] = batch
            for written in await gather([self._produce(*part) for part in by_leader.items()]):
                ends |= written
        return ends

    async def _add(self, partitions: Iterable[Partition]) -> None:
        """Add the partitions of several leaders to the transaction.

        Each leader would do it by itself; but the coordinator takes one at a time, and a leader that comes while it
        writes waits 20 ms (add.partitions.to.txn.retry.backoff.ms). A producer that finds
        its partitions there goes on at once.
        """
        topics: defaultdict[str, list[int]] = defaultdict(list)
        for partition in partitions:
            topics[partition.topic].append(partition.partition)
        rows = [(topic, numbers, NO_TAGS) for topic, numbers in topics.items()]
        request = AddPartitionsToTxnRequest(self._transactional_id, *self._identity, rows, NO_TAGS)
        while True:
            if not must_repeat(_codes(await self._brokers.send(self._coordinator, request)), "AddPartitionsToTxn"):
                return
            await asyncio.sleep(_REPEAT_SECONDS)

    async def _produce(self, leader: int, batches: Mapping[Partition, RecordBatch]) -> dict[Partition, int]:
        """Write batches to their leader; sent again, they have the same sequence numbers and are written once."""
        topics = _by_topic((partition, batch.encoded, NO_TAGS) for partition, batch in batches.items())
        timeout_ms = int(self._settings.watchdog_seconds * 1000)
        request = ProduceRequest(self._transactional_id, _ALL_REPLICAS, timeout_ms, topics, NO_TAGS)
        while True:
            answer = await self._brokers.send_in_pieces(leader, request)
            if not must_repeat(_codes(answer), "Produce"):
                return _ends(answer, batches)
            await asyncio.sleep(_REPEAT_SECONDS)

    async def _send_offsets(self, offsets: Mapping[Partition, int]) -> None:
        topics = _by_topic((partition, offset, _NO_LEADER_EPOCH, "", NO_TAGS) for partition, offset in offsets.items())
        member = (_NO_GENERATION, _NO_MEMBER, _NO_INSTANCE)
        request = TxnOffsetCommitRequest(self._transactional_id, self._group, *self._identity, *member, topics, NO_TAGS)
        while True:
            codes = _codes(await self._brokers.send(self._group_coordinator, request))
            if codes & COORDINATOR_MOVES:
                self._group_coordinator = await self._brokers.group_coordinator(self._group)
            elif not must_repeat(codes, "TxnOffsetCommit"):
                return
            await asyncio.sleep(_REPEAT_SECONDS)

    async def _end(self) -> None:
        request = EndTxnRequest(self._transactional_id, *self._identity, True, NO_TAGS)
        while True:
            answer = await self._brokers.send(self._coordinator, request)
            if not must_repeat({answer.error_code}, "EndTxn"):
                self._identity = Identity(answer.producer_id, answer.producer_epoch)
                return
            await asyncio.sleep(_REPEAT_SECONDS)


def _by_topic(rows: Iterable[tuple[Any, ...]]) -> list[tuple[str, list[tuple[Any, ...]], dict[int, bytes]]]:
    """Group rows that begin with their partition as requests want them."""
    topics: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for partition, *rest in rows:
        topics[partition.topic].append((partition.partition, *rest))
    return [(topic, numbers, NO_TAGS) for topic, numbers in topics.items()]


def _codes(answer: Any) -> set[int]:
    """Return the error codes of all partitions."""
    return {code for _, partitions, _ in answer.topics for _, code, *_ in partitions}


def _ends(answer: Any, batches: Mapping[Partition, RecordBatch]) -> dict[Partition, int]:
    return {
        (partition := Partition(topic, number)): base + batches[partition].entries
        for topic, partitions, _ in answer.topics
        for number, _, base, *_ in partitions
    }
