"""Puts the stages together for the bus that a connection names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicFacts, TopicIds, topic_facts
from creditbus.services.engine.run.app import StageApp, make_app
from creditbus.services.engine.run.runtime import CatchUp, StageRuntime
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.engine.stage.ledger_writer import LedgerWriter
from creditbus.services.engine.store import Store
from creditbus.services.engine.store.connection import connect
from creditbus.services.engine.store.lookup import LookupStore, LookupWithOffsets
from creditbus.services.engine.store.memory_store import MemoryStore
from creditbus.services.engine.store.redis_store import LaneKeys, RedisStore
from creditbus.services.fanout.app import fanout_stage, grant_of
from creditbus.services.intake.app import intake_stage
from creditbus.services.profiles.app import profiles_stage
from creditbus.services.resolver.app import resolver_stage
from creditbus.services.worker import messages
from creditbus.topics import messages as shared
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import Declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import LEDGER, is_single
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Bus", "open_bus", "stage_apps"]


@dataclass(frozen=True, slots=True)
class Bus:
    """The stages of one bus, before they run."""

    connection: Connection
    settings: EngineSettings
    schemas: Schemas
    codec: EventCodec
    facts: TopicFacts
    stages: Mapping[str, Stage]


async def open_bus(
    connection: Connection,
    declared: Declarations,
    settings: EngineSettings,
    person_key: bytes,
    *,
    on: date,
    history: GrantHistory | None = None,
    like: Bus | None = None,
) -> Bus:
    """Look at Kafka and the registry and make the stages that fit them, by the catalogue of the current city.

    Args:
        connection: where they are.
        declared: departments, subscribers and topics.
        settings: of the engine.
        person_key: 32 bytes, the key of the tokens that stand for natural persons.
        on: the city's day.
        history: what was declared of grants until now; its newest version is the one that `declared` is of. None:
            nothing was published.
        like: has the same catalogue, so that its schemas need not be asked for again.

    Raises:
        DependencyDownError: one of them does not answer.
        ConfigurationError: topics or schemas are missing; names the fix.

    """
    facts = await asyncio.to_thread(topic_facts, settings.bootstrap_servers)
    lanes = _lanes(facts, declared)
    if like is None:
        schemas = Schemas(SchemaRegistry(connection.registry_url))
        codec = EventCodec(schemas)
        await codec.load()
    else:
        schemas, codec = like.schemas, like.codec
    catalogue = Catalogue.parse(raw_catalogue())
    if history is None:
        grants = {subscriber.id: grant_of(subscriber) for subscriber in declared.subscribers.values()}
        history = GrantHistory([DeclaredGrants(0, grants, catalogue.items)])
    made = (
        intake_stage(catalogue, codec, declared.departments.values(), lanes, person_key),
        resolver_stage(catalogue, codec, lanes),
        profiles_stage(catalogue, codec, history, lanes, on),
        fanout_stage(catalogue, codec, history, lanes),
    )
    for stage in made:
        await stage.step.load(schemas)
    stages = {stage.name: replace(stage, declarations=history.newest.version) for stage in made}
    return Bus(connection, settings, schemas, codec, facts, stages)


async def stage_apps(
    bus: Bus, names: Sequence[str], catch_up: CatchUp | None = None
) -> list[tuple[StageApp, Store | None]]:
    """Return a Faust app and its store for each named stage; `catch_up` is for declarations that may change."""
    ids = TopicIds(bus.settings.bootstrap_servers, bus.facts.ids)
    apps = []
    for name in names:
        stage = bus.stages[name]
        store = _store(bus, stage)
        ledger = LedgerWriter(name)
        await ledger.load(bus.schemas)
        runtime = StageRuntime(stage, bus.settings, store, ids, bus.schemas, ledger, catch_up=catch_up)
        apps.append((make_app(runtime), store))
    return apps


def _store(bus: Bus, stage: Stage) -> Store | None:
    if stage.store == StoreKind.RESIDENT:
        return MemoryStore()
    if stage.store == StoreKind.NONE:
        return None
    client = connect(bus.connection.redis_url)
    application = bus.settings.application
    if stage.store == StoreKind.LOOKUP:
        lanes = stage.lanes
        # a crosswalk's key is "x|" and the legacy code that places it
        lookup = LookupStore(client, LaneKeys(application, stage.looks_up), lambda key: partition_of(key[2:], lanes))
        return LookupWithOffsets(lookup)
    identity = bus.facts.identity_of(stage.changelog, application)
    return RedisStore(client, LaneKeys(application, stage.name), identity)


def _lanes(facts: TopicFacts, declared: Declarations) -> int:
    """Return the one number of partitions that all topics of the bus have."""
    missing = sorted(set(declared.topics) - set(facts.partitions))
    if missing:
        raise ConfigurationError(shared.TOPIC(name=missing[0]), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
    lanes = facts.partitions[LEDGER]
    odd = sorted(_with_other_partitions(facts, (name for name in declared.topics if not is_single(name)), lanes))
    if odd:
        raise ConfigurationError(
            shared.TOPIC(name=odd[0]),
            messages.OTHER_PARTITIONS(partitions=facts.partitions[odd[0]], ledger=LEDGER, lanes=lanes),
            messages.MAKE_EQUAL(),
        )
    return lanes


def _with_other_partitions(facts: TopicFacts, topics: Iterable[str], lanes: int) -> set[str]:
    return {name for name in topics if facts.partitions[name] != lanes}
