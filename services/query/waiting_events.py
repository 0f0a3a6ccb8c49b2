"""What the bus has received and cannot place yet: which row waits, for what, and since when."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from creditbus.services.domain.event import Header
from creditbus.services.domain.profile.keys import unpack_events
from creditbus.services.domain.statements import connector_of
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.query.held_records import read_all
from creditbus.topics.connection import Connection
from creditbus.topics.names import CROSSWALK, RECORDS
from creditbus.topics.registry import SchemaRegistry

__all__ = ["WaitingEvent", "read_waiting"]

_PARKED: Final = b"q|"
_HELD: Final = b"h|"
_UNRESOLVED: Final = b"w|"
_CHANGELOGS: Final = {RECORDS: (_PARKED, _HELD), CROSSWALK: (_UNRESOLVED,)}


@dataclass(frozen=True, slots=True, repr=False)
class WaitingEvent:
    """One event that waits. Names a subject by its code (a person by the token): show it to its department.

    Attributes:
        state: parked: its subject is not known yet. held: the record that it acts on is not.
        waits_for: what ends it: `registration` of the subject, of the legacy `code`, or the `record`.
        code: the subject's code, or the legacy code.
        record: item, authority and document number of the record that is awaited; empty else.
        since: when the bus received it; milliseconds since 1970 UTC.
        department: who sent it.
        connector: by which connector.
        run: in which of its runs.
        file: where its row stands.
        sheet: where its row stands.
        row: from 1.
        item: its catalogue item.
        document_no: of the event itself.

    """

    state: Literal["parked", "held"]
    waits_for: Literal["registration", "code", "record"]
    code: str
    record: str
    since: int
    department: str
    connector: str
    run: str
    file: str
    sheet: str
    row: int
    item: str
    document_no: str

    def as_json(self) -> dict[str, Any]:
        """Return the facts; `since` as a moment of ISO 8601, too."""
        moment = datetime.fromtimestamp(self.since / 1000, UTC)
        return asdict(self) | {"since_utc": moment.isoformat(timespec="seconds")}


async def read_waiting(connection: Connection, department: str = "") -> list[WaitingEvent]:
    """Return what waits, of one department or of all, what waits longest first. Reads the changelogs whole.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: topics or schemas are missing.

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    codec = EventCodec(Schemas(SchemaRegistry(connection.registry_url)))
    await codec.load()
    newest: dict[bytes, bytes] = {}
    for topic, prefixes in _CHANGELOGS.items():
        async for record in read_all(connection, facts, topic):
            if record.key is None or not record.key.startswith(prefixes):
                continue
            if record.value:
                newest[record.key] = record.value
            else:
                newest.pop(record.key, None)
    found = [one for one in waiting_of(codec, newest) if department in {"", one.department}]
    return sorted(found, key=lambda one: (one.since, one.department, one.run, one.file, one.row))


def waiting_of(codec: EventCodec, stored: Mapping[bytes, bytes]) -> Iterator[WaitingEvent]:
    """Yield what waits by the keys and values of the stores of profiles and resolver."""
    for key, value in stored.items():
        if key.startswith(_PARKED):
            header = codec.open(value).header
            yield _event(header, "parked", "registration", header["subject"], "")
        elif key.startswith(_UNRESOLVED):
            # w|<legacy code>|<number>
            code = key.removeprefix(_UNRESOLVED).rpartition(b"|")[0].decode()
            yield _event(codec.open(value).header, "parked", "code", code, "")
        elif key.startswith(_HELD):
            # h|<subject>|<item>|<authority>|<document number>
            _, subject, record = key.decode().split("|", 2)
            for sealed in unpack_events(value):
                yield _event(codec.open(sealed).header, "held", "record", subject, record)


def _event(
    header: Header,
    state: Literal["parked", "held"],
    waits_for: Literal["registration", "code", "record"],
    code: str,
    record: str,
) -> WaitingEvent:
    origin = header["origin"]
    return WaitingEvent(
        state=state,
        waits_for=waits_for,
        code=code,
        record=record,
        since=header["received_at"],
        department=origin["department"],
        connector=connector_of(origin["run"]) if origin["row"] else "",
        run=origin["run"],
        file=origin["file"],
        sheet=origin["sheet"],
        row=origin["row"],
        item=header["item"],
        document_no=header["document_no"],
    )
