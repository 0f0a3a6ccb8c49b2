"""Publishes the withdrawals that a person has decided on."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from creditbus.connectors.contract import Comparing, Releasing, Source
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.publisher import Publisher
from creditbus.connectors.run.run_id import new_run
from creditbus.connectors.setup.configuration import Connector
from creditbus.connectors.withdraw import messages as texts
from creditbus.connectors.withdraw.event import withdrawal
from creditbus.connectors.withdraw.proposals import Proposal, proposals
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import Verb
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Withdrawn", "withdraw"]

_CHUNK_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was done."""

    run_id: str
    """The run that the withdrawals were published under, a run of the connector; empty where there was none."""
    records: tuple[Proposal, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `connector withdraw --json` prints."""
        withdrawn = [one.as_json() for one in self.records]
        return {"run_id": self.run_id, "published": len(withdrawn), "withdrawn": withdrawn}


def withdraw(connector: Connector, connection: Connection, keys: Collection[str]) -> Withdrawn:
    """Publish a WITHDRAW event for each proposal that keys name; a record that has come back meanwhile is left alone.

    Killed on the way and run again it may send some a second time; the bus counts those as duplicates.

    Args:
        connector: the connector.
        connection: where the bus and the memory are.
        keys: of proposals, whole.

    Raises:
        ConfigurationError: the item admits no withdrawal.
        SourceError: the source or the memory cannot be read.
        PublishError: the broker went away; run again.
    """
    item = connector.item
    if Verb.WITHDRAW not in item.verbs:
        raise ConfigurationError(texts.ITEM(id=item.id), texts.NO_WITHDRAW(), texts.END_BY_ROW())
    today = city_day(int(time.time() * 1000))
    chosen = [one for one in proposals(connector, connection, today) if one.key in keys and one.event is not None]
    if not chosen:
        return Withdrawn("", ())
    source, run = connector.open(), new_run(connector.id)
    encoder = Encoder(item.id, SchemaRegistry(connection.registry_url))
    with (
        # transactions of a name of its own, so that a run that is under way goes on
        Publisher(connection.bootstrap_servers, f"{connector.id}-withdraw", connector.topic) as publisher,
        PublishedRows(connection.home, connector.id) as memory,
    ):
        publisher.fence()
        place = memory.place(0, time.time_ns() // 1000) if connector.tells == "state" else None
        for start in range(0, len(chosen), _CHUNK_ROWS):
            chunk = chosen[start : start + _CHUNK_ROWS]
            records = [bytes.fromhex(one.key) for one in chunk]
            messages = [withdrawal(encoder, one.event, run, today, place) for one in chunk if one.event is not None]
            # Before the transaction, which may be there though its answer was lost: a row that comes back is then sent
            # as new. Forgotten after it: a withdrawal that was not sent is proposed again (docs/adr/0023).
            memory.take_back(records)
            _release(source, chunk)
            publisher.commit(messages, [publisher.publication(run, start + len(messages))])
            memory.withdraw(records, run)
            _forget(source, chunk)
    return Withdrawn(run, tuple(chosen))


def _release(source: Source, chunk: Collection[Proposal]) -> None:
    if isinstance(source, Releasing):
        source.release([key for one in chunk for key in one.rows])


def _forget(source: Source, chunk: Collection[Proposal]) -> None:
    if isinstance(source, Comparing):
        source.forget([key for one in chunk for key in one.rows])
