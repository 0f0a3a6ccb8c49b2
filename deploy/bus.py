"""Everything that must be in Kafka and in the registry before the first event: topics and schemas."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from creditbus.avro_schemas import Schema, event_schema, raw_catalogue, unreadable_schema
from creditbus.avro_schemas.catalogue_files import read_schema
from creditbus.deploy import messages
from creditbus.topics.city import current_city
from creditbus.topics.city.published import FileChange, PublishedCity, changes_between, files_of, with_closed
from creditbus.topics.city.publishing import newest_version, publish_city
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import Declarations, declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.leftover import topics_with_records
from creditbus.topics.names import feed
from creditbus.topics.plan import Plan, apply, plan

__all__ = ["BusPlan", "apply_bus", "bus_schemas", "checked_declarations", "plan_bus", "subject_of"]

_RECORD_FILES = (
    *("code_claim.avsc", "continuation.avsc", "crosswalk_entry.avsc", "ledger.avsc", "moved_record.avsc"),
    *("receipt.avsc", "reject.avsc"),
)


def subject_of(schema: Schema) -> str:
    """The registry's subject for a record: its full name, whatever the topic (RecordNameStrategy)."""
    return f"{schema['namespace']}.{schema['name']}"


def bus_schemas() -> dict[str, Schema]:
    """The schemas of everything that travels between connector and feed, by subject."""
    events = [event_schema(item) for item in raw_catalogue()]
    records = [read_schema(name) for name in _RECORD_FILES]
    return {subject_of(schema): schema for schema in (*events, unreadable_schema(), *records)}


def checked_declarations() -> Declarations:
    """The declarations, once it is certain that they and the catalogue name the same things.

    Raises:
        ConfigurationError: a grant names an item, or an item names a department, that does not exist.
    """
    city, declared, catalogue = current_city(), declarations(), raw_catalogue()
    for subscriber in declared.subscribers.values():
        unknown = sorted({*subscriber.items, *subscriber.fields, *subscriber.masks} - set(catalogue))
        if unknown:
            place = f"{city.root / 'subscribers' / f'{subscriber.id}.yaml'}: grant.items"
            fix = messages.CATALOGUE_HAS(catalogue=", ".join(catalogue))
            raise ConfigurationError(place, messages.NO_SUCH_ITEM(unknown=unknown[0]), fix)
    for item, raw in catalogue.items():
        unknown = sorted(set(raw.entry.get("entitled", ())) - set(declared.departments))
        if unknown:
            place = f"{city.catalogue / item / 'item.yaml'}: entitled"
            problem, fix = messages.NO_SUCH_DEPARTMENT(unknown=unknown[0]), messages.DECLARE_IT()
            raise ConfigurationError(place, problem, fix)
    return declared


@dataclass(frozen=True, slots=True)
class BusPlan:
    """What `apply_bus` would do, or has done.

    Attributes:
        servers: topics and schemas.
        version: of the declarations, on the bus; 0: none is published yet.
        changes: files of the city that differ from that version's.
        before: that version; None: none is published yet.
        planned: the version that would be published where there are changes.

    """

    servers: Plan
    version: int
    changes: tuple[FileChange, ...]
    before: PublishedCity | None = None
    planned: PublishedCity | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.servers.empty and not self.changes


def plan_bus(connection: Connection) -> BusPlan:
    """What is missing or different; see `creditbus.topics.plan.plan`.

    Raises:
        ConfigurationError: names file, key and fix of what cannot be.
    """
    declared = checked_declarations()
    servers = plan(connection, declared, bus_schemas())
    newest = newest_version(connection)
    if newest is not None:
        _refuse_old_feeds(connection, declared, newest)
    version, before = (0, {}) if newest is None else (newest.version, newest.files)
    files = with_closed(before, files_of(current_city()))
    planned = PublishedCity(version + 1, time.time_ns() // 1_000_000, files)
    return BusPlan(servers, version, changes_between(before, files), newest, planned)


def _refuse_old_feeds(connection: Connection, declared: Declarations, newest: PublishedCity) -> None:
    """Refuse a subscriber that comes back to a feed of before, which its grant of now takes nothing back from."""
    coming = {feed(name): name for name in declared.subscribers if f"subscribers/{name}.yaml" not in newest.files}
    for topic in topics_with_records(connection, coming) if coming else ():
        place = str(current_city().root / "subscribers" / f"{coming[topic]}.yaml")
        raise ConfigurationError(place, messages.COMES_BACK(topic=topic), messages.DELETE_ITS_FEED(topic=topic))


def apply_bus(connection: Connection) -> BusPlan:
    """Bring Kafka and the registry into line, publish what the city declares, and return what had to be done.

    Topics and schemas come first: a worker takes a version up as soon as it is published.
    """
    wanted = plan_bus(connection)
    apply(connection, wanted.servers)
    published = publish_city(connection, files_of(current_city()))
    return replace(wanted, version=published.version)
