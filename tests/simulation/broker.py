"""The cluster: every request that the engine sends, answered in the protocol's own messages."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from aiokafka.protocol.transaction import InitProducerIdRequest

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.produce import messages
from tests.simulation.group import Group
from tests.simulation.partition_log import PartitionLog
from tests.simulation.transactions import Transactions

__all__ = ["Broker"]

_FEATURES = b"\x02\x14transaction.version\x00\x02\x00\x02\x00"


class Broker:
    """Logs, transactions and one group.

    Args:
        random: of the schedule.
        group: the stage's.
        later: does something at a later moment.
        delay: how long the next marker takes.

    """

    def __init__(
        self,
        random: Random,
        group: Group,
        later: Callable[[float, Callable[[], None]], None],
        delay: Callable[[], float],
    ) -> None:
        self.logs: defaultdict[Partition, PartitionLog] = defaultdict(PartitionLog)
        self.group = group
        self._random = random
        self._later = later
        self._waiting: list[tuple[Mapping[Partition, int], asyncio.Future[Any]]] = []
        self.transactions = Transactions(self._mark_one, lambda _, offsets: group.commit(offsets), later, delay)

    # -- transactions -----------------------------------------------------------------------------

    def serve(self, request: Any) -> Any:
        """Do a request of a producer and return the answer."""
        if isinstance(request, messages.ApiVersionsRequest):
            return messages.ApiVersionsAnswer(0, [], 0, {2: _FEATURES})
        if isinstance(request, InitProducerIdRequest):
            code, producer, epoch = self.transactions.take(
                request._transactional_id, request._transaction_timeout_ms / 1000
            )
            return messages.EndTxnAnswer(0, code, producer, epoch, {})
        if isinstance(request, messages.EndTxnRequest):
            ended = self.transactions.end(
                request.transactional_id, request.producer_id, request.producer_epoch, committed=request.committed
            )
            return messages.EndTxnAnswer(0, *ended, {})
        if isinstance(request, messages.ProduceRequest):
            return self._produce(request)
        topics: list[Any] = request.topics
        if isinstance(request, messages.AddPartitionsToTxnRequest):
            partitions = [Partition(topic, number) for topic, numbers, _ in topics for number in numbers]
            code = self.transactions.join(
                request.transactional_id, request.producer_id, request.producer_epoch, partitions
            )
            rows: list[Any] = [(topic, [(number, code, {}) for number in numbers], {}) for topic, numbers, _ in topics]
            return messages.AddPartitionsToTxnAnswer(0, rows, {})
        offsets = {Partition(topic, row[0]): row[1] for topic, numbers, _ in topics for row in numbers}
        code = self.transactions.add_offsets(
            request.transactional_id, request.producer_id, request.producer_epoch, request.group, offsets
        )
        answers: list[Any] = [(topic, [(row[0], code, {}) for row in numbers], {}) for topic, numbers, _ in topics]
        return messages.TxnOffsetCommitAnswer(0, answers, {})

    def _produce(self, request: Any) -> Any:
        rows: list[Any] = []
        for topic, numbers, _ in request.topics:
            found: list[Any] = []
            for number, data, _ in numbers:
                code, base = self._append(request.transactional_id, Partition(topic, number), bytes(data))
                found.append((number, code, base, -1, 0, [], None, {}))
            rows.append((topic, found, {}))
        return messages.ProduceAnswer(rows, 0, {})

    def _append(self, name: str, partition: Partition, data: bytes) -> tuple[int, int]:
        producer, epoch = int.from_bytes(data[43:51], "big", signed=True), int.from_bytes(data[51:53], "big")
        code = self.transactions.join(name, producer, epoch, [partition])
        return (code, -1) if code else self.logs[partition].append(data)

    def _mark_one(self, partition: Partition, producer: int, epoch: int, committed: bool) -> None:  # noqa: FBT001 -- a marker's own field
        self.mark(partition, producer, epoch, committed=committed)

    def mark(self, partition: Partition, producer: int, epoch: int, *, committed: bool) -> None:
        """End a transaction in a log."""
        self.logs[partition].mark(producer, epoch, committed=committed)
        self._stir()

    # -- readers ----------------------------------------------------------------------------------

    def append(self, partition: Partition, data: bytes) -> int:
        """Append what a publisher sends."""
        code, base = self.logs[partition].append(data)
        assert not code
        self._stir()
        return base

    def fetch(self, positions: Mapping[Partition, int], wait: float) -> "asyncio.Future[Any]":
        """Answer with topics as a FetchResponse has them, as soon as there is something or after the wait."""
        waits: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._is_there(positions) or not wait:
            waits.set_result(self._read(positions))
            return waits
        self._waiting.append((positions, waits))

        def give_up() -> None:
            if not waits.done():
                waits.set_result(self._read(positions))

        self._later(wait, give_up)
        return waits

    def _is_there(self, positions: Mapping[Partition, int]) -> bool:
        for partition, position in positions.items():
            log = self.logs[partition]
            if log.stable > position or position < log.start:
                return True
        return False

    def _stir(self) -> None:
        left = []
        for positions, waits in self._waiting:
            if waits.done():
                continue
            if self._is_there(positions):
                waits.set_result(self._read(positions))
            else:
                left.append((positions, waits))
        self._waiting = left

    def _read(self, positions: Mapping[Partition, int]) -> list[Any]:
        topics: defaultdict[str, list[Any]] = defaultdict(list)
        for partition, position in positions.items():
            log = self.logs[partition]
            error, data, aborted = log.read(position, self._random.choice((1, 2, 100)))
            if error or data:
                topics[partition.topic].append(
                    (partition.partition, error, log.end, log.stable, log.start, aborted, -1, data)
                )
        return list(topics.items())
