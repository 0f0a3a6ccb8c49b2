"""Reads, maps and encodes the rows of a source, in chunks of one transaction each."""

from collections.abc import Iterator
from dataclasses import dataclass

from creditbus.connectors.contract import Defect, Position, Row, Source
from creditbus.connectors.errors import SourceError
from creditbus.connectors.memory.noted_run import NotedRun
from creditbus.connectors.memory.values import Noted, noted
from creditbus.connectors.publish.encoder import Encoder, ProducerRecord
from creditbus.connectors.publish.progress import Progress, Totals
from creditbus.connectors.returned.resent import Resent
from creditbus.connectors.run.notices import Notices
from creditbus.connectors.run.outgoing import Outgoing, outgoing, whole
from creditbus.connectors.setup.configuration import Connector

__all__ = ["TransactionChunk", "chunks"]

_CHUNK_ROWS = 2000
_CHUNK_BYTES = 8 * 1_048_576


@dataclass(frozen=True, slots=True)
class TransactionChunk:
    """What one transaction carries."""

    messages: list[ProducerRecord]
    position: Position | None
    totals: Totals
    noted: list[Noted]
    files: set[str]
    """Files that its rows are of."""


def chunks(
    connector: Connector,
    source: Source | Resent,
    encoder: Encoder,
    state: Progress,
    memory: NotedRun | None = None,
    notices: Notices | None = None,
) -> Iterator[TransactionChunk]:
    """Read, map and encode, from the position of ``state`` on; bounded in rows and in bytes.

    Where a run of a memory is given, a later word of a source that tells its present state has its place in its event.

    Rows before the place where a source cannot be read any further are given before its error is raised.
    """
    messages: list[ProducerRecord] = []
    notes: list[Noted] = []
    files: set[str] = set()
    position, size, withheld, unreadable, cleared = state.position, 0, 0, 0, 0
    seen = notices or Notices(connector.mapper, accepted=True)
    broken: list[SourceError] = []
    number = state.totals.rows
    for row in _readable(source.read(state.position), broken):
        number += 1
        message, mapped = outgoing(connector, encoder, row, state.run)
        seen.take(row, mapped)
        cleared += mapped.cleared if mapped else 0
        if mapped is None:
            unreadable += 1
        elif mapped.withheld:
            withheld += 1
        elif memory is not None:
            key = row.key if isinstance(row, Row) else ""
            note, message = _noted(connector, encoder, memory, Outgoing(message, mapped), key, (state.reading, number))
            notes.append(note)
        messages.append(message)
        if row.file not in files:
            files.add(whole(row.file))
        size += len(message.value)
        position = row.position
        if len(messages) >= _CHUNK_ROWS or size >= _CHUNK_BYTES:
            seen.judge()
            yield TransactionChunk(messages, position, _totals(messages, withheld, unreadable, cleared), notes, files)
            messages, notes, files, size, withheld, unreadable, cleared = [], [], set(), 0, 0, 0, 0
    if messages:
        seen.judge()
        yield TransactionChunk(messages, position, _totals(messages, withheld, unreadable, cleared), notes, files)
    for error in broken:
        raise error


def _noted(
    connector: Connector, encoder: Encoder, memory: NotedRun, one: Outgoing, key: str, place: tuple[int, int]
) -> tuple[Noted, ProducerRecord]:
    """Make the note of a row, and its message with the place in it, should it be a later word.

    `place` is that of the run in the order of the readings, and the row's number in the run.
    """
    message, mapped = one
    assert mapped is not None  # noqa: S101 -- what cannot be read is not noted
    begun, number = place
    if connector.tells == "news":
        return noted(mapped.event, message.value, key if memory.compared else "")._replace(at=number), message
    note, judged = memory.judge(noted(mapped.event, message.value, key), number)
    if judged.later:
        mapped.event["header"].update(reading=begun + note.at, lifts=judged.lifts)
        message = encoder.event(mapped)
    return note, message


def _readable(rows: Iterator[Row | Defect], broken: list[SourceError]) -> Iterator[Row | Defect]:
    try:
        yield from rows
    except SourceError as error:
        broken.append(error)


def _totals(messages: list[ProducerRecord], withheld: int, unreadable: int, cleared: int) -> Totals:
    return Totals(len(messages), len(messages), withheld, unreadable, cleared)
