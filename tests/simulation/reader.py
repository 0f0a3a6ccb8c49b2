"""A worker's consumer: aiokafka's subscription and the engine's own fetcher, filled from the simulated cluster."""

import asyncio
import itertools
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.consumer_thread import ConsumerThread
from creditbus.services.engine.consume.fetch_sessions import FetchSession
from creditbus.services.engine.consume.fetcher import StageFetcher
from creditbus.services.engine.consume.offsets import OffsetRange
from tests.simulation.wire import Wire

__all__ = ["Reader", "SimulatedFetcher"]

_LONG_POLL = 0.5
_ANSWER = 1.0


class SimulatedFetcher(StageFetcher):
    """The engine's own but for the requests, which come from `fill`."""

    def __init__(self, subscriptions: SubscriptionState, has_full_batch: Callable[[], bool]) -> None:
        self._subscriptions = subscriptions
        self._records: OrderedDict[Any, Any] = OrderedDict()
        self._fetch_waiters: set[Any] = set()
        subscriptions.register_fetch_waiters(self._fetch_waiters)
        self._loop = asyncio.get_running_loop()
        self._wait_consume_future: Any = None
        self._prefetch_backoff = 0.1
        self._closed = False
        self.has_full_batch = has_full_batch
        self.sessions = defaultdict(FetchSession)
        self.irregular = set()
        self.sought()

    async def fill(self, ask: Callable[[Mapping[Partition, int]], Any]) -> None:
        """Ask for what is assigned, has a position and is not there, as aiokafka's routine does."""
        assignment: Any = None
        while True:
            if assignment is None or not assignment.active:
                self._records.clear()
                assignment = self._subscriptions.subscription.assignment
                if assignment is None or not assignment.active:
                    await self._subscriptions.wait_for_assignment()
                    continue
            self._wait_consume_future = asyncio.get_running_loop().create_future()
            positions = {
                partition: state._position
                for partition, state in assignment._tp_state.items()
                if state._position is not None and partition not in self._records
            }
            if not positions:
                waits = {self._wait_consume_future, assignment.unassign_future}
                await asyncio.wait(waits, timeout=_LONG_POLL, return_when=asyncio.FIRST_COMPLETED)
                continue
            self.sessions[0].positions = positions
            try:
                topics = await ask(positions)
            except (KafkaConnectionError, RequestTimedOutError, TimeoutError):
                await asyncio.sleep(0.05)
                continue
            if assignment.active:
                self._take_in(assignment, topics)

    def _take_in(self, assignment: Any, topics: Any) -> None:
        if self._keep(assignment, 0, topics):
            for waiter in list(self._fetch_waiters):
                self._notify(waiter)


class Reader:
    """Does what the consumer's thread does, by the code of that thread where it is the engine's.

    Args:
        world: where it reads.
        topics: what is subscribed to.
        lanes: the worker's, once they are made.

    """

    def __init__(self, world: Any, topics: Iterable[str], lanes: Callable[[], Any]) -> None:
        self._world = world
        self._wire, self._fetching = Wire(world.kafka), Wire(world.kafka)
        self.subscriptions = SubscriptionState(loop=world.loop)
        self.subscriptions.subscribe(set(topics))
        self._fetcher = SimulatedFetcher(self.subscriptions, lambda: lanes().has_full_batch)
        self._assignment_epochs: dict[Partition, int] = {}
        self._assignment_epoch = itertools.count(1)
        self.consumer = SimpleNamespace(flow_active=True)
        self._consumer: Any = SimpleNamespace(
            _coordinator=SimpleNamespace(check_errors=lambda: None, generation=1),
            _max_poll_records=world.settings.batch_records,
        )

    def _ensure_consumer(self) -> Any:
        return self._consumer

    # -- the engine's own -------------------------------------------------------------------------

    async def fetch(self, wanted: set[Partition], timeout_ms: int) -> list[Batch]:
        this: Any = self
        # four times as long: what nothing happens in costs the simulation as much as what happens
        batches = await ConsumerThread._fetch(this, wanted, timeout_ms * 4)
        await self._hop()
        return batches

    async def keep_membership(self) -> None:
        this: Any = self
        await ConsumerThread._keep_membership(this)

    def next_assignment_epoch(self) -> int:
        this: Any = self
        return ConsumerThread.next_assignment_epoch(this)

    async def seek(self, offsets: Mapping[Partition, int], assignment_epoch: int) -> None:
        this: Any = self
        await self._hop()
        await ConsumerThread._seek_all(this, dict(offsets), assignment_epoch)
        await self._hop()

    def revoked(self) -> None:
        """As ConsumerThread.on_partitions_revoked, whose rest is Faust's."""
        self._assignment_epochs.clear()
        self._fetcher.sought()

    async def _hop(self) -> None:
        """Go from one thread to the other, which takes a moment in which anything may happen."""
        await asyncio.sleep(self._world.kafka.random.uniform(0, 0.002))

    # -- aiokafka's -------------------------------------------------------------------------------

    async def fill(self) -> None:
        broker = self._world.broker
        await self._fetcher.fill(
            lambda positions: self._fetching.ask(lambda: broker.fetch(positions, _LONG_POLL), _ANSWER)
        )

    async def ask(self, what: Callable[[], Any]) -> Any:
        """Ask the cluster something."""
        try:
            return await self._wire.ask(what, _ANSWER)
        except TimeoutError:
            self._wire = Wire(self._world.kafka)
            raise RequestTimedOutError from None

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        return await self.ask(lambda: self._world.committed(partitions))  # type: ignore[no-any-return]

    async def bounds(self, partitions: Iterable[Partition]) -> tuple[dict[Partition, int], dict[Partition, int]]:
        logs = self._world.broker.logs
        first = await self.ask(lambda: {place: logs[place].start for place in partitions})
        return first, await self.ask(lambda: {place: logs[place].stable for place in partitions})

    async def reach(self, partitions: Iterable[Partition]) -> dict[Partition, OffsetRange]:
        raise NotImplementedError  # the timer that asks for it is not part of the simulation
