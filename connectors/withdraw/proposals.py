"""Proposes the withdrawal of records that were published and that their source does not hold any more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from creditbus.avro_schemas import event_schema
from creditbus.connectors.contract import Comparing, Source
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.memory.values import VanishedRecord
from creditbus.connectors.publish.decoder import DamagedError, Decoder, ForeignError
from creditbus.connectors.setup.configuration import Connector
from creditbus.connectors.withdraw.gone_records import gone_records
from creditbus.services.domain.framing import FrameError
from creditbus.services.domain.validation import Refused
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Proposal", "count_of_known", "proposals"]

_Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record to withdraw, for a person to decide on. Holds a name of the department's row: never log it."""

    key: str
    """Digest of the record's identity, hexadecimal: names it for `connector withdraw`."""
    file: str
    """File or table, sheet and row as the record was published from; empty and 0 where that is not known."""
    sheet: str
    row: int
    document_no: str
    authority: str
    subject_name: str = field(repr=False)
    recoded: bool
    """The source holds the same document for the same name under another code: withdrawing would most likely hit the
    record that is there."""
    event: _Event | None = field(default=None, repr=False)
    """As it was published; None where nobody kept it: its department withdraws it by a row of its own."""
    rows: tuple[str, ...] = field(default=(), repr=False)
    """Keys of its rows by which its source knows that they are gone."""

    def as_json(self) -> dict[str, Any]:
        """Return what `connector vanished --json` prints of a record, and `connector withdraw --json` of each one."""
        return {
            "key": self.key,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "document_no": self.document_no,
            "authority": self.authority,
            "subject_name": self.subject_name,
            "recoded": self.recoded,
            "possible": self.event is not None,
        }


def proposals(connector: Connector, connection: Connection, today: date) -> list[Proposal]:
    """Return the records that a connector published and that its source misses, by file, sheet and row.

    Of a source that is read whole they are those that its last complete run missed; one that compares by itself is
    asked. A row that intake refused is not a record, so there is nothing to withdraw: it is left out.

    Args:
        connector: the connector.
        connection: where the registry is, which knows how older events were written.
        today: for the rules of intake.

    Raises:
        UserError: the memory or the source cannot be used, or the registry does not answer.
    """
    source = connector.open()
    validator = connector.validator()
    decode = Decoder(event_schema(connector.item.id), SchemaRegistry(connection.registry_url))
    found = []
    with PublishedRows(connection.home, connector.id) as memory:
        for one, rebuilt in _vanished(connector, source, memory):
            try:
                event = rebuilt if one.event is None else decode(one.event)
            except (DamagedError, FrameError) as error:
                raise memory.damaged(one.file, one.sheet, one.row) from error
            except ForeignError:  # of the item that the connector had before
                continue
            if event is None:
                found.append(
                    Proposal(one.record.hex(), one.file, one.sheet, one.row, "", "", "", False, None, one.keys)
                )
            elif event["header"]["item"] == connector.item.id and not isinstance(
                validator.examine(event["header"], event["claim"], event["content"], today), Refused
            ):
                found.append(_proposal(one, event))
    return found


def count_of_known(connector: Connector, connection: Connection) -> int:
    """Return how many records the source of a connector could miss: published, not withdrawn, of what was compared.

    Raises:
        UserError: as of `proposals`.
    """
    source = connector.open()
    with PublishedRows(connection.home, connector.id) as memory:
        if isinstance(source, Comparing):
            return memory.known_by_key() or source.known()
        return memory.known(connector.vanished)


def _vanished(
    connector: Connector, source: Source, memory: PublishedRows
) -> Iterator[tuple[VanishedRecord, _Event | None]]:
    if isinstance(source, Comparing):
        yield from gone_records(connector, source, memory)
    else:
        yield from ((one, None) for one in memory.vanished(connector.vanished))


def _proposal(one: VanishedRecord, event: _Event) -> Proposal:
    header = event["header"]
    return Proposal(
        key=one.record.hex(),
        file=one.file,
        sheet=one.sheet,
        row=one.row,
        document_no=header["document_no"],
        authority=header["authority_name"] or header["authority"],
        subject_name=header["subject_name"],
        recoded=one.recoded,
        event=event,
        rows=one.keys,
    )
