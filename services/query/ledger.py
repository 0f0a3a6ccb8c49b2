"""The ledger, summed from its topic, and what stands before it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from creditbus.services.domain.ledger import Ledger
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, read_partitions
from creditbus.services.engine.stage.ledger_writer import read_deltas
from creditbus.services.query.accounts import Accounts
from creditbus.services.query.backlog import read_backlog
from creditbus.services.query.reach import read_ends
from creditbus.services.query.statements import read_statements
from creditbus.topics.connection import Connection
from creditbus.topics.names import LEDGER

__all__ = ["LedgerReader", "read_accounts"]

#: Transactions of a working stage end within milliseconds; one of a stage that died hides what follows for longer.
_PATIENCE_SECONDS: Final = 3.0
_PAUSE_SECONDS: Final = 0.05


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
            self._positions = dict.fromkeys(facts.partitions_of(LEDGER), FROM_START)
        async for chunk in read_partitions(self._servers, self._positions):
            for record in chunk.records:
                self.ledger.add(read_deltas(record.value or b""))
            self._positions = chunk.positions
        return self.ledger

    async def come_to(self, ends: Mapping[Partition, int], patience_seconds: float = _PATIENCE_SECONDS) -> bool:
        """Read up to these ends, transactions that are under way there included; return whether it came so far.

        Raises:
            DependencyDownError, ConfigurationError: as `refresh`.

        """
        deadline = time.monotonic() + patience_seconds
        while True:
            await self.refresh()
            # FROM_START stays where nothing was to be read
            if all(max(self._positions.get(place, 0), 0) >= end for place, end in ends.items()):
                return True
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_PAUSE_SECONDS)


async def read_accounts(connection: Connection) -> Accounts:
    """Return the ledger with what stands before it.

    What was published is read first, then how far the stages are, then the ledger up to its end of that moment:
    whatever was published before the call is found in one of the three, and nothing can seem decided that is not.

    Raises:
        DependencyDownError, UnavailableError, UnsettledError: a broker does not answer.
        ConfigurationError: a topic does not exist.

    """
    statements = await read_statements(connection)
    stages = await read_backlog(connection)
    ends = await asyncio.to_thread(read_ends, connection, LEDGER)
    reader = LedgerReader(connection)
    through = await reader.come_to(ends)
    return Accounts(statements, stages, reader.ledger, through=through)
