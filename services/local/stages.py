"""The four stages, ready to run without servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from creditbus.avro_schemas import (
    code_claim_schema,
    continuation_schema,
    crosswalk_entry_schema,
    event_schema,
    ledger_schema,
    moved_record_schema,
    raw_catalogue,
    reject_schema,
    unreadable_schema,
)
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas, full_name
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.stage.ledger_writer import LedgerWriter
from creditbus.services.fanout.app import fanout_stage, grant_of
from creditbus.services.intake.app import intake_stage
from creditbus.services.local.registry import MemoryRegistry
from creditbus.services.profiles.app import profiles_stage
from creditbus.services.resolver.app import resolver_stage
from creditbus.topics.declarations import declarations
from creditbus.topics.parties import Department, Subscriber

__all__ = ["LocalStages"]


@dataclass(frozen=True, slots=True)
class LocalStages:
    """The stages and what they share. They keep nothing between two batches: several buses may run on one of these.

    Attributes:
        lanes: partitions of each topic.
        catalogue: what the bus carries.
        registry: has the schemas that the product writes.
        schemas: ids of these, and of others that records name.
        codec: opens events and writes them.
        stages: by name, in the order in which an event meets them.
        ledgers: by stage, what turns its bookings into a record.

    """

    lanes: int
    catalogue: Catalogue
    registry: MemoryRegistry
    schemas: Schemas
    codec: EventCodec
    stages: Mapping[str, Stage]
    ledgers: Mapping[str, LedgerWriter]

    @classmethod
    def build(
        cls,
        *,
        lanes: int,
        person_key: bytes,
        catalogue: Catalogue | None = None,
        departments: Iterable[Department] | None = None,
        subscribers: Iterable[Subscriber] | None = None,
        on: date,
        version: int = 0,
        before: Sequence[DeclaredGrants] = (),
    ) -> Self:
        """Make the stages; takes a second or so.

        Args:
            lanes: partitions of each topic.
            person_key: 32 bytes, the key of the tokens that stand for natural persons.
            catalogue: what the bus carries; the one that is shipped when None.
            departments: who publishes what; those that are declared when None.
            subscribers: who receives what; those that are declared when None.
            on: the city's day, by which grants are judged.
            version: of what is declared; 0: none was published.
            before: the versions before it, the oldest first.

        Not from within an event loop: it runs one to load the stages.

        """
        registry = MemoryRegistry()
        for schema in _written():
            registry.register(full_name(schema), schema)
        schemas = Schemas(registry, away=False)
        codec = EventCodec(schemas)
        declared = declarations()
        given = declared.subscribers.values() if subscribers is None else subscribers
        carried = Catalogue.parse(raw_catalogue()) if catalogue is None else catalogue
        grants = {subscriber.id: grant_of(subscriber) for subscriber in given}
        past = GrantHistory([*before, DeclaredGrants(version, grants, carried.items)])
        made = (
            intake_stage(
                carried, codec, declared.departments.values() if departments is None else departments, lanes, person_key
            ),
            resolver_stage(carried, codec, lanes),
            profiles_stage(carried, codec, past, lanes, on),
            fanout_stage(carried, codec, past, lanes),
        )
        ledgers = {stage.name: LedgerWriter(stage.name) for stage in made}

        async def load() -> None:
            await codec.load()
            for stage in made:
                await stage.step.load(schemas)
                if stage.late_schemas is not None:
                    await stage.late_schemas.rest()
                await ledgers[stage.name].load(schemas)

        asyncio.run(load())
        return cls(lanes, carried, registry, schemas, codec, {stage.name: stage for stage in made}, ledgers)


def _written() -> list[dict[str, object]]:
    """Return the schemas that `creditbus topics apply` registers; those of feeds are registered by fanout."""
    return [
        *(event_schema(item) for item in raw_catalogue()),
        code_claim_schema(),
        continuation_schema(),
        crosswalk_entry_schema(),
        ledger_schema(),
        moved_record_schema(),
        reject_schema(),
        unreadable_schema(),
    ]
