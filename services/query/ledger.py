"""The ledger, summed from its topic."""

from __future__ import annotations

import asyncio

from creditbus.services.domain.ledger import Ledger
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.ledger_writer import LEDGER_TOPIC, read_deltas
from creditbus.services.engine.reading import FROM_START, read_partitions
from creditbus.services.engine.topic_facts import topic_facts
from creditbus.topics.connection import Connection

__all__ = ["LedgerReader", "read_ledger"]


class LedgerReader:
    """Sums the ledger, and goes on from where it was when it is asked again."""

    def __init__(self, connection: Connection) -> None:
        self._servers = connection.bootstrap_servers
        self._positions: dict[Partition, int] = {}
        self.ledger = Ledger()

    async def refresh(self) -> Ledger:
        """Add what was committed since the last call.

        Raises:
            DependencyDownError: no broker answers.
            ConfigurationError: the topic does not exist.

        """
        if not self._positions:
            facts = await asyncio.to_thread(topic_facts, self._servers)
            self._positions = dict.fromkeys(facts.partitions_of(LEDGER_TOPIC), FROM_START)
        async for chunk in read_partitions(self._servers, self._positions):
            for record in chunk.records:
                self.ledger.add(read_deltas(record.value or b""))
            self._positions = chunk.positions
        return self.ledger


async def read_ledger(connection: Connection) -> Ledger:
    """Return the ledger as it stands; see `LedgerReader.refresh` for errors."""
    return await LedgerReader(connection).refresh()
