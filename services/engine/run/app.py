"""A stage as a Faust app: the transport's batches, an agent that routes them, lanes that work."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from typing import Any

import faust
from faust.serializers.schemas import Schema
from faust.tables.manager import TableManager
from faust.types import AppT, Message, StreamT

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.consume.lag_monitor import LagMonitor
from creditbus.services.engine.consume.offsets import Offsets
from creditbus.services.engine.consume.transport import BatchConsumer
from creditbus.services.engine.run.assignment import Assignment
from creditbus.services.engine.run.lane_range import LaneRange
from creditbus.services.engine.run.pipeline import Finish
from creditbus.services.engine.run.range_owner import RangeOwner
from creditbus.services.engine.run.watchdog import StageFacts
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.store import Store

__all__ = ["StageApp", "make_app"]

#: How often a consumer looks for topics and leaders when nothing fails; aiokafka's own is five minutes.
_METADATA_MS = 10_000

#: One batch of a stage is computed while another one commits. A stage of several lane ranges has no more under way:
#: they share one interpreter, and what waits for its turn meanwhile becomes a larger batch.
_SLOTS = 2


class StageApp(faust.App):
    """A Faust app that knows its stage's lanes, what waits for them, and its fetch wait."""

    stage_name: str
    creditbus_lanes: Assignment
    creditbus_backlog: LagMonitor
    creditbus_fetch_wait_ms: int

    def facts(self) -> StageFacts:
        """Return what the stage is doing now; call it once the app has started."""
        consumer, lanes = self.consumer, self.creditbus_lanes
        assert isinstance(consumer, BatchConsumer)  # noqa: S101 -- the broker's scheme chooses it
        return StageFacts(
            member=consumer.is_member,
            assigned=len({partition.partition for partition in consumer.assignment()}),
            ready=lanes.ready,
            behind=self.creditbus_backlog.behind,
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
        """Do what Faust does behind that second."""
        await self._update_channels()
        await self.recovery.start()


def make_app(
    stage: Stage, settings: EngineSettings, store: Store | None, ids: TopicIds, schemas: Schemas, finish: Finish
) -> StageApp:
    """Return the Faust app of a stage.

    Faust's own exactly_once, acks, tables and assignor are not used: see docs/adr/0001.
    """
    app = StageApp(
        f"{settings.application}-{stage.name}",
        broker=[f"creditbus://{server}" for server in settings.bootstrap_servers.split(",")],
        store="memory://",
        datadir=f"{settings.data_directory or tempfile.gettempdir()}/{settings.application}-{stage.name}",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        # a topic that was away for a moment leaves the assignment, and comes back into it with the next look
        consumer_metadata_max_age_ms=_METADATA_MS,
        consumer_group_instance_id=f"{settings.instance}-{stage.name}" if settings.instance else None,
        broker_max_poll_records=settings.batch_of(stage.max_outputs_per_record),
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.heartbeat_seconds,
        broker_rebalance_timeout=settings.rebalance_timeout_seconds,
        broker_request_timeout=max(30.0, settings.session_timeout_seconds),
        stream_recovery_delay=0.0,
        monitor_handler=None,
        TableManager=_NoTables,
    )
    app.stage_name = stage.name
    app.creditbus_fetch_wait_ms = settings.fetch_wait_ms

    slots = asyncio.Semaphore(_SLOTS)

    def positions() -> Offsets:
        consumer = app.consumer
        assert isinstance(consumer, BatchConsumer)  # noqa: S101 -- the broker's scheme chooses it
        return consumer.positions

    def make_owner(lane_range: LaneRange, partitions: frozenset[Partition], on_room: Any) -> RangeOwner:
        return RangeOwner(
            stage=stage,
            lane_range=lane_range,
            partitions=partitions,
            settings=settings,
            positions=positions(),
            store=store,
            ids=ids,
            schemas=schemas,
            slots=slots,
            finish=finish,
            on_room=on_room,
        )

    lanes = Assignment(stage.name, stage.lanes, make_owner)
    app.creditbus_lanes = lanes
    app.creditbus_backlog = LagMonitor(stage.name, lanes, lambda partitions: positions().reach(partitions))
    topic = app.topic(*stage.topics, schema=_BatchSchema(), acks=False)

    @app.agent(topic, name=f"{stage.name}.route")
    async def route(fetches: StreamT[Sequence[Batch]]) -> None:
        async for batches in fetches:
            for batch in batches:
                lanes.deliver(batch)

    return app
