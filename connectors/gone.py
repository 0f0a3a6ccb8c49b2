"""Rows that are gone from their source: proposed for withdrawal by the source, withdrawn on a person's word."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from creditbus.connectors.configuration import Connector
from creditbus.connectors.contract import Comparing, Releasing, Row, Vanished
from creditbus.connectors.encoding import Encoder
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.memory import Memory
from creditbus.connectors.outgoing import is_whole, whole
from creditbus.connectors.progress import Progress, Totals
from creditbus.connectors.publisher import Publisher
from creditbus.connectors.remembered import noted
from creditbus.connectors.runner import new_run
from creditbus.connectors.withdrawal import act_of_withdrawal
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import RecordState, Verb
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Proposal", "Withdrawn", "known", "proposals", "withdraw"]

_SHEET = "vanished"
_CHUNK_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Proposal:
    """One vanished row."""

    key: str
    authority: str
    document_no: str
    possible: bool
    """False where the source could not keep the row: then its department withdraws it by a row of its own."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was done."""

    run_id: str
    published: int
    withheld: int
    """Rows that never reached the bus as records: about natural persons whom their item does not admit, or with half a
    character in them."""


def proposals(connector: Connector) -> list[Proposal]:
    """Name the vanished rows of a connector.

    Raises:
        ConfigurationError: its kind or mode does not notice what is gone.
        SourceError: the source cannot be read.
    """
    return [_proposal(connector, row) for row in _source(connector).vanished()]


def known(connector: Connector) -> int:
    """Return how many rows the source of a connector could miss; errors as of :func:`proposals`."""
    return _source(connector).known()


def withdraw(connector: Connector, connection: Connection, keys: Collection[str]) -> Withdrawn:
    """Publish the withdrawal of vanished rows; one that has come back meanwhile is left alone.

    Killed between publishing and forgetting, it proposes the same rows again; their second withdrawal is a duplicate.

    Raises:
        UserError: source, registry or broker.
    """
    if Verb.WITHDRAW not in connector.item.verbs:
        raise ConfigurationError(connector.item.id, "admits no withdrawal", "end the record by a row of its own")
    source = _source(connector)
    rows = [row for row in source.vanished() if row.cells is not None and row.key in keys]
    run = new_run(connector.id)
    encoder = Encoder(connector.item.id, SchemaRegistry(connection.registry_url))
    name = f"{connector.id}-withdraw"  # a name of its own, so that a run that is under way goes on
    published = withheld = 0
    with (
        Publisher(connection.bootstrap_servers, name, connector.topic) as publisher,
        Memory(connection.home, connector.id) as memory,
    ):
        publisher.fence()
        place = memory.place(0, time.time_ns() // 1000) if connector.tells == "state" else None
        for start in range(0, len(rows), _CHUNK_ROWS):
            part = rows[start : start + _CHUNK_ROWS]
            events = list(_events(connector, part, run, place))
            messages = [encoder.event(mapped) for mapped in events]
            memory.take_back(noted(mapped.event, b"").record for mapped in events)
            if isinstance(source, Releasing):
                source.release([row.key for row in part])
            published += len(messages)
            publisher.publish(messages, Progress(name, run, "", totals=Totals(published=published)))
            source.forget([row.key for row in part])
            withheld += len(part) - len(messages)
    return Withdrawn(run, published, withheld)


def _events(connector: Connector, rows: Sequence[Vanished], run: str, place: int | None) -> Iterator[Mapped]:
    today = city_day(int(time.time() * 1000))
    for row in rows:
        mapped = _mapped(connector, row, run)
        if not mapped.withheld and is_whole(mapped.event):
            # no source time: the source says nothing any more, so the order of publication counts
            mapped.event["header"].update(
                verb=Verb.WITHDRAW, state=RecordState.WITHDRAWN, source_time=None, reading=place
            )
            mapped.event["act"] = act_of_withdrawal(mapped.event["act"], today)
            yield mapped


def _proposal(connector: Connector, row: Vanished) -> Proposal:
    header = _mapped(connector, row, "").event["header"]
    return Proposal(row.key, whole(header["authority"]), whole(header["document_no"]), row.cells is not None)


def _mapped(connector: Connector, row: Vanished, run: str) -> Mapped:
    return connector.mapper(Row(row.cells or {}, row.file, _SHEET, row.row, row.row), run)


def _source(connector: Connector) -> Comparing:
    source = connector.open()
    if not isinstance(source, Comparing):
        raise ConfigurationError(
            str(connector.file), f"kind {connector.kind.name} does not notice what is gone", "use sql in mode compare"
        )
    return source
