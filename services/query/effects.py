"""Counts what another version of the declarations would do to the feeds, over the records that the store holds."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from creditbus.avro_schemas import RawItem
from creditbus.avro_schemas.composition import compose
from creditbus.services.domain.feed.effects import Effect, HeldRecords, ViewChange, count_effects, gates
from creditbus.services.domain.framed_avro import UndecodableError, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.domain.profile.consents import consent_pairs
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.gather import gather
from creditbus.services.engine.store.connection import connect
from creditbus.services.query import messages
from creditbus.services.query.profile_walk import ProfileWalk, StoredRecord, WalkedSubjects
from creditbus.services.query.state import StageState, open_states
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UserError
from creditbus.topics.names import PROFILES
from creditbus.topics.registry import SchemaRegistry

__all__ = ["EffectCounts", "count_in_store", "count_on_bus", "last_said"]

#: Lanes at a time: while the records of one are judged, those of others are on their way.
_AT_ONCE: Final = 4
#: Of records that are judged alike; there are a few hundred of them on a bus whose districts are those of a city.
_MOST_GROUPS: Final = 10_000

Values = Callable[[str, Record, Collection[str]], Mapping[str, str | None]]
"""Reads fields of an item from what a record of it last said."""


@dataclass(slots=True)
class EffectCounts:
    """What was counted so far.

    Attributes:
        all_subjects: how many subjects the lanes have.
        subjects: those that have been looked at.
        records: records of theirs that have been judged.
        restating: lanes that emit records again at this moment, because of an earlier version or a day.
        counts: of each effect, by subscriber and item.

    """

    all_subjects: int = 0
    subjects: int = 0
    records: int = 0
    restating: int = 0
    counts: dict[tuple[str, str], Counter[Effect]] = field(default_factory=dict)


async def count_on_bus(
    connection: Connection,
    changes: Sequence[ViewChange],
    items: Mapping[str, RawItem],
    on: date,
    report: Callable[[EffectCounts], None],
) -> EffectCounts:
    """Count over the records that a bus holds.

    Args:
        connection: the bus.
        changes: what a version changes.
        items: those of that version, closed ones included: the folder of a city has no closed ones.
        on: the city's day by which grants are judged, before and after.
        report: is called after some hundred records each.

    Raises:
        UserError: a server does not answer, a topic is missing, or the store is being rebuilt.

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    schemas = Schemas(SchemaRegistry(connection.registry_url))
    await schemas.learn_versions(compose(items[item].schema) for item, fields in gates(changes).items() if fields)
    client = connect(connection.redis_url)
    try:
        states = await open_states(connection, facts, client)
        return await count_in_store(states[PROFILES.name], changes, on, partial(last_said, schemas), report)
    finally:
        await client.aclose()


async def count_in_store(
    state: StageState,
    changes: Sequence[ViewChange],
    on: date,
    values: Values,
    report: Callable[[EffectCounts], None] = lambda _: None,
) -> EffectCounts:
    """Count over the records of a store; errors as of `StageState.values`.

    Args:
        state: of profiles.
        changes: what a version changes.
        on: the city's day.
        values: reads the fields for whose value a record may be withheld.
        report: as of `count_on_bus`.

    """
    gated = gates(changes)
    walk = ProfileWalk(state, gated)
    lanes = await walk.lanes()
    found = EffectCounts(sum(lane.index.count for lane in lanes), restating=sum(lane.restating for lane in lanes))
    _add(found, count_effects(changes, {}, on))
    groups: Counter[HeldRecords] = Counter()

    async def count(lane: WalkedSubjects) -> None:
        async for codes in walk.subjects(lane):
            async for records in walk.records(lane.lane, codes):
                groups.update(_held(record, gated[record.item], values, on) for record in records)
                found.records += len(records)
                if len(groups) > _MOST_GROUPS:
                    _add(found, count_effects(changes, groups, on))
                    groups.clear()
                report(found)
            found.subjects += len(codes)

    waiting = iter(lanes)

    async def count_some() -> None:
        for lane in waiting:
            await count(lane)

    await gather([count_some() for _ in range(_AT_ONCE)])
    _add(found, count_effects(changes, groups, on))
    return found


def _add(found: EffectCounts, more: Mapping[tuple[str, str], Counter[Effect]]) -> None:
    for place, counts in more.items():
        found.counts.setdefault(place, Counter()).update(counts)


def _held(stored: StoredRecord, gated: Collection[str], values: Values, on: date) -> HeldRecords:
    record, subject = decode_record(stored.value), stored.subject
    said = values(stored.item, record, gated) if gated else {}
    return HeldRecords(
        stored.item,
        subject.kind.value,
        subject.district,
        record.state,
        tuple(sorted(said.items())),
        consent_pairs(subject.consents, stored.item, on),
    )


def last_said(schemas: Schemas, item: str, record: Record, fields: Collection[str]) -> dict[str, str | None]:
    """Return fields of the event by which a record was last emitted, which is the one that feeds show.

    Args:
        schemas: has learned those of the item.
        item: of the record.
        record: as it is stored.
        fields: their codes.

    Raises:
        UserError: the registry does not know the schema, or the bytes do not follow it.

    """
    said = _event(schemas, item, record.content)
    if record.act:
        acted = _event(schemas, item, record.act)
        # as `EventCodec.last_emission`
        if _version(acted) >= _version(said):
            said = acted
    return {code: said["content"].get(code) for code in fields}


def _version(event: Mapping[str, Any]) -> int:
    version: int = event["header"]["applied"]["version"]
    return version


def _event(schemas: Schemas, item: str, value: bytes) -> dict[str, Any]:
    """Read an event, whatever the version of its schema."""
    try:
        shape = schemas.shapes.get(schema_id(value))
        if shape is None:
            raise UserError(item, messages.UNKNOWN_SCHEMA(), messages.IS_IT_THE_REGISTRY())
        return read_record(value, shape.writer)
    except (FrameError, UndecodableError) as error:
        raise UserError(item, messages.OTHER_SCHEMA(), messages.IS_IT_THE_REGISTRY()) from error
