"""How a running Kafka and registry differ from what is declared, and bringing them into line.

A plan only ever adds: topics, schema versions, changed settings and quotas. A live topic keeps its partitions and
replicas, and a topic that nobody declares any more stays; both are shown as drift for a person to decide.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError, UnknownBrokerIdError

from creditbus.topics import messages
from creditbus.topics.admin import admin
from creditbus.topics.compatibility import backward_problems
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import Declarations
from creditbus.topics.errors import ConfigurationError, UnsettledError
from creditbus.topics.feed_quotas import QuotaChange, quota_changes, set_quotas
from creditbus.topics.leftover import leftovers, most_records, removed_subscribers
from creditbus.topics.registry import BACKWARD_TRANSITIVE, SchemaRegistry
from creditbus.topics.topic import Topic

__all__ = ["ConfigChange", "Plan", "SchemaChange", "apply", "plan"]

_PATIENCE_SECONDS = (0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """A setting of a live topic that is not as declared."""

    topic: str
    key: str
    present: str | None
    wanted: str


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A schema that the registry does not have yet under its subject."""

    subject: str
    schema: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What `apply` would do.

    Attributes:
        brokers: brokers of the cluster; they bound the replicas.
        create: topics that are missing.
        configure: settings that differ.
        register: schemas that are missing.
        drift: differences that no plan changes, one sentence each.
        quotas: quotas of subscribers that the brokers do not hold as declared.
        refused: schemas that could not read events already written, one sentence each; such a plan cannot be applied.
    """

    brokers: int
    create: tuple[Topic, ...]
    configure: tuple[ConfigChange, ...]
    register: tuple[SchemaChange, ...]
    drift: tuple[str, ...]
    refused: tuple[str, ...]
    quotas: tuple[QuotaChange, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.create or self.configure or self.register or self.refused or self.quotas)


def plan(connection: Connection, declared: Declarations, schemas: Mapping[str, Any]) -> Plan:
    """Compare what runs with what is declared; changes nothing.

    Args:
        connection: the bus.
        declared: topics that should be there.
        schemas: Avro schemas (as parsed JSON) that should be in the registry, by subject.

    Raises:
        UnavailableError: Kafka or the registry does not answer.
    """
    with admin(connection) as kafka:
        brokers = len(kafka.describe_cluster()["brokers"])
        live = {topic["name"]: topic for topic in kafka.describe_topics()}
        present = [topic for name, topic in declared.topics.items() if name in live]
        configure = _config_changes(kafka, present, brokers)
        left = leftovers(declared, live)
        quotas = quota_changes(kafka, declared.subscribers.values(), removed_subscribers(left))
        held = most_records(kafka, {name: live[name] for name in left})
    registry = SchemaRegistry(connection.registry_url)
    register, refused = _schema_changes(registry, schemas)
    return Plan(
        brokers=brokers,
        create=tuple(topic for name, topic in declared.topics.items() if name not in live),
        configure=configure,
        register=register,
        drift=_drift(declared, live, held, brokers),
        refused=refused,
        quotas=quotas,
    )


def apply(connection: Connection, wanted: Plan) -> None:
    """Carry a plan out. Doing so twice, or from two places at once, does no harm.

    Raises:
        ConfigurationError: the plan holds refused schemas, or Kafka refuses a topic; then nothing else was done.
        RegistryError: the registry refuses a schema.
        UnavailableError: Kafka or the registry does not answer.
    """
    if wanted.refused:
        raise ConfigurationError("schemas", wanted.refused[0], messages.KEEP_COMPATIBLE())
    _change(connection, wanted)
    registry = SchemaRegistry(connection.registry_url)
    for change in wanted.register:
        registry.register(change.subject, change.schema)
        if registry.compatibility(change.subject) != BACKWARD_TRANSITIVE:
            registry.set_compatibility(change.subject, BACKWARD_TRANSITIVE)


def _change(connection: Connection, wanted: Plan) -> None:
    for patience in (*_PATIENCE_SECONDS, None):
        try:
            with admin(connection) as kafka:
                _create(kafka, wanted.create, wanted.brokers)
                _configure(kafka, wanted.configure)
                set_quotas(kafka, wanted.quotas)
        except UnsettledError:
            if patience is None:
                raise
            time.sleep(patience)
        else:
            return


def _config_changes(kafka: KafkaAdminClient, topics: list[Topic], brokers: int) -> tuple[ConfigChange, ...]:
    if not topics:
        return ()
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    described = kafka.describe_configs(resources, config_filter="all")["topic"]
    return tuple(
        ConfigChange(topic.name, key, present, value)
        for topic in topics
        for key, value in sorted(topic.config_on(brokers).items())
        if (present := _config_value(described[topic.name], key)) != value
    )


def _config_value(described: Mapping[str, Any], key: str) -> str | None:
    entry = described.get(key)
    value = entry["value"] if isinstance(entry, Mapping) else entry
    return None if value is None else str(value)


def _schema_changes(
    registry: SchemaRegistry, schemas: Mapping[str, Any]
) -> tuple[tuple[SchemaChange, ...], tuple[str, ...]]:
    register, refused = [], []
    for subject, schema in schemas.items():
        if registry.find(subject, schema) is not None:
            continue
        problems = backward_problems(schema, [version.schema for version in registry.versions(subject)])
        refused += [messages.CANNOT_READ(subject=subject, problem=problem) for problem in problems]
        if not problems:
            register.append(SchemaChange(subject, schema))
    return tuple(register), tuple(refused)


def _drift(
    declared: Declarations, live: Mapping[str, Mapping[str, Any]], held: Mapping[str, int], brokers: int
) -> tuple[str, ...]:
    found = [messages.NOT_DECLARED(name=name, count=count) for name, count in held.items()]
    for name, state in sorted(live.items()):
        topic = declared.topics.get(name)
        if topic is None:
            continue
        partitions = state["partitions"]
        if len(partitions) != topic.partitions:
            found.append(messages.HAS_PARTITIONS(name=name, present=len(partitions), wanted=topic.partitions))
        copies = min(len(partition["replica_nodes"]) for partition in partitions)
        if copies < topic.replication_on(brokers):
            found.append(messages.HAS_COPIES(name=name, present=copies, wanted=topic.replication_on(brokers)))
    return tuple(found)


def _create(kafka: KafkaAdminClient, topics: tuple[Topic, ...], brokers: int) -> None:
    if not topics:
        return
    wanted = {
        topic.name: {
            "num_partitions": topic.partitions,
            "replication_factor": topic.replication_on(brokers),
            "configs": topic.config_on(brokers),
        }
        for topic in topics
    }
    try:
        kafka.create_topics(wanted, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        # Another `apply` was faster with some of them; those that are still missing come one by one.
        for name, options in wanted.items():
            _create_one(kafka, name, options)
    except UnknownBrokerIdError:
        raise
    except KafkaError as error:
        if error.retriable:
            raise
        raise ConfigurationError("topics", messages.KAFKA_REFUSES(error=error)) from error


def _create_one(kafka: KafkaAdminClient, name: str, options: Mapping[str, Any]) -> None:
    try:
        kafka.create_topics({name: options}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return


def _configure(kafka: KafkaAdminClient, changes: tuple[ConfigChange, ...]) -> None:
    by_topic: dict[str, dict[str, str]] = {}
    for change in changes:
        by_topic.setdefault(change.topic, {})[change.key] = change.wanted
    if by_topic:
        kafka.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, configs) for topic, configs in by_topic.items()]
        )
