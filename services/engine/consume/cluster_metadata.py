"""The cluster's id and its topics: their ids and numbers of partitions.

A topic of the same name that was created again has another id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError
from creditbus.topics import messages as shared
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.kafka_clients import opened

__all__ = ["TopicFacts", "TopicIds", "topic_facts"]

# whoever asks tries again; kafka-python's own half minute would go by in silence, also once Kafka is back
_BOOTSTRAP_MS = 3000


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """The cluster's id, and id and number of partitions by topic."""

    cluster: str
    ids: Mapping[str, str]
    partitions: Mapping[str, int]

    def partitions_of(self, topic: str) -> list[Partition]:
        """Return the partitions of a topic.

        Raises:
            ConfigurationError: there is no such topic.

        """
        if topic not in self.partitions:
            raise ConfigurationError(shared.TOPIC(name=topic), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
        return [Partition(topic, number) for number in range(self.partitions[topic])]

    def identity_of(self, changelog: str, application: str) -> str:
        """Return what a store's checkpoint is bound to: this cluster, this changelog, this application."""
        return f"{self.cluster}/{self.ids[changelog]}/{application}"


def topic_facts(bootstrap_servers: str) -> TopicFacts:
    """Ask Kafka; blocks.

    Raises:
        DependencyDownError: no broker answers.

    """
    try:
        servers = bootstrap_servers.split(",")
        with closing(opened(KafkaAdminClient, bootstrap_servers=servers, bootstrap_timeout_ms=_BOOTSTRAP_MS)) as admin:
            cluster = admin.describe_cluster()["cluster_id"]
            topics = admin.describe_topics()
    except (KafkaError, OSError) as error:
        raise DependencyDownError("kafka", f"{bootstrap_servers}: {type(error).__name__}") from error
    return TopicFacts(
        cluster,
        {topic["name"]: str(topic["topic_id"]) for topic in topics},
        {topic["name"]: len(topic["partitions"]) for topic in topics},
    )


class TopicIds:
    """What is known of them; asked again when there is a doubt.

    Args:
        bootstrap_servers: addresses of brokers.
        known: id by topic, as it was a while ago.

    """

    def __init__(self, bootstrap_servers: str, known: Mapping[str, str]) -> None:
        self._servers = bootstrap_servers
        self._known = known

    def of(self, topic: str) -> str:
        """Return the id of a topic; empty where there is none of that name."""
        return self._known.get(topic, "")

    def know(self, ids: Mapping[str, str]) -> None:
        """Take what somebody else has asked for just now."""
        self._known = ids

    async def ask(self) -> None:
        """Ask Kafka for them now.

        Raises:
            DependencyDownError: no broker answers.

        """
        self._known = (await asyncio.to_thread(topic_facts, self._servers)).ids
