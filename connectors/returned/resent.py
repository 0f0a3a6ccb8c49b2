"""Knows refused rows again when their source tells them once more, so that they do not stay open for ever.

A file that is published whole says so by one statement (`CompleteReading`). A table, or a folder of deliveries, is
never whole: there each row that comes again closes its earlier refusal, in the transaction that publishes it.
A field of the header that names the refusal would be a new version of the schema of every event (docs/adr/0023).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from creditbus.avro_schemas import reject_schema
from creditbus.connectors.contract import Defect, Position, Row, Source
from creditbus.connectors.errors import PublishError
from creditbus.connectors.publish.decoder import Decoder
from creditbus.connectors.publish.latest import read_latest
from creditbus.connectors.returned import messages
from creditbus.connectors.returned.refusals import batches, mine
from creditbus.connectors.returned.rejection import Rejection, UnreadableEventError, original_event
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.domain.statements import Place, Redrive, decode_statement
from creditbus.topics import messages as shared
from creditbus.topics.connection import Connection
from creditbus.topics.kafka_clients import opened
from creditbus.topics.names import STATEMENTS, rejects
from creditbus.topics.registry import SchemaRegistry

__all__ = ["OpenRefusals", "Resent", "open_refusals"]

_Key = tuple[Any, ...]


class OpenRefusals:
    """The refused rows of a connector that nobody has corrected yet, by what tells them again.

    That is their place, where a table's key is its number; their document and the subject's name; or all of what they
    say but for the refused fields.

    Args:
        rejections: the refused rows.
    """

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        self._moments = {one.place: one.rejected_at for one in rejections}
        self._places: dict[_Key, set[Place]] = {}
        self._masks: set[frozenset[str]] = set()
        for one in rejections:
            for key in self._keys_of(one):
                self._places.setdefault(key, set()).add(one.place)

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._moments)

    def take(self, row: Row | Defect, event: Mapping[str, Any] | None) -> list[tuple[Place, int]]:
        """Return which refused rows a row of the source is, and when they were refused; each is given once."""
        keys = [_spot(row.file, row.sheet, row.row)]
        if event is not None:
            keys += [_document(event), *(_rest(event, mask) for mask in self._masks)]
        found = {place for key in keys if key for place in self._places.get(key, ()) if place in self._moments}
        return sorted((place, self._moments.pop(place)) for place in found)

    def _keys_of(self, one: Rejection) -> Iterator[_Key]:
        yield from filter(None, [_spot(one.place.file, one.place.sheet, one.place.row)])
        try:
            event = original_event(one) if one.original else None
        except UnreadableEventError:
            return
        if event is None:
            return
        yield from filter(None, [_document(event)])
        fields = frozenset(fault.field for fault in one.faults if fault.field)
        if fields:
            self._masks.add(fields)
            yield _rest(event, fields)


class Resent:
    """A source, watched for rows that were refused before.

    Args:
        connector: whose source it is.
        source: the source.
        load: gives the open refusals; asked for when the first row comes, for most looks at a table find none.
    """

    def __init__(self, connector: Connector, source: Source, load: Callable[[], OpenRefusals]) -> None:
        self._connector = connector
        self._source = source
        self._load = load
        self._open: OpenRefusals | None = None
        self._met: list[tuple[Place, int]] = []

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract of sources."""
        for row in self._source.read(position):
            if self._open is None:
                self._open = self._load()
            if self._open:
                event = self._connector.mapper(row, "").event if isinstance(row, Row) else None
                self._met += self._open.take(row, event)
            yield row

    def statements(self, run: str, moment: int) -> list[Redrive]:
        """Return what is to be said of the refused rows met since the last call: that this run has sent them again."""
        met, self._met = self._met, []
        return [Redrive(self._connector.department, place, run, "", refused, moment) for place, refused in met]


def open_refusals(connector: Connector, connection: Connection) -> OpenRefusals:
    """Read what the bus refused of a connector's rows and nobody has corrected. Reads the department's rejects whole.

    Raises:
        PublishError: no broker answers.
        RegistrationError: a topic is missing.
        UnavailableError: the registry does not answer.
    """
    decode = Decoder(reject_schema(), SchemaRegistry(connection.registry_url))
    try:
        consumer: Any = opened(
            KafkaConsumer,
            bootstrap_servers=connection.bootstrap_servers.split(","),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            metrics_enabled=False,
        )
        with closing(consumer):
            found = [
                one
                for values in batches(consumer, rejects(connector.department))
                for one in (mine(connector, decode, value) for value in values)
                if one is not None
            ]
    except KafkaError as error:
        problem = messages.CANNOT_ASK(name=type(error).__name__)
        raise PublishError(
            shared.AT_KAFKA(servers=connection.bootstrap_servers), problem, messages.RUN_AGAIN()
        ) from error
    values = read_latest(connection.bootstrap_servers, STATEMENTS).values()
    said = {one.place for one in map(decode_statement, values) if isinstance(one, Redrive)}
    return OpenRefusals([one for one in found if one.place not in said])


def _spot(file: str, sheet: str, row: int) -> _Key:
    """Return where a row stands, where that names it for good: a table's rows have no sheet but their number's."""
    return () if sheet else ("spot", file, row)


def _document(event: Mapping[str, Any]) -> _Key:
    header = event["header"]
    if not header["document_no"]:
        return ()
    return ("document", header["item"], header["authority"], header["document_no"], header["subject_name"])


def _rest(event: Mapping[str, Any], mask: frozenset[str]) -> _Key:
    """Return what a row says but for some fields."""
    return ("rest", mask, *((name, value) for name, value in sorted(event["content"].items()) if name not in mask))
