"""One worker process: its lanes are the engine's, its membership does what aiokafka's coordination does."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from aiokafka.errors import KafkaConnectionError, RequestTimedOutError

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.consume.transport import BatchConsumer
from creditbus.services.engine.run.assignment import Assignment
from creditbus.services.engine.run.lane_range import LaneRange
from creditbus.services.engine.run.range_owner import RangeOwner
from creditbus.services.engine.run.runtime import StageRuntime
from tests.simulation.clock import WORLD, Process
from tests.simulation.group import OK, UNKNOWN_MEMBER, Joined
from tests.simulation.reader import Reader
from tests.simulation.stage import book
from tests.simulation.wire import Wire

__all__ = ["MAX_POLL", "Worker"]

#: Seconds without a poll after which the membership ends, as Faust's broker_max_poll_interval (1,000 there).
MAX_POLL = 3.0
_HEARTBEAT, _AGAIN, _LOOK, _ANSWER = 0.25, 0.05, 1.0, 1.0


class Ids(TopicIds):
    """No topic is ever created again here."""

    async def ask(self) -> None: ...


class Worker:
    """Runs until its process is killed."""

    def __init__(self, world: Any, name: str) -> None:
        self.process = Process(name)
        self._world = world
        self._member, self._generation = "", 0
        self.silent_until = 0.0
        self._slots = asyncio.Semaphore(2)
        self.store = world.make_store()
        self.version = world.version
        self._runtimes: list[StageRuntime] = []
        self._wire = Wire(world.kafka)
        self.lanes = Assignment(world.stage.name, world.stage.lanes, self._make_owner)
        task = world.loop.create_task(self._run(), context=self.process.context)
        # whatever ends a worker by an error ends the schedule by it
        task.add_done_callback(lambda ended: ended.result(), context=WORLD.context)

    def ready(self) -> set[int]:
        """Return the lanes that take records."""
        owners = set(self.lanes._owners.values())
        return {number for owner in owners if owner.ready for number in owner.numbers}

    def idle(self) -> bool:
        """Whether nothing is under way, and no lane's store was taken from under it."""
        for owner in set(self.lanes._owners.values()):
            pipeline = owner._pipeline
            if pipeline is not None and any(not task.done() for task in pipeline._tasks):
                return False
            if any(self._world.checkpoint(lane.number) != lane._written_to for lane in owner._lanes.values()):
                return False
        return True

    def _make_owner(
        self, lane_range: LaneRange, partitions: frozenset[Partition], on_room: Callable[[], None]
    ) -> RangeOwner:
        world = self._world
        ids = Ids("", dict.fromkeys(world.stage.topics, "first"))
        stage = world.stage_of(self.version)
        runtime = StageRuntime(stage, world.settings, self.store, ids, world.schemas, book, self._slots)
        runtime.catch_up = self._catch_up if self.version else None
        self._runtimes.append(runtime)
        return RangeOwner(runtime, lane_range, partitions, self._reader, on_room)

    # -- the worker's renewal, which follows the declarations (services/worker/renewal.py) ---------

    async def _catch_up(self) -> None:
        self.take(await self._wire.ask(lambda: self._world.version, _ANSWER))

    def take(self, version: int) -> None:
        """Work by a version from now on, unless by a newer one already."""
        if version > self.version:
            self.version = version
            for runtime in self._runtimes:
                runtime.switch(self._world.stage_of(version), self._world.schemas)
            self.lanes.renew()

    async def _run(self) -> None:
        self._reader = Reader(self._world, self._world.stage.topics, lambda: self.lanes)
        async with asyncio.TaskGroup() as group:
            for task in (self._reader.fill(), self._drain(), self._keep_membership(), self._belong()):
                group.create_task(task)

    # -- BatchConsumer's, by its own code where it has no part of Faust's -------------------------

    async def _drain(self) -> None:
        def wait_first(first: Any, other: Any) -> Any:
            other.close()
            return first

        consumer: Any = SimpleNamespace(
            should_stop=False,
            flow_active=True,
            _owner=self.lanes,
            _thread=self._reader,
            consumer_stopped_errors=(),
            app=SimpleNamespace(consumer_generation_id=0, should_stop=False),
            wait_first=wait_first,
            callback=self._deliver,
            suspend_flow=asyncio.Event(),
        )
        await BatchConsumer._drain(consumer, consumer)

    async def _deliver(self, message: Any) -> None:
        batches: list[Batch] = message.value
        chance = self._world.kafka.random
        # a main thread that computes lets a message wait
        await asyncio.sleep(chance.uniform(0, 0.2 if chance.random() < 0.1 else 0.002))
        for batch in batches:
            self.lanes.deliver(batch)

    async def _keep_membership(self) -> None:
        while True:
            await self._reader.keep_membership()
            await asyncio.sleep(_LOOK)

    # -- aiokafka's coordination ------------------------------------------------------------------

    async def _belong(self) -> None:
        subscriptions = self._reader.subscriptions
        assigned = False
        while True:
            subscriptions.begin_reassignment()
            self._reader.revoked()
            await self.lanes.release()
            if assigned and subscriptions.fetcher_idle_time >= MAX_POLL:
                # aiokafka joins again only once somebody polls
                await asyncio.sleep(_AGAIN)
                continue
            joined = await self._ask(lambda: self._world.group.join(self._member), Joined(-1, "", 0, frozenset()))
            if joined.error != OK:
                await asyncio.sleep(_AGAIN)
                continue
            self._member, self._generation = joined.member, joined.generation
            self._world.note(f"{self.process.name}: {sorted({place.partition for place in joined.partitions})}")
            subscriptions.assign_from_subscribed(set(joined.partitions))
            assigned = True
            await asyncio.sleep(self._world.kafka.random.uniform(0, 0.01))
            self.lanes.assign(set(joined.partitions))
            await self._stay()

    async def _stay(self) -> None:
        """Send heartbeats until the group wants this member to join again."""
        group = self._world.group
        while True:
            await asyncio.sleep(_HEARTBEAT)
            if self._world.loop.time() < self.silent_until:
                continue
            error = await self._ask(lambda: group.heartbeat(self._member, self._generation), OK)
            if error == UNKNOWN_MEMBER:
                self._member = ""
            if error != OK:
                return
            if self._reader.subscriptions.fetcher_idle_time >= MAX_POLL:
                await self._ask(lambda: group.leave(self._member), None)
                self._member = ""
                return

    async def _ask(self, what: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return await self._reader.ask(what)
        except (KafkaConnectionError, RequestTimedOutError):
            return otherwise
