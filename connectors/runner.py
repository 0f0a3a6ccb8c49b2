"""Runs a connector: reads its source, maps every row, publishes chunk by chunk with the position beside it."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from creditbus.avro_schemas import event_schema
from creditbus.connectors.configuration import Connector, load_connector
from creditbus.connectors.contract import Defect, Position, Remarking, Returning, Row, Settling, Source, Tells
from creditbus.connectors.decoding import DamagedError, Decoder, ForeignError
from creditbus.connectors.encoding import Encoder, Message
from creditbus.connectors.errors import SourceError
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.memory import Memory
from creditbus.connectors.noticing import Notices, Pair
from creditbus.connectors.outgoing import Outgoing, outgoing, whole
from creditbus.connectors.progress import Progress, Totals
from creditbus.connectors.publisher import Beside, Publisher
from creditbus.connectors.refusals import mark_refused
from creditbus.connectors.remembered import Comparison, Noted, noted
from creditbus.connectors.reporting import Reporter, SilentReporter
from creditbus.connectors.returned.resent import OpenRefusals, Resent, open_refusals
from creditbus.connectors.withdrawal import proposals
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.framing import FrameError
from creditbus.services.domain.statements import Reading
from creditbus.topics.connection import Connection
from creditbus.topics.names import STATEMENTS
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Chunk", "RunSummary", "chunks", "mark_decided", "new_run", "run_connector"]

_CHUNK_ROWS = 2000
_CHUNK_BYTES = 8 * 1_048_576


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did."""

    connector: str
    run_id: str
    """The run that origins name; a run that resumes another keeps its id."""
    rows: int
    published: int
    unreadable: int
    withheld: int
    skipped: int
    """Rows that an earlier process had published already."""
    seconds: float
    complete: bool
    """The source is published as a whole."""
    withheld_rows: tuple[int, ...] = ()
    """Numbers of the first rows about natural persons: nothing of them was sent."""
    cleared: int = 0
    """Cells out of which a citizen's number was taken."""
    cleared_rows: tuple[int, ...] = ()
    unused_columns: tuple[str, ...] = ()
    """Columns of the rows read that the mapping neither uses nor leaves out on purpose."""
    one_key_two_rows: tuple[Pair, ...] = ()
    """The first pairs of rows of one decision about one party that say different things."""
    pairs: int = 0
    """Number of such pairs."""
    remarks: tuple[str, ...] = ()
    """What the source found beside its rows."""
    marked: int = 0
    """Rows of any run that are marked as refused in their source now; those of this run are seldom decided already."""
    tells: Tells = "news"
    """What its source tells: where it is news, a value that was set back is not taken for a change."""
    comparison: Comparison | None = None
    """Against what the connector had published before; only of a run that ends complete, and that was seen whole."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one transaction carries."""

    messages: list[Message]
    position: Position | None
    totals: Totals
    noted: list[Noted]
    files: set[str]
    """Files that its rows are of."""


def run_connector(
    connector: Connector | Path,
    connection: Connection,
    *,
    progress: Reporter | None = None,
    resend: bool = False,
    accept_columns: bool = False,
) -> RunSummary:
    """Publish what a source holds and earlier runs have not published.

    Kill it anywhere: running it again loses nothing and sends nothing twice. A source that was published as a whole and
    has not changed is left alone; one that has changed is published whole again, for the bus drops what it knows.

    Args:
        connector: A connector, or the file of its configuration.
        connection: Where the bus is.
        progress: Is told of committed rows.
        resend: Publish the whole source once more, whatever was published.
        accept_columns: Publish although columns are gone that the last complete run had, or mandatory ones are missing.

    Raises:
        UserError: configuration, source, registry or broker; the message says which and what to do.
    """
    if isinstance(connector, Path):
        connector = load_connector(connector)
    started = time.monotonic()
    source = connector.open()
    version = source.version()
    encoder = Encoder(connector.item.id, SchemaRegistry(connection.registry_url))
    with Publisher(connection.bootstrap_servers, connector.id, connector.topic) as publisher:
        last = publisher.fence()
        state = _begin(connector.id, version, last, resend=resend)
        before = state.totals
        comparison, marked = None, 0
        notices = Notices(connector.mapper, frozenset(state.columns), accepted=accept_columns)
        if not state.complete:
            # A refusal that is known now is of an earlier sending. A row that its department has set back to new since
            # is not marked by it, and behind this run, standing as sent again, it must not be met by it any more.
            _settle(source, state)
            marked = mark_refused(connector, connection, source)
            reporter = progress or SilentReporter()
            reporter.start(connector.id, source.size(), before.rows)
            try:
                with _remembering(connector, connection, state) as memory:
                    if memory is not None:
                        state = _begun(memory, connector, state, last, resend=resend)
                    run = _Run(connector, connection, source, encoder, publisher, reporter, memory, notices)
                    state = run.publish(state)
                    comparison = memory.complete() if memory and state.complete else None
            finally:
                reporter.finish()
    marked += mark_refused(connector, connection, source)
    remarks = tuple(source.remarks()) if isinstance(source, Remarking) else ()
    if connector.vanished == "never":
        comparison = None
    if comparison is not None:
        missed = proposals(connector, connection, city_day(int(time.time() * 1000)))
        comparison = replace(comparison, vanished=len(missed))
    return replace(
        _summary(state, before, notices, time.monotonic() - started),
        remarks=remarks,
        marked=marked,
        tells=connector.tells,
        comparison=comparison,
    )


