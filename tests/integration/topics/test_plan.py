from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from fastavro.schema import to_parsing_canonical_form
from kafka import KafkaAdminClient
from kafka.errors import UnknownBrokerIdError

from creditbus.deploy.bus import bus_schemas, plan_bus
from creditbus.services.cli import main as cli
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import Declarations, declarations
from creditbus.topics.errors import ConfigurationError, UnavailableError, UnsettledError
from creditbus.topics.feed_quotas import QuotaChange
from creditbus.topics.leftover import remove_topic
from creditbus.topics.plan import apply, plan
from creditbus.topics.registry import BACKWARD_TRANSITIVE, RegistryError, SchemaRegistry, UnknownSchemaError
from creditbus.topics.topic import Topic
from tests.harness.waiting import until

TOPIC = Topic(
    name="test.declared",
    class_name="stream",
    partitions=2,
    replication=3,
    min_insync=2,
    config=MappingProxyType({"cleanup.policy": "delete", "retention.ms": "3600000"}),
)


def record(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": "Planned", "namespace": "creditbus.test", "fields": list(fields)}


FIRST = record({"name": "a", "type": "string"})
SECOND = record({"name": "a", "type": "string"}, {"name": "b", "type": ["null", "string"], "default": None})
BROKEN = record({"name": "a", "type": "string"}, {"name": "c", "type": "string"})
SUBJECT = "creditbus.test.Planned"


@pytest.fixture
def declared(bus: Connection) -> Iterator[Declarations]:
    """The declarations with one topic more, which is gone again at the end."""
    known = declarations()
    yield replace(known, topics={**known.topics, TOPIC.name: TOPIC})
    with admin(bus) as kafka:
        if TOPIC.name in kafka.list_topics():
            kafka.delete_topics([TOPIC.name])


def with_topic(declared: Declarations, **changes: Any) -> Declarations:
    return replace(declared, topics={**declared.topics, TOPIC.name: replace(TOPIC, **changes)})


def test_an_applied_bus_needs_nothing_more(bus: Connection) -> None:
    again = plan_bus(bus)
    assert again.empty
    assert again.servers.drift == ()


def properties(schema: Any) -> set[tuple[str, str]]:
    """Everything that a schema says about its fields apart from their types."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    if not isinstance(schema, dict):
        return set()
    own = {(key, str(value)) for key, value in schema.items() if key not in {"fields", "items", "namespace", "type"}}
    return own.union(*(properties(schema[key]) for key in ("fields", "items", "type") if key in schema))


def test_every_schema_is_under_its_record_name_and_guarded(bus: Connection) -> None:
    registry = SchemaRegistry(bus.registry_url)
    for subject, schema in bus_schemas().items():
        found = registry.latest(subject)
        assert found is not None
        # Not equal as text: a registry may leave out a repeated namespace and order the properties differently.
        assert to_parsing_canonical_form(registry.schema(found.id)) == to_parsing_canonical_form(schema)
        assert properties(registry.schema(found.id)) == properties(schema)
        assert registry.compatibility(subject) == BACKWARD_TRANSITIVE


def test_a_missing_topic_is_created_and_a_changed_setting_altered(bus: Connection, declared: Declarations) -> None:
    missing = plan(bus, declared, {})
    assert [topic.name for topic in missing.create] == [TOPIC.name]
    apply(bus, missing)
    apply(bus, missing)
    assert plan(bus, declared, {}).empty

    shorter = with_topic(declared, config={**TOPIC.config, "retention.ms": "60000"})
    changes = plan(bus, shorter, {}).configure
    assert [(change.topic, change.key, change.present, change.wanted) for change in changes] == [
        (TOPIC.name, "retention.ms", "3600000", "60000")
    ]
    apply(bus, plan(bus, shorter, {}))
    assert plan(bus, shorter, {}).empty


def test_partitions_of_a_live_topic_are_drift_and_stay(bus: Connection, declared: Declarations) -> None:
    apply(bus, plan(bus, declared, {}))
    wider = plan(bus, with_topic(declared, partitions=5), {})
    assert wider.empty
    assert wider.drift == ("test.declared has 2 partitions, declared are 5",)
    apply(bus, wider)
    with admin(bus) as kafka:
        assert len(kafka.describe_topics([TOPIC.name])[0]["partitions"]) == 2


def test_a_topic_that_nobody_declares_is_drift_and_stays(bus: Connection) -> None:
    known = declarations()
    fewer = replace(known, topics={name: topic for name, topic in known.topics.items() if name != "ingest.court"})
    found = plan(bus, fewer, {})
    assert found.empty
    (drift,) = found.drift
    assert drift.startswith(
        "ingest.court is there and not declared; it holds 0 records at most; `creditbus topics remove"
    )


def test_a_topic_is_removed_when_nobody_declares_it_and_not_before(bus: Connection, declared: Declarations) -> None:
    apply(bus, plan(bus, declared, {}))
    with pytest.raises(ConfigurationError, match="is declared"):
        remove_topic(bus, declared, TOPIC.name)
    with pytest.raises(ConfigurationError, match="does not exist"):
        remove_topic(bus, declarations(), TOPIC.name)  # its name is not one of the bus
    own = replace(TOPIC, name="ingest.gone")
    apply(bus, plan(bus, replace(declared, topics={**declared.topics, own.name: own}), {}))
    assert remove_topic(bus, declarations(), own.name) == 0
    with admin(bus) as kafka:
        assert own.name not in kafka.list_topics()


def test_a_quota_is_set_at_the_brokers_for_user_and_client_id_changed_and_taken_off_with_its_subscriber(
    bus: Connection,
) -> None:
    known, name = declarations(), "agency-xinda"

    def reading(rate: int | None) -> Declarations:
        if rate is None:
            topics = {topic: one for topic, one in known.topics.items() if name not in topic}
            others = {other: one for other, one in known.subscribers.items() if other != name}
            return replace(known, topics=topics, subscribers=others)
        bounded = replace(known.subscribers[name], feed_bytes_per_second=rate)
        return replace(known, subscribers={**known.subscribers, name: bounded})

    present = None
    for rate in (5000, 7000, None):
        wanted = plan(bus, reading(rate), {})
        assert wanted.quotas == tuple(QuotaChange(name, kind, present, rate) for kind in ("user", "client-id"))
        assert not wanted.empty
        apply(bus, wanted)
        until(lambda rate=rate: plan(bus, reading(rate), {}).empty, "the broker counts by it")  # type: ignore[misc]
        present = rate
    assert plan(bus, known, {}).quotas == ()


def test_a_schema_that_cannot_read_earlier_events_is_refused_before_anything_is_done(
    bus: Connection, declared: Declarations
) -> None:
    apply(bus, plan(bus, declarations(), {SUBJECT: FIRST}))
    apply(bus, plan(bus, declarations(), {SUBJECT: SECOND}))
    registry = SchemaRegistry(bus.registry_url)
    assert [version.schema for version in registry.versions(SUBJECT)] == [FIRST, SECOND]

    refused = plan(bus, declared, {SUBJECT: BROKEN})
    assert not refused.empty
    assert "creditbus.test.Planned cannot read events of version 1: " in refused.refused[0]
    with pytest.raises(ConfigurationError, match="give new fields a default"):
        apply(bus, refused)
    assert [topic.name for topic in plan(bus, declared, {}).create] == [TOPIC.name]
    with pytest.raises(RegistryError):
        registry.register(SUBJECT, BROKEN)


def test_the_registry_says_what_it_does_not_know(bus: Connection) -> None:
    registry = SchemaRegistry(bus.registry_url)
    with pytest.raises(UnknownSchemaError, match="schema 987654"):
        registry.schema(987654)
    assert registry.latest("creditbus.test.Nothing") is None
    assert registry.versions("creditbus.test.Nothing") == []
    assert registry.find("creditbus.test.Nothing", FIRST) is None
    assert registry.compatibility("creditbus.test.Nothing") in {None, "NONE"}


def test_servers_that_are_not_there_are_named(bus: Connection) -> None:
    away = replace(bus, bootstrap_servers="127.0.0.1:1", registry_url="http://127.0.0.1:1")
    with pytest.raises(UnavailableError, match=r"^Kafka at 127\.0\.0\.1:1: does not answer"):
        plan(away, declarations(), {})
    with pytest.raises(UnavailableError, match="registry at"):
        SchemaRegistry(away.registry_url).subjects()


def test_a_broker_that_has_just_joined_is_given_a_moment(
    bus: Connection, declared: Declarations, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = KafkaAdminClient.create_topics
    failures = [UnknownBrokerIdError(3)]

    def create_topics(client: KafkaAdminClient, *arguments: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return create(client, *arguments, **named)

    monkeypatch.setattr(KafkaAdminClient, "create_topics", create_topics)
    apply(bus, plan(bus, declared, {}))
    assert plan(bus, declared, {}).empty


def test_a_broker_that_stays_unknown_is_named(
    bus: Connection, declared: Declarations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_topics(*_: Any, **__: Any) -> Any:
        raise UnknownBrokerIdError(3)

    monkeypatch.setattr(KafkaAdminClient, "create_topics", create_topics)
    with pytest.raises(UnsettledError, match="broker 3 of Kafka"):
        apply(bus, plan(bus, declared, {}))


@pytest.mark.parametrize("path", ["", "/subjects", "/apis/registry/v3"])
def test_a_wrong_path_of_the_registry_is_told_with_the_right_one_and_no_schema_counts_as_missing(
    bus: Connection,
    environment: Path,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del environment
    root = bus.registry_url.removesuffix("/apis/ccompat/v7")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", root + path)
    assert cli.main(["topics", "plan"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"there is one at {bus.registry_url}" in said.err
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", f"{bus.registry_url}//")
    assert cli.main(["topics", "plan"]) == 0
