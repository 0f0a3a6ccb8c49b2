"""A run under way: what is published, noted and settled of it, in which order, and how it ends."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from creditbus.avro_schemas import event_schema
from creditbus.connectors.contract import Settling, Source
from creditbus.connectors.errors import SourceError
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.memory.noted_run import NotedRun
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.publish.decoder import DamagedError, Decoder, ForeignError
from creditbus.connectors.publish.encoder import Encoder, ProducerRecord
from creditbus.connectors.publish.progress import Progress, Totals
from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.connectors.returned.resent import OpenRefusals, Resent, open_refusals
from creditbus.connectors.run import messages as texts
from creditbus.connectors.run.chunks import chunks
from creditbus.connectors.run.notices import Notices
from creditbus.connectors.run.reporter import Reporter
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.domain.framing import FrameError
from creditbus.services.domain.statements import CompleteReading
from creditbus.topics.connection import Connection
from creditbus.topics.names import STATEMENTS
from creditbus.topics.registry import SchemaRegistry

__all__ = ["ActiveRun", "settle"]

_END_ROWS = 2000
"""Messages of one transaction at the end of a run."""


def settle(source: Source, state: Progress) -> None:
    """Tell a source what is on the bus, if it wants to know."""
    if isinstance(source, Settling) and state.position is not None:
        source.settle(state.position)


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """What one run needs, opened and begun."""

    connector: Connector
    connection: Connection
    source: Source
    encoder: Encoder
    publisher: Publisher
    reporter: Reporter
    memory: PublishedRows | None
    noted: NotedRun | None
    notices: Notices

    def publish(self, state: Progress) -> Progress:
        """Publish what follows a position, and return how far the run came.

        Raises:
            UserError: as of `run_connector`.
        """
        files: set[str] = set()
        # what was refused of a source that is never whole closes row by row; of one that is, by its reading
        resent = Resent(self.connector, self.source, self._refused_before(state))
        for chunk in chunks(self.connector, resent, self.encoder, state, self.noted, self.notices):
            state = state.advanced(chunk.position, chunk.totals)
            # Noted before it is published, confirmed after: killed in between, the memory knows of too much, which
            # proposes too many withdrawals to a person. The other way round a published row would be unknown to it, and
            # never be missed (docs/adr/0023). Settled last: marked before the commit, rows of a killed run would say
            # "sent" and be nowhere (docs/adr/0020).
            if self.noted is not None:
                self.noted.note(chunk.noted, state.totals.rows)
            again = resent.statements(state.run, int(time.time() * 1000))
            self.publisher.publish(chunk.messages, state, [Beside(STATEMENTS, one.key, one.encode()) for one in again])
            if self.noted is not None:
                self.noted.confirm(state.totals.rows)
            settle(self.source, state)
            files |= chunk.files
            self.reporter.advance(chunk.totals.rows)
        state = replace(state, columns=tuple(sorted(self.notices.columns())))
        if not state.version:
            return self._without_settled(state)
        if self.source.version() != state.version:
            fix = texts.RUN_AGAIN_SENT_WHOLE()
            raise SourceError(str(self.connector.file), texts.SOURCE_CHANGED(), fix)
        messages = list(self._unsettled(state))
        while len(messages) > _END_ROWS:
            part, messages = messages[:_END_ROWS], messages[_END_ROWS:]
            state = state.advanced(state.position, Totals(published=len(part)))
            self.publisher.publish(part, state)
        state = state.advanced(state.position, Totals(published=len(messages)), complete=True)
        self.publisher.publish(messages, state, [self._reading(file, state.run) for file in sorted(files)])
        return state

    def _refused_before(self, state: Progress) -> Callable[[], OpenRefusals]:
        if state.version:
            return lambda: OpenRefusals([])
        return lambda: open_refusals(self.connector, self.connection)

    def _unsettled(self, state: Progress) -> Iterator[ProducerRecord]:
        """Tell once more, as the last word, what is left of records of which the source holds a part no more."""
        if self.memory is None or self.noted is None or self.connector.tells == "news":
            return
        decode = Decoder(event_schema(self.connector.item.id), SchemaRegistry(self.connection.registry_url))
        for place, left in enumerate(self.noted.unsettled(self.connector.vanished), start=state.last_place + 1):
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
        reading = CompleteReading(connector.department, connector.id, file, run, int(time.time() * 1000))
        return Beside(STATEMENTS, reading.key, reading.encode())
