"""A stage as a Faust app: the transport's batches, an agent that routes them, lanes that work."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import faust
from faust.serializers.schemas import Schema
from faust.tables.manager import TableManager
from faust.types import AppT, Message, StreamT

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.lag_monitor import LagMonitor
from creditbus.services.engine.consume.listener import ConsumerHooks
from creditbus.services.engine.consume.offsets import Offsets
from creditbus.services.engine.consume.transport import BatchConsumer
from creditbus.services.engine.run.assignment import Assignment
from creditbus.services.engine.run.lane_range import LaneRange
from creditbus.services.engine.run.range_owner import RangeOwner
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.run.watchdog import StageFacts
from creditbus.services.engine.stage.contract import Stage

__all__ = ["StageApp", "make_app"]

#: How often a consumer looks for topics and leaders when nothing fails; aiokafka's own is five minutes.
_METADATA_MS = 10_000


class StageApp(faust.App):
    """A Faust app that knows its stage, the lanes that it holds of it, and what waits for them."""

    stage_name: str
    runtime: StageRuntime
    lanes: Assignment
    lag: LagMonitor
    creditbus_hooks: ConsumerHooks

    async def renew(self, stage: Stage, schemas: Schemas) -> None:
        """Work by what the city declares now; topics that are new or gone change the group's assignment."""
        topics = self.runtime.stage.topics
        self.runtime.switch(stage, schemas)
        self.lanes.renew()
        if set(stage.topics) != set(topics):
            # the agent reads a copy of the channel that it was given
            for channel in self.topics:
                channel.topics = list(stage.topics)
            # Faust's own way to it waits 45 seconds, for agents that may add more
            await self.topics._update_indices()  # type: ignore[attr-defined]  # noqa: SLF001 -- see above
            await self.consumer.subscribe(set(stage.topics))

    def facts(self) -> StageFacts:
        """Return what the stage is doing now; call it once the app has started."""
        consumer, lanes = self.consumer, self.lanes
        assert isinstance(consumer, BatchConsumer)  # noqa: S101 -- the broker's scheme chooses it
        return StageFacts(
            member=consumer.is_member,
            assigned=len({partition.partition for partition in consumer.assignment()}),
            ready=lanes.ready,
            behind=self.lag.behind,
            activity=lanes.activity,
            dependency=lanes.dependency,
        )


class _BatchSchema(Schema[Any, Any]):
    """Hands batches on as they are: there is nothing to decode in Faust's sense."""

    def compile(self, app: AppT, **_: Any) -> Any:
        create_event = app.create_event

        async def decode(message: Message, *, propagate: bool = False) -> Any:  # noqa: ARG001 -- Faust's signature
            return create_event(None, message.value, None, message)

        return decode


class _NoTables(TableManager):
    """Starts at once: Faust gives tables a second to be registered, and a stage has none."""

    async def on_start(self) -> None:
        """Do what Faust does after that second."""
        await self._update_channels()
        await self.recovery.start()


def make_app(runtime: StageRuntime) -> StageApp:
    """Return the Faust app of a stage.

    Faust's own exactly_once, acks, tables and assignor are not used: see docs/adr/0001.
    """
    stage, settings = runtime.stage, runtime.settings
    app = StageApp(
        runtime.group,
        broker=[f"creditbus://{server}" for server in settings.bootstrap_servers.split(",")],
        store="memory://",
        datadir=f"{settings.data_directory or tempfile.gettempdir()}/{runtime.group}",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        # a topic that was away for a moment leaves the assignment, and comes back into it with the next look
        consumer_metadata_max_age_ms=_METADATA_MS,
        consumer_group_instance_id=f"{settings.instance}-{stage.name}" if settings.instance else None,
        broker_max_poll_records=runtime.batch_records,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.heartbeat_seconds,
        broker_rebalance_timeout=settings.rebalance_timeout_seconds,
        broker_request_timeout=max(30.0, settings.session_timeout_seconds),
        stream_recovery_delay=0.0,
        monitor_handler=None,
        TableManager=_NoTables,
    )
    app.stage_name = stage.name
    app.runtime = runtime

    def positions() -> Offsets:
        consumer = app.consumer
        assert isinstance(consumer, BatchConsumer)  # noqa: S101 -- the broker's scheme chooses it
        return consumer.positions

    def make_owner(lane_range: LaneRange, partitions: frozenset[Partition], on_room: Callable[[], None]) -> RangeOwner:
        return RangeOwner(runtime, lane_range, partitions, positions(), on_room)

    lanes = app.lanes = Assignment(stage.name, stage.lanes, make_owner)
    app.lag = LagMonitor(stage.name, lanes, lambda partitions: positions().reach(partitions))
    app.creditbus_hooks = ConsumerHooks(lanes, app.lag, settings.fetch_wait_ms)
    topic = app.topic(*stage.topics, schema=_BatchSchema(), acks=False)

    @app.agent(topic, name=f"{stage.name}.route")
    async def route(fetches: StreamT[Sequence[Batch]]) -> None:
        async for batches in fetches:
            for batch in batches:
                lanes.deliver(batch)

    return app
