"""Tells a source which of its rows the bus refused, so that their department sees it where the rows are.

What was refused is read from the department's reject topic after the offsets of a group, marked, and only then are
these committed. Killed in between, the next call marks once more, which changes nothing: a row is marked only while it
stands as sent and still says what was refused.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from creditbus.avro_schemas import reject_schema
from creditbus.connectors.common.field_names import admitted_instead, field_name
from creditbus.connectors.contract import Defect, Refusal, Returning, Row, Source
from creditbus.connectors.errors import PublishError, RegistrationError
from creditbus.connectors.publish.decoder import Decoder, ForeignError
from creditbus.connectors.returned import messages
from creditbus.connectors.returned.originals import says_the_same
from creditbus.connectors.returned.rejection import Fault, Rejection, UnreadableEventError, original_event
from creditbus.connectors.run.outgoing import is_whole
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.domain.framing import FrameError
from creditbus.services.domain.statements import Place, connector_of, first_run
from creditbus.topics import messages as shared
from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.kafka_clients import opened
from creditbus.topics.names import rejects
from creditbus.topics.registry import SchemaRegistry, UnknownSchemaError

__all__ = ["batches", "mark_refused", "mine", "refusal"]

#: A topic mostly ends with a transaction's marker, and a poll that passes over it brings nothing: it takes all of this.
_POLL_MS = 20
_BATCH_ROWS = 500


def mark_refused(connector: Connector, connection: Connection, source: Source | None = None) -> int:
    """Mark the rows of a source that were refused since the last call; return how many were marked.

    Call it only where every committed row is settled: a row that does not stand as sent yet is not marked.

    Raises:
        SourceError: they cannot be marked.
        PublishError: no broker answers.
        RegistrationError: the department's reject topic is missing.
        UnavailableError: the registry, which knows how they were written, does not answer.
    """
    opened = connector.open() if source is None else source
    if not isinstance(opened, Returning) or not opened.takes_refusals():
        return 0
    marked = 0
    decode = Decoder(reject_schema(), SchemaRegistry(connection.registry_url))
    try:
        with closing(_consumer(connector, connection)) as consumer:
            for values in batches(consumer, rejects(connector.department)):
                own = filter(None, (mine(connector, decode, value) for value in values))
                # in this order: read twice at worst, which changes nothing; examined here in place of being read, what
                # resolver and profiles refuse would be missed (docs/adr/0020)
                marked += opened.refuse([refusal(connector, one) for one in own])
                consumer.commit()
    except KafkaError as error:
        problem = messages.CANNOT_ASK(name=type(error).__name__)
        raise PublishError(
            shared.AT_KAFKA(servers=connection.bootstrap_servers), problem, messages.RUN_AGAIN()
        ) from error
    return marked


def refusal(connector: Connector, rejection: Rejection) -> Refusal:
    """Say which row was refused, why, and how to know it again."""
    place = rejection.place
    return Refusal(place.file, place.sheet, place.row, _why(connector, rejection), _is_of(connector, rejection))


def _is_of(connector: Connector, rejection: Rejection) -> Callable[[Row | Defect], bool]:
    if not rejection.original:
        return lambda row: isinstance(row, Row) and connector.mapper(row, "").withheld
    try:
        event = original_event(rejection)
    except UnreadableEventError:
        return lambda _: False
    if event is None:
        return lambda row: isinstance(row, Defect) or not is_whole(connector.mapper(row, "").event)
    return lambda row: isinstance(row, Row) and says_the_same(connector.mapper(row, "").event, event)


def _why(connector: Connector, rejection: Rejection) -> str:
    item = connector.item
    return "; ".join(
        " ".join(filter(None, (field_name(item, fault.field).zh, _sentence(connector, fault), f"[{fault.reason}]")))
        + (f" 建议改为 {fault.proposed}" if fault.proposed else "")
        for fault in rejection.faults
    )


def _sentence(connector: Connector, fault: Fault) -> str:
    """Return the words for a reason, with the values that are admitted; none for a reason of a newer bus."""
    item = connector.item
    reason = item.reason(fault.reason)
    if reason is None:
        return ""
    return reason.zh + admitted_instead(item, fault.field, fault.reason, connector.authorities).zh


def mine(connector: Connector, decode: Decoder, value: bytes | None) -> Rejection | None:
    """Decode a reject of this connector's own runs: a corrected row of `rejects redrive` is none of its source.

    What is not a reject names no row. It is passed over, for it would stop the connector for good.
    """
    try:
        fields = decode(value or b"")
    except (FrameError, ForeignError, UnknownSchemaError):
        return None
    run = fields["run"]
    if connector_of(run) != connector.id or first_run(run) != run:
        return None
    place = Place(run, fields["file"], fields["sheet"], fields["row"])
    faults = tuple(Fault(one["reason"], one["field"], one["proposed"]) for one in fields["findings"])
    return Rejection(place, fields["item"], faults, 0, fields["original"])


def _consumer(connector: Connector, connection: Connection) -> Any:
    return opened(
        KafkaConsumer,
        bootstrap_servers=connection.bootstrap_servers.split(","),
        group_id=f"{APPLICATION}-connector-{connector.id}-refusals",
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        max_poll_records=_BATCH_ROWS,
        metrics_enabled=False,
    )


def batches(consumer: Any, topic: str) -> Iterator[list[bytes | None]]:
    """Give what is committed on a topic after the group's offsets, up to its present end."""
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise RegistrationError(shared.TOPIC(name=topic), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
    places = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    while any(consumer.position(place) < ends[place] for place in places):
        found = consumer.poll(timeout_ms=_POLL_MS)
        if found:
            yield [record.value for records in found.values() for record in records]
