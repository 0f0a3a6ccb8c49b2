"""What departments say in addition to their events, as the bus holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from creditbus.services.domain.statements import (
    ClosedRow,
    Closing,
    CompleteReading,
    Declaration,
    Place,
    Redrive,
    Statement,
    decode_statement,
)
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.consume.topic_reader import FROM_START, read_partitions
from creditbus.topics.connection import Connection
from creditbus.topics.names import STATEMENTS

__all__ = ["Statements", "read_statements"]


@dataclass(frozen=True, slots=True)
class Statements:
    """The last word on each subject.

    Attributes:
        redrives: corrections, by row.
        readings: files read whole, by connector and file.
        declarations: declared counts.
        closings: rows that are not to be corrected.

    """

    redrives: Mapping[Place, Redrive]
    readings: Mapping[tuple[str, str], CompleteReading]
    declarations: tuple[Declaration, ...]
    closings: Mapping[ClosedRow, Closing]

    @classmethod
    def of(cls, department: str, found: Iterable[Statement]) -> Statements:
        """Sort the statements of one department."""
        own = [one for one in found if one.department == department]
        return cls(
            {one.place: one for one in own if isinstance(one, Redrive)},
            {(one.connector, one.file): one for one in own if isinstance(one, CompleteReading)},
            tuple(one for one in own if isinstance(one, Declaration)),
            {one.closed: one for one in own if isinstance(one, Closing)},
        )


async def read_statements(connection: Connection) -> list[Statement]:
    """Return the newest statement of each key, of all departments.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: the topic is missing.

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    starts = dict.fromkeys(facts.partitions_of(STATEMENTS), FROM_START)
    newest: dict[bytes, Statement] = {}
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        for record in chunk.records:
            if record.key is None:
                continue
            if record.value:
                newest[record.key] = decode_statement(record.value)
            else:
                newest.pop(record.key, None)
    return list(newest.values())
