"""Compares what stages wrote and booked with what they must: a time counts only when nothing differs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

from load import outcome_of

from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_END, FROM_START, read_partitions
from creditbus.services.engine.stage.ledger_writer import read_deltas
from creditbus.topics.connection import Connection
from creditbus.topics.names import LEDGER

__all__ = ["Ends", "ends", "last_values", "written"]

#: By topic and partition the position after the last record.
Ends = Mapping[str, Mapping[int, int]]


def ends(connection: Connection, topics: Sequence[str]) -> Ends:
    """Return where topics end now."""
    return asyncio.run(_ends(connection, topics))


async def _ends(connection: Connection, topics: Sequence[str]) -> Ends:
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    found: dict[str, dict[int, int]] = {}
    for topic in topics:
        partitions = facts.partitions_of(topic)
        # one empty read from the end tells the positions
        async for chunk in read_partitions(
            connection.bootstrap_servers, dict.fromkeys(partitions, FROM_END), follow=True
        ):
            found[topic] = {tp.partition: position for tp, position in chunk.positions.items()}
            break
    return found


def written(connection: Connection, before: Ends) -> tuple[dict[str, int], dict[str, int]]:
    """Return the committed records after these ends by topic, and what the ledger among them books by outcome."""
    return asyncio.run(_written(connection, before))


async def _written(connection: Connection, before: Ends) -> tuple[dict[str, int], dict[str, int]]:
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    records, outcomes = Counter[str](), Counter[str]()
    for topic, positions in before.items():
        starts = {tp: positions[tp.partition] for tp in facts.partitions_of(topic)}
        async for chunk in read_partitions(connection.bootstrap_servers, starts):
            if topic != LEDGER:
                records[topic] += len(chunk.records)
                continue
            for record in chunk.records:
                for entry, count in read_deltas(record.value or b""):
                    outcomes[outcome_of(entry)] += count
    return dict(records), {name: count for name, count in outcomes.items() if count}


def last_values(
    connection: Connection, topics: Sequence[str]
) -> tuple[Counter[tuple[str, int]], dict[tuple[str, int], bytes | None]]:
    """Return how many committed records each partition of these topics has, and the value of the last one."""
    return asyncio.run(_last_values(connection, topics))


async def _last_values(
    connection: Connection, topics: Sequence[str]
) -> tuple[Counter[tuple[str, int]], dict[tuple[str, int], bytes | None]]:
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    counts, values = Counter[tuple[str, int]](), dict[tuple[str, int], bytes | None]()
    starts = dict.fromkeys((tp for topic in topics for tp in facts.partitions_of(topic)), FROM_START)
    async for chunk in read_partitions(connection.bootstrap_servers, starts, as_stage=True):
        for record in chunk.records:
            place = record.topic, record.partition
            counts[place] += 1
            values[place] = record.value
    return counts, values
