"""Sends corrected rows, each once, through the mapping that the refused row came through."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import NamedTuple

from creditbus.connectors.contract import Row
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.publish.encoder import Encoder, ProducerRecord
from creditbus.connectors.publish.latest import read_latest
from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.connectors.returned.rejection import Fault
from creditbus.connectors.returned.sheets import CorrectedRow
from creditbus.connectors.run.outgoing import is_whole
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.statements import (
    Place,
    Redrive,
    decode_statement,
    first_run,
    redrive_run,
)
from creditbus.services.domain.validation import Refused
from creditbus.topics.connection import Connection
from creditbus.topics.names import STATEMENTS
from creditbus.topics.registry import SchemaRegistry

__all__ = ["RedriveSummary", "StillRefused", "prepare", "redrive"]

_CHUNK_ROWS = 1000
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class StillRefused:
    """A row that intake would refuse again: it was not sent."""

    number: int
    """Row of the corrected file, from 1."""
    place: Place
    item: str
    """Id of the catalogue item."""
    department: str
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class RedriveSummary:
    """What one redrive did."""

    sent: int = 0
    already: int = 0
    """Rows that were sent before, just as they are."""
    refused: list[StillRefused] = field(default_factory=list)
    runs: dict[str, int] = field(default_factory=dict)
    """Messages sent, by the run that the ledger books them under."""


class _Prepared(NamedTuple):
    row: CorrectedRow
    mapped: Mapped
    content: str

    def __repr__(self) -> str:
        return f"_Prepared({self.row!r})"


def prepare(
    connector: Connector, rows: Iterable[CorrectedRow], token: str, today: date
) -> tuple[list[_Prepared], list[StillRefused]]:
    """Map corrected rows and examine them by the rules of intake.

    Args:
        connector: the connector that their refused rows came through.
        rows: the corrected rows.
        token: tells this redrive from others of the same run.
        today: for the rules of intake.

    Returns:
        What may be sent, and what would be refused again.
    """
    validator = connector.validator()
    good: list[_Prepared] = []
    bad: list[StillRefused] = []
    for row in rows:
        place = row.reference.place
        source = Row(row.cells, place.file, place.sheet, place.row, 0)
        mapped = connector.mapper(source, redrive_run(place.run, token))
        event = mapped.event
        if not is_whole(event):
            faults: tuple[Fault, ...] = (Fault(Reason.FORMAT_UNPARSABLE.value, "", None),)
            bad.append(StillRefused(row.number, place, connector.item.id, connector.department, faults))
            continue
        outcome = validator.examine(event["header"], event["claim"], event["content"], today)
        if isinstance(outcome, Refused):
            faults = tuple(Fault(one.reason.value, one.field, one.proposed) for one in outcome.findings)
            bad.append(StillRefused(row.number, place, connector.item.id, connector.department, faults))
        else:
            good.append(_Prepared(row, mapped, _digest(event)))
    return good, bad


def redrive(
    connector: Connector,
    connection: Connection,
    rows: Iterable[CorrectedRow],
    today: date,
    *,
    clock: Callable[[], float] = time.time,
) -> RedriveSummary:
    """Send corrected rows that were not sent before. Kill it anywhere: run again, nothing is sent twice.

    Args:
        connector: the connector that the refused rows came through.
        connection: where the bus is.
        rows: the corrected rows.
        today: for the rules of intake.
        clock: seconds since 1970 UTC.

    Raises:
        UserError: broker, registry, topics.
    """
    token = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    good, bad = prepare(connector, rows, token, today)
    summary = RedriveSummary(refused=bad)
    encoder = Encoder(connector.item.id, SchemaRegistry(connection.registry_url))
    with Publisher(connection.bootstrap_servers, f"{connector.id}-redrive", connector.topic) as publisher:
        publisher.fence()
        # after the fence: no other process can add to it any more
        said = _said(connection, connector.department)
        fresh = [one for one in good if not _was_sent(said, one)]
        summary.already = len(good) - len(fresh)
        for start in range(0, len(fresh), _CHUNK_ROWS):
            chunk = fresh[start : start + _CHUNK_ROWS]
            moment = int(clock() * 1000)
            for one in chunk:
                run = one.mapped.event["header"]["origin"]["run"]
                summary.runs[run] = summary.runs.get(run, 0) + 1
            told = [publisher.publication(run, count) for run, count in summary.runs.items()]
            beside = [_beside(connector, said, one, moment) for one in chunk]
            publisher.commit(_messages(encoder, chunk), [*told, *beside])
            summary.sent += len(chunk)
    return summary


def _said(connection: Connection, department: str) -> dict[Place, Redrive]:
    values = read_latest(connection.bootstrap_servers, STATEMENTS).values()
    found = (one for one in map(decode_statement, values) if isinstance(one, Redrive))
    return {one.place: one for one in found if one.department == department}


def _was_sent(said: Mapping[Place, Redrive], one: _Prepared) -> bool:
    before = said.get(one.row.reference.place)
    return before is not None and before.content == one.content


def _messages(encoder: Encoder, chunk: Sequence[_Prepared]) -> list[ProducerRecord]:
    return [encoder.event(one.mapped) for one in chunk]


def _beside(connector: Connector, said: Mapping[Place, Redrive], one: _Prepared, moment: int) -> Beside:
    place = one.row.reference.place
    before = said.get(place)
    statement = Redrive(
        department=connector.department,
        place=Place(first_run(place.run), place.file, place.sheet, place.row),
        sent_as=one.mapped.event["header"]["origin"]["run"],
        content=one.content,
        rejected_at=before.rejected_at if before else one.row.reference.rejected_at,
        sent_at=moment,
    )
    return Beside(STATEMENTS, statement.key, statement.encode())


def _digest(event: Mapping[str, Mapping[str, str | None]]) -> str:
    parts = [*event["claim"].values(), *event["content"].values()]
    text = "\x1f".join("" if part is None else part for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
