"""What the engine takes for aiokafka's client and for its plain consumer, on the simulated cluster."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.client import ConnectionGroup
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError
from aiokafka.record import MemoryRecords

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.produce.messages import ApiVersionsRequest
from tests.simulation.partition_log import PartitionLog
from tests.simulation.wire import Wire

__all__ = ["Client", "Consumer", "write_in_pieces"]

_GROUP = 0


class _Cluster:
    def __init__(self, nodes: int) -> None:
        self._nodes = nodes

    def leader_for_partition(self, partition: Partition) -> int:
        number: int = partition.partition
        return number % self._nodes


class Client:
    """As much of AIOKafkaClient as services/engine/produce/brokers.py uses; a wire to each broker."""

    def __init__(self, *, request_timeout_ms: int, **_: object) -> None:
        world: Any = asyncio.get_running_loop()
        self._world = world.world
        self._timeout = request_timeout_ms / 1000
        self._wires: defaultdict[int, Wire] = defaultdict(lambda: Wire(self._world.kafka))
        self.cluster = _Cluster(self._world.nodes)
        self._conns = _Connections(self)

    async def bootstrap(self) -> None:
        if not self._world.kafka.up:
            raise KafkaConnectionError("nobody answers")

    async def close(self) -> None: ...

    async def ready(self, _: int) -> bool:
        return bool(self._world.kafka.up)

    async def coordinator_lookup(self, kind: int, _: str) -> int:
        if not self._world.kafka.up:
            raise KafkaConnectionError("nobody answers")
        nodes: int = self._world.nodes
        return 0 if kind == _GROUP else nodes - 1

    async def send(self, node: int, request: Any) -> Any:
        broker = self._world.broker
        if isinstance(request, ApiVersionsRequest):
            # asked before each id is taken, and always answered alike
            return broker.serve(request)
        self._world.sends()
        try:
            return await self._wires[node].ask(lambda: broker.serve(request), self._timeout)
        except TimeoutError:
            raise RequestTimedOutError from None


class _Connections:
    """A connection is all that sending in pieces needs of one."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getitem__(self, key: tuple[int, ConnectionGroup]) -> "_Connection":
        return _Connection(self._client, key[0])


class _Connection:
    def __init__(self, client: Client, node: int) -> None:
        self.client = client
        self.node = node

    def close(self, reason: object) -> None: ...


async def write_in_pieces(connection: _Connection, request: Any) -> Any:
    """Stand in for services/engine/produce/vectored_write.py, whose bytes have tests of their own."""
    return await connection.client.send(connection.node, request)


class Consumer:
    """As much of AIOKafkaConsumer as services/engine/consume/topic_reader.py uses."""

    def __init__(self, *, isolation_level: str, **_: object) -> None:
        world: Any = asyncio.get_running_loop()
        self._world = world.world
        self._wire = Wire(self._world.kafka)
        self._committed = isolation_level == "read_committed"
        self._positions: dict[Partition, int] = {}

    async def start(self) -> None:
        if not self._world.kafka.up:
            raise KafkaConnectionError("nobody answers")

    async def stop(self) -> None: ...

    async def _ask(self, what: Any) -> Any:
        try:
            return await self._wire.ask(what, self._world.settings.watchdog_seconds)
        except TimeoutError:
            raise RequestTimedOutError from None

    async def beginning_offsets(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        logs = self._world.broker.logs
        return await self._ask(lambda: {place: logs[place].start for place in partitions})  # type: ignore[no-any-return]

    async def end_offsets(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        logs = self._world.broker.logs
        return await self._ask(lambda: {place: self._end(logs[place]) for place in partitions})  # type: ignore[no-any-return]

    def _end(self, log: PartitionLog) -> int:
        return log.stable if self._committed else log.end

    def assign(self, partitions: Iterable[Partition]) -> None:
        self._positions = dict.fromkeys(partitions, 0)

    def seek(self, partition: Partition, offset: int) -> None:
        self._positions[partition] = offset

    async def position(self, partition: Partition) -> int:
        return self._positions[partition]

    async def getmany(self, *, timeout_ms: int, max_records: int) -> Mapping[Partition, list[Record]]:
        """Return what comes, as aiokafka unpacks it; nothing when it does not, as aiokafka has it."""
        assert max_records > 100
        positions = dict(self._positions)
        try:
            topics = await self._ask(lambda: self._world.broker.fetch(positions, timeout_ms / 1000))
        except (KafkaConnectionError, RequestTimedOutError):
            await asyncio.sleep(timeout_ms / 1000)
            return {}
        found: dict[Partition, list[Record]] = {}
        for topic, rows in topics:
            for number, _, _, _, _, aborted, _, data in rows:
                place = Partition(topic, number)
                unpacked = PartitionRecords(
                    place, MemoryRecords(data), list(aborted), positions[place], None, None, True, READ_COMMITTED
                )
                found[place] = list(unpacked)
                self._positions[place] = unpacked.next_fetch_offset
        return found
