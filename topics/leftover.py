"""Topics of parties that are not declared any more: what they hold, and their removal, which a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from creditbus.topics import messages
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import Declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import ACKS, FEED, MANIFEST, OWN_PREFIXES
from creditbus.topics.suggestion import suggestion

__all__ = ["leftovers", "most_records", "remove_topic", "removed_subscribers", "topics_with_records"]


def leftovers(declared: Declarations, live: Iterable[str]) -> list[str]:
    """Return the topics that a bus has made and nobody declares, by name."""
    return sorted(name for name in live if name.startswith(OWN_PREFIXES) and name not in declared.topics)


def removed_subscribers(left: Iterable[str]) -> set[str]:
    """Return the subscribers of which `leftovers` has topics."""
    return {
        name.removeprefix(prefix).removesuffix(MANIFEST)
        for name in left
        for prefix in (FEED, ACKS)
        if name.startswith(prefix)
    }


def most_records(kafka: KafkaAdminClient, topics: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return how many records each of some topics holds at most; markers of transactions count, too."""
    places = [
        TopicPartition(name, partition["partition_index"])
        for name, state in topics.items()
        for partition in state["partitions"]
    ]
    if not places:
        return {}
    first = kafka.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
    end = kafka.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    found = dict.fromkeys(topics, 0)
    for place in places:
        found[place.topic] += end[place].offset - first[place].offset
    return found


def topics_with_records(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return those of some topics that are there and hold something, by name.

    Raises:
        UnavailableError: no broker answers.

    """
    wanted = set(names)
    with admin(connection) as kafka:
        live = {topic["name"]: topic for topic in kafka.describe_topics() if topic["name"] in wanted}
        return sorted(name for name, held in most_records(kafka, live).items() if held)


def remove_topic(connection: Connection, declared: Declarations, name: str) -> int:
    """Delete a topic that nobody declares, for good; return how many records it held at most.

    Raises:
        ConfigurationError: it is declared, or there is no such topic of the bus.
        UnavailableError: no broker answers.

    """
    with admin(connection) as kafka:
        live = {topic["name"]: topic for topic in kafka.describe_topics()}
        left = leftovers(declared, live)
        if name in declared.topics:
            raise ConfigurationError(messages.TOPIC(name=name), messages.IS_DECLARED(), messages.REMOVE_THE_PARTY())
        if name not in left:
            raise ConfigurationError(messages.TOPIC(name=name), messages.DOES_NOT_EXIST(), suggestion(name, left))
        held = most_records(kafka, {name: live[name]})[name]
        kafka.delete_topics([name])
    return held
