"""How far a stage has read by its own word, where its group says nothing.

Kafka forgets the offsets of a group that nobody is in (a week, as it comes); what a lane keeps in its changelog stays
(docs/adr/0024). Without it a bus that was off for long would seem to have read nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import read_partitions
from creditbus.services.engine.store.stored_offsets import stored_offset_key, stored_offset_of
from creditbus.services.query.reach import StageReach, read_ends
from creditbus.topics.connection import Connection
from creditbus.topics.names import STAGES

__all__ = ["with_own_progress"]

#: Each batch notes how far it read, and a batch is far shorter: the newest note is among the newest records.
_TAIL: Final = 50_000


async def with_own_progress(connection: Connection, stages: Sequence[StageReach]) -> list[StageReach]:
    """Return the stages, with the position that a lane noted where its group has none.

    Nothing is asked where every partition that holds or held something has a position.

    Raises:
        DependencyDownError, UnavailableError, UnsettledError: a broker does not answer.

    """
    if not any(map(_silent, stages)):
        return list(stages)
    ids = (await asyncio.to_thread(topic_facts, connection.bootstrap_servers)).ids
    return [await _one(connection, stage, ids) for stage in stages]


def _silent(stage: StageReach) -> list[Partition]:
    return [place for place, reach in stage.partitions.items() if reach.position is None and reach.end]


async def _one(connection: Connection, stage: StageReach, ids: Mapping[str, str]) -> StageReach:
    silent = _silent(stage)
    changelog = STAGES[stage.stage].changelog
    if not silent or changelog not in ids:
        return stage
    noted = await _noted(connection, changelog, {place.partition for place in silent})
    known = {}
    for place in silent:
        reach = stage.partitions[place]
        read = stored_offset_of(place, noted.get(place.partition, {}))
        if read is not None and read.topic_id == ids.get(place.topic) and read.position <= reach.end:
            known[place] = replace(reach, position=read.position)
    return replace(stage, partitions={**stage.partitions, **known})


async def _noted(
    connection: Connection, changelog: str, numbers: Iterable[int]
) -> Mapping[int, Mapping[bytes, bytes | None]]:
    """Return the newest entries of a changelog's partitions."""
    ends = await asyncio.to_thread(read_ends, connection, changelog)
    starts = {Partition(changelog, number): max(ends[Partition(changelog, number)] - _TAIL, 0) for number in numbers}
    found: dict[int, dict[bytes, bytes | None]] = {}
    prefix = stored_offset_key("")
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        for record in chunk.records:
            if record.key is not None and record.key.startswith(prefix):
                found.setdefault(record.partition, {})[record.key] = record.value
    return found
