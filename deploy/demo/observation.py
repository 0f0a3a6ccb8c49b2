"""Look at the running bus: what the ledger says, and how far the feeds have come."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.query.ledger import LedgerReader
from creditbus.topics.connection import Connection
from creditbus.topics.names import is_feed

__all__ = ["Observation", "Observer"]


@dataclass(frozen=True, slots=True)
class Observation:
    """The bus at one moment; two that are equal with nothing between them mean that nothing moved."""

    departments: Mapping[str, Mapping[str, Any]]
    """Accounts in the form of `creditbus ledger --json`."""
    feeds: Mapping[Partition, int]
    """End of each partition of each feed: the fanout stage books nothing, but what it writes is seen here."""


class Observer:
    """Reads ledger and feeds of one bus."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ledger = LedgerReader(connection)

    def __call__(self) -> Observation:
        """Look now.

        Raises:
            DependencyDownError: no broker answers.
        """
        return asyncio.run(self._look())

    async def _look(self) -> Observation:
        ledger = await self._ledger.refresh()
        facts = await asyncio.to_thread(topic_facts, self._connection.bootstrap_servers)
        topics = [topic for topic in facts.partitions if is_feed(topic)]
        partitions = [partition for topic in topics for partition in facts.partitions_of(topic)]
        async with AIOKafkaConsumer(bootstrap_servers=self._connection.bootstrap_servers) as consumer:
            ends: dict[Partition, int] = await consumer.end_offsets(partitions)
        departments = {name: account.as_json() for name, account in ledger.departments.items()}
        return Observation(departments, ends)
