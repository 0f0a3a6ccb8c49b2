"""What waits unread for each stage, topic by topic: counted, since when, and what retention cut before it was read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import KafkaError

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.topic_reader import Chunk, read_partitions
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.query.own_progress import with_own_progress
from creditbus.services.query.reach import PartitionReach, StageReach, read_reaches
from creditbus.topics.connection import Connection

__all__ = ["StageBacklog", "TopicBacklog", "read_backlog"]

#: This many records are read to be counted; of more than that the offsets are given, as a bound.
_COUNTED: Final = 100_000


@dataclass(frozen=True, slots=True)
class TopicBacklog:
    """What a stage has not read of one topic.

    Attributes:
        topic: its name.
        records: how many wait; where `exact` is false there may be fewer, but no more.
        exact: whether all of them were read to be counted. Offsets are also taken by the marks that transactions leave
            and by records of aborted ones, and what is behind a transaction under way cannot be read yet.
        oldest: when the oldest of them was published, milliseconds since 1970 UTC; None where none can be read.
        cut: offsets between the stage's position and the oldest record that is kept; the stage books them as
            `expired_unread` as soon as it runs. There may have been fewer records.
        read: whether a worker is to read all partitions of the topic.

    """

    topic: str
    records: int
    exact: bool
    oldest: int | None
    cut: int
    read: bool

    @property
    def clear(self) -> bool:
        """Whether nothing waits, and nothing was lost that is not booked."""
        return not self.records and not self.cut

    def as_json(self) -> dict[str, object]:
        """Return the facts."""
        return {
            "topic": self.topic,
            "records": self.records,
            "exact": self.exact,
            "oldest": self.oldest,
            "cut_offsets": self.cut,
            "read_by_a_worker": self.read,
        }


@dataclass(frozen=True, slots=True)
class StageBacklog:
    """What waits for one stage.

    Attributes:
        stage: its name.
        members: workers that read for it now.
        lanes: partition numbers that one of them is to read.
        of_lanes: partition numbers that there are.
        topics: its topics in which something waits or was cut.

    """

    stage: str
    members: int
    lanes: int
    of_lanes: int
    topics: tuple[TopicBacklog, ...]

    @property
    def records(self) -> int:
        """How many records wait, at most."""
        return sum(topic.records for topic in self.topics)

    @property
    def exact(self) -> bool:
        """Whether `records` is their number, not a bound."""
        return all(topic.exact for topic in self.topics)

    @property
    def oldest(self) -> int | None:
        """When the oldest of them was published, milliseconds since 1970 UTC."""
        return min((topic.oldest for topic in self.topics if topic.oldest is not None), default=None)

    @property
    def clear(self) -> bool:
        """Whether nothing waits, and nothing was lost that is not booked."""
        return all(topic.clear for topic in self.topics)

    def as_json(self) -> dict[str, object]:
        """Return the facts."""
        return {
            "stage": self.stage,
            "workers": self.members,
            "lanes": self.lanes,
            "of_lanes": self.of_lanes,
            "records": self.records,
            "exact": self.exact,
            "oldest": self.oldest,
            "topics": [topic.as_json() for topic in self.topics],
        }


async def read_backlog(connection: Connection, *, counted: int = _COUNTED) -> list[StageBacklog]:
    """Return what waits for each stage, in the order in which records pass; see `read_reaches` for what that is worth.

    It takes about a tenth of a second where nothing waits; where something does, it is read to be counted.

    Args:
        connection: where the bus is; neither the registry nor Redis is asked.
        counted: at most this many records are read; 0: none, offsets are given as bounds, and `oldest` is not known.

    Raises:
        UnavailableError, UnsettledError: a broker does not answer.

    """
    # What runs published is asked for before this, the ledger after it, and a topic's end before the position of the
    # stage that reads it. In any other order a record that is on its way between two questions is counted nowhere, and
    # the ledger says "balanced" of it (docs/adr/0028).
    stages = await with_own_progress(connection, await asyncio.to_thread(read_reaches, connection))
    found = await _count(connection, [reach for stage in stages for reach in _unread(stage).items()], counted)
    return [_backlog(stage, found) for stage in stages]


@dataclass(slots=True)
class _Count:
    """What was read of a partition's gap."""

    records: int = 0
    position: int = 0
    oldest: int | None = None


def _unread(stage: StageReach) -> dict[Partition, PartitionReach]:
    return {place: reach for place, reach in stage.partitions.items() if _start(reach) < reach.stable}


def _start(reach: PartitionReach) -> int:
    return max(reach.position or 0, reach.first)


async def _count(
    connection: Connection, gaps: Iterable[tuple[Partition, PartitionReach]], most: int
) -> Mapping[Partition, _Count]:
    reaches = dict(gaps)
    found = {place: _Count(position=_start(reach)) for place, reach in reaches.items()}
    if not found or most <= 0:
        return found
    starts = {place: count.position for place, count in found.items()}
    try:
        async with aclosing(read_partitions(connection.bootstrap_servers, starts)) as chunks:
            async for chunk in chunks:
                _add(chunk, reaches, found)
                done = all(found[place].position >= reach.stable for place, reach in reaches.items())
                if done or sum(count.records for count in found.values()) >= most:
                    break
    except (KafkaError, DependencyDownError):
        # cut or created again while it was read, or a broker that went away: what is counted so far is true, the rest
        # is a bound
        pass
    return found


def _add(chunk: Chunk, reaches: Mapping[Partition, PartitionReach], found: Mapping[Partition, _Count]) -> None:
    for record in chunk.records:
        place = Partition(record.topic, record.partition)
        # what came after the question is none of it
        if record.offset < reaches[place].stable:
            count = found[place]
            count.records += 1
            count.oldest = record.timestamp if count.oldest is None else min(count.oldest, record.timestamp)
    for place, position in chunk.positions.items():
        found[place].position = position


def _backlog(stage: StageReach, found: Mapping[Partition, _Count]) -> StageBacklog:
    topics: dict[str, list[tuple[Partition, PartitionReach]]] = {}
    for place, reach in stage.partitions.items():
        topics.setdefault(place.topic, []).append((place, reach))
    told = [_topic(topic, places, stage.read, found) for topic, places in topics.items()]
    lanes, of_lanes = ({place.partition for place in places} for places in (stage.read, stage.partitions))
    return StageBacklog(
        stage.stage, stage.members, len(lanes), len(of_lanes), tuple(topic for topic in told if not topic.clear)
    )


def _topic(
    topic: str,
    places: Sequence[tuple[Partition, PartitionReach]],
    read: frozenset[Partition],
    found: Mapping[Partition, _Count],
) -> TopicBacklog:
    records = bound = cut = 0
    oldest: list[int] = []
    for place, reach in places:
        count = found.get(place, _Count(position=_start(reach)))
        records += count.records
        bound += max(reach.stable - count.position, 0) + max(reach.end - max(reach.stable, _start(reach)), 0)
        cut += max(reach.first - (reach.position or 0), 0)
        oldest += [] if count.oldest is None else [count.oldest]
    return TopicBacklog(
        topic, records + bound, not bound, min(oldest, default=None), cut, all(place in read for place, _ in places)
    )