def mark_decided(connector: Connector, connection: Connection) -> int:
    """Mark what was refused since the last run; return how many rows. Shuts out a run that is under way, as a run does.

    Beside such a run a refusal could be met before its row is settled, and would never be marked then.

    Raises:
        UserError: source, registry or broker.
    """
    source = connector.open()
    if not isinstance(source, Returning) or not source.takes_refusals():
        return 0
    with Publisher(connection.bootstrap_servers, connector.id, connector.topic) as publisher:
        last = publisher.fence()
        if last is not None:
            _settle(source, last)
        return mark_refused(connector, connection, source)


def _settle(source: Source, state: Progress) -> None:
    if isinstance(source, Settling) and state.position is not None:
        source.settle(state.position)


@contextmanager
def _remembering(connector: Connector, connection: Connection, state: Progress) -> Iterator[Memory | None]:
    """Open the connector's memory for a run; news that is never complete, or never misses a record, has none."""
    if connector.tells == "news" and (not state.version or connector.vanished == "never"):
        yield None
        return
    with Memory(connection.home, connector.id) as memory:
        yield memory


def _begun(memory: Memory, connector: Connector, state: Progress, last: Progress | None, *, resend: bool) -> Progress:
    """Begin a run in the memory, and give it its place in the order of the readings."""
    if connector.tells == "state" and not state.reading:
        state = replace(state, reading=memory.place(0 if last is None else last.last_place, time.time_ns() // 1000))
    memory.begin(
        state.run,
        state.totals.rows,
        last=None if last is None else (last.run, last.totals.rows),
        whole=bool(state.version),
        all_again=resend,
        place=state.reading,
    )
    return state


def _begin(connector: str, version: str, last: Progress | None, *, resend: bool) -> Progress:
    """Choose between going on where the last process stopped and beginning anew."""
    columns = () if last is None else last.columns
    fresh = Progress(connector, new_run(connector), version, columns=columns)
    if last is None or resend or last.version != version:
        return fresh
    return last if version else replace(fresh, position=last.position)


@dataclass(frozen=True, slots=True)
class _Run:
    connector: Connector
    connection: Connection
    source: Source
    encoder: Encoder
    publisher: Publisher
    reporter: Reporter
    memory: Memory | None
    notices: Notices

    def publish(self, state: Progress) -> Progress:
        files: set[str] = set()
        # what was refused of a source that is never whole closes row by row; of one that is, by its reading
        resent = Resent(self.connector, self.source, self._refused_before(state))
        for chunk in chunks(self.connector, resent, self.encoder, state, self.memory, self.notices):
            state = state.advanced(chunk.position, chunk.totals)
            if self.memory is not None:
                self.memory.note(chunk.noted, state.totals.rows)
            again = resent.statements(state.run, int(time.time() * 1000))
            self.publisher.publish(chunk.messages, state, [Beside(STATEMENTS, one.key, one.encode()) for one in again])
            _settle(self.source, state)
            files |= chunk.files
            self.reporter.advance(chunk.totals.rows)
        state = replace(state, columns=tuple(sorted(self.notices.columns())))
        if not state.version:
            return self._without_settled(state)
        if self.source.version() != state.version:
            fix = "run again: it is then sent whole"
            raise SourceError(str(self.connector.file), "the source changed while it was read", fix)
        messages = list(self._unsettled(state))
        while len(messages) > _CHUNK_ROWS:
            part, messages = messages[:_CHUNK_ROWS], messages[_CHUNK_ROWS:]
            state = state.advanced(state.position, Totals(published=len(part)))
            self.publisher.publish(part, state)
        state = state.advanced(state.position, Totals(published=len(messages)), complete=True)
        self.publisher.publish(messages, state, [self._reading(file, state.run) for file in sorted(files)])
        return state

    def _refused_before(self, state: Progress) -> Callable[[], OpenRefusals]:
        if state.version:
            return lambda: OpenRefusals([])
        return lambda: open_refusals(self.connector, self.connection)

    def _unsettled(self, state: Progress) -> Iterator[Message]:
        """Tell once more, as the last word, what is left of records of which the source holds a part no more."""
        if self.memory is None or self.connector.tells == "news":
            return
        decode = Decoder(event_schema(self.connector.item.id), SchemaRegistry(self.connection.registry_url))
        for place, left in enumerate(self.memory.unsettled(self.connector.vanished), start=state.last_place + 1):
            try:
                event = decode(left.event)
            except (DamagedError, FrameError) as error:
                raise self.memory.damaged(left.file, left.sheet, left.row) from error
            except ForeignError:  # of the item that the connector had before
                continue
            where = {"run": state.run, "file": left.file, "sheet": left.sheet, "row": left.row}
            event["header"].update(
                source_time=left.time,
                received_at=0,
                reading=place,
                lifts=left.lifts,
                origin=event["header"]["origin"] | where,
            )
            yield self.encoder.event(Mapped(event, withheld=False))

    def _without_settled(self, state: Progress) -> Progress:
        """End the run of a source that is never complete: its position holds nothing settled, and names its columns."""
        position = state.position
        if isinstance(self.source, Settling) and position is not None:
            position = self.source.settled(position)
        if position != state.position or frozenset(state.columns) != self.notices.before:
            state = replace(state, position=position)
            self.publisher.publish([], state)
        return state

    def _reading(self, file: str, run: str) -> Beside:
        connector = self.connector
        reading = Reading(connector.department, connector.id, file, run, int(time.time() * 1000))
        return Beside(STATEMENTS, reading.key, reading.encode())


def chunks(
    connector: Connector,
    source: Source | Resent,
    encoder: Encoder,
    state: Progress,
    memory: Memory | None = None,
    notices: Notices | None = None,
) -> Iterator[Chunk]:
    """Read, map and encode, from the position of ``state`` on; bounded in rows and in bytes.

    Where a memory is given, a later word of a source that tells its present state has its place in its event.

    Rows before the place where a source cannot be read any further are given before its error is raised.
    """
    messages: list[Message] = []
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
            yield Chunk(messages, position, _totals(messages, withheld, unreadable, cleared), notes, files)
            messages, notes, files, size, withheld, unreadable, cleared = [], [], set(), 0, 0, 0, 0
    if messages:
        seen.judge()
        yield Chunk(messages, position, _totals(messages, withheld, unreadable, cleared), notes, files)
    for error in broken:
        raise error


def _noted(
    connector: Connector, encoder: Encoder, memory: Memory, one: Outgoing, key: str, place: tuple[int, int]
) -> tuple[Noted, Message]:
    """Make the note of a row, and its message with the place in it, should it be a later word.

    `place` is that of the run in the order of the readings, and the row's number in the run.
    """
    message, mapped = one
    assert mapped is not None  # noqa: S101 -- what cannot be read is not noted
    if connector.tells == "news":
        return noted(mapped.event, message.value), message
    begun, number = place
    note, judged = memory.judge(noted(mapped.event, message.value, key), number)
    if judged.later:
        mapped.event["header"].update(reading=begun + number, lifts=judged.lifts)
        message = encoder.event(mapped)
    return note, message


def _readable(rows: Iterator[Row | Defect], broken: list[SourceError]) -> Iterator[Row | Defect]:
    try:
        yield from rows
    except SourceError as error:
        broken.append(error)


def _totals(messages: list[Message], withheld: int, unreadable: int, cleared: int) -> Totals:
    return Totals(len(messages), len(messages), withheld, unreadable, cleared)


def new_run(connector: str) -> str:
    """Make the id of a run, as origins name it."""
    return f"{connector}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def _summary(state: Progress, before: Totals, notices: Notices, seconds: float) -> RunSummary:
    after = state.totals
    return RunSummary(
        connector=state.connector,
        run_id=state.run,
        rows=after.rows - before.rows,
        published=after.published - before.published,
        unreadable=after.unreadable - before.unreadable,
        withheld=after.withheld - before.withheld,
        skipped=before.rows,
        seconds=seconds,
        complete=state.complete,
        cleared=after.cleared - before.cleared,
        withheld_rows=tuple(notices.withheld),
        cleared_rows=tuple(notices.cleared),
        unused_columns=notices.unused(),
        one_key_two_rows=tuple(notices.pairs),
        pairs=notices.count_of_pairs,
    )
