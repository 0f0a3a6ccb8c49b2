"""Which consumer groups read feeds, and how far they have noted that they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from creditbus.services.engine.batch import Partition

__all__ = ["GroupPositions", "feed_groups", "retentions"]


@dataclass(frozen=True, slots=True)
class GroupPositions:
    """A consumer group.

    Attributes:
        group: its name.
        members: how many are at work now.
        positions: by partition, the offset at which it goes on.

    """

    group: str
    members: int
    positions: Mapping[Partition, int]


def feed_groups(kafka: KafkaAdminClient, topics: Collection[str]) -> list[GroupPositions]:
    """Return the groups that have noted a position in one of these topics, by name.

    A subscriber gives its group whatever name it likes, so every group of the cluster is asked.
    """
    names = sorted(one["group_id"] for one in kafka.list_groups())
    offsets = kafka.list_group_offsets(names) if names else {}
    found: dict[str, dict[Partition, int]] = {}
    for name in names:
        for place, noted in offsets[name].items():
            if place.topic in topics and noted.offset >= 0:
                found.setdefault(name, {})[Partition(*place)] = int(noted.offset)
    described = kafka.describe_groups(list(found)) if found else {}
    return [GroupPositions(name, len(described[name]["members"]), places) for name, places in found.items()]


def retentions(kafka: KafkaAdminClient, topics: Collection[str]) -> dict[str, int | None]:
    """Return for how many milliseconds each topic keeps a record; None: for ever."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    described = kafka.describe_configs(resources, config_filter="all")["topic"]
    found = {}
    for topic in topics:
        entry = described[topic]["retention.ms"]
        value = int(entry["value"] if isinstance(entry, Mapping) else entry)
        found[topic] = None if value < 0 else value
    return found
