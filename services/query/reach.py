"""How far each stage has read its topics and how far they go, as Kafka says; nothing of it needs a worker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import RetriableError
from kafka.protocol.consumer import IsolationLevel

from creditbus.services.engine.batch import Partition
from creditbus.services.query import messages
from creditbus.topics.admin import admin
from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.errors import UnavailableError
from creditbus.topics.names import STAGES

__all__ = ["PartitionReach", "StageReach", "read_ends", "read_reaches", "topics_of"]

_SETTLING_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.2

#: What Kafka calls a group that there is not.
_NO_GROUP: Final = "Dead"


@dataclass(frozen=True, slots=True)
class PartitionReach:
    """Offsets of one partition that a stage reads.

    Attributes:
        first: of the oldest record that is kept.
        stable: after what can be read; a transaction under way hides what follows, be it committed or not.
        end: after the newest record.
        position: where the stage goes on, as its group says; None: it says nothing, or speaks of another topic of the
            same name, which was deleted since.

    """

    first: int
    stable: int
    end: int
    position: int | None


@dataclass(frozen=True, slots=True)
class StageReach:
    """One stage.

    Attributes:
        stage: its name.
        members: workers that its group has now; 0: nobody reads.
        read: partitions that one of them is to read.
        partitions: of all its topics, those that no worker subscribes to among them.

    """

    stage: str
    members: int
    read: frozenset[Partition]
    partitions: Mapping[Partition, PartitionReach]


def topics_of(stage: str, topics: Sequence[str]) -> list[str]:
    """Return which of these topics a stage reads."""
    return sorted(filter(STAGES[stage].reads, topics))


def read_reaches(connection: Connection) -> list[StageReach]:
    """Ask stage by stage, in the order in which records pass; blocks.

    The ends of a stage's topics are asked before its positions, and both before the next stage's ends. So what had been
    published before the call is, at its end, before a position, in a backlog that was seen, or after the last stage:
    a stage commits its position together with what it writes for the next one.

    Raises:
        UnavailableError, UnsettledError: a broker does not answer.

    """
    with admin(connection) as kafka:
        partitions = {topic["name"]: len(topic["partitions"]) for topic in kafka.describe_topics()}
        deadline = time.monotonic() + _SETTLING_SECONDS
        while True:
            try:
                return list(_reaches(kafka, partitions))
            except RetriableError:
                # a cluster that no group has used yet makes its topic of groups when it is asked for the first
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)


def read_ends(connection: Connection, topic: str) -> dict[Partition, int]:
    """Return the offset after the newest record of each partition of a topic, committed or not; blocks.

    Raises:
        UnavailableError, UnsettledError: a broker does not answer.

    """
    with admin(connection) as kafka:
        (found,) = kafka.describe_topics([topic])
        places = [TopicPartition(topic, number) for number in range(len(found["partitions"]))]
        return {Partition(*place): end for place, end in _offsets(kafka, places, OffsetSpec.LATEST).items()}


def _reaches(kafka: KafkaAdminClient, partitions: Mapping[str, int]) -> Iterator[StageReach]:
    for stage in STAGES:
        names = topics_of(stage, list(partitions))
        places = [TopicPartition(name, number) for name in names for number in range(partitions[name])]
        first = _offsets(kafka, places, OffsetSpec.EARLIEST)
        end = _offsets(kafka, places, OffsetSpec.LATEST)
        stable = _offsets(kafka, places, OffsetSpec.LATEST, IsolationLevel.READ_COMMITTED)
        read = _committed(kafka, stage)
        beyond = [place for place in places if read.get(place, 0) > end[place]]
        # read on since the ends were asked, or a position of a topic that there is no more
        for place, now in _offsets(kafka, beyond, OffsetSpec.LATEST).items():
            if read[place] > now:
                del read[place]
        members = _members(kafka, stage)
        assigned = {
            Partition(topic["topic"], number)
            for member in members
            if isinstance(assignment := member["member_assignment"], Mapping)  # in a rebalance there is none
            for topic in assignment["assigned_partitions"]
            for number in topic["partitions"]
        }
        found = {
            Partition(*at): PartitionReach(first[at], min(stable[at], end[at]), end[at], read.get(at)) for at in places
        }
        yield StageReach(stage, len(members), frozenset(assigned), found)


def _offsets(
    kafka: KafkaAdminClient,
    places: Sequence[TopicPartition],
    what: OffsetSpec,
    isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
) -> dict[TopicPartition, int]:
    if not places:
        return {}
    answers = kafka.list_partition_offsets(dict.fromkeys(places, what), isolation_level=isolation)
    return {place: int(answer.offset) for place, answer in answers.items()}


def _committed(kafka: KafkaAdminClient, stage: str) -> dict[TopicPartition, int]:
    group = f"{APPLICATION}-{stage}"
    offsets = kafka.list_group_offsets(group)[group]
    return {place: int(found.offset) for place, found in offsets.items() if found.offset >= 0}


def _members(kafka: KafkaAdminClient, stage: str) -> list[Mapping[str, Any]]:
    group = f"{APPLICATION}-{stage}"
    found = kafka.describe_groups([group])[group]
    if found["error"] and found["group_state"] != _NO_GROUP:
        raise UnavailableError(messages.GROUP(group=group), found["error"], messages.TRY_AGAIN())
    return list(found["members"])
