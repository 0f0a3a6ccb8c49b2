"""A version whose transaction has no marker yet is waited for: `topics apply` returns before readers see it."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs leave it out
from kafka import KafkaProducer

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.worker import declared
from creditbus.services.worker.declared import DeclarationsFollower
from creditbus.topics.city import example_city, publishing
from creditbus.topics.city.published import PublishedCity, files_of
from creditbus.topics.city.publishing import newest_version
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

_VERSION = PublishedCity(1, 0, files_of(example_city()))


@pytest.fixture
def topic(bus: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty topic in the place of that of the declarations."""
    name = f"test.declarations.{uuid.uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result()
    monkeypatch.setattr(declared, "DECLARATIONS", name)
    monkeypatch.setattr(declared, "_PLACE", Partition(name, 0))
    monkeypatch.setattr(publishing, "DECLARATIONS", name)
    yield name
    admin.delete_topics([name])[name].result()


@pytest.fixture
def writing(bus: Connection, topic: str) -> Iterator[Any]:
    """A producer that has written the first version and has not committed it."""
    with closing(KafkaProducer(bootstrap_servers=bus.bootstrap_servers, transactional_id=topic)) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        key, value = _VERSION.encode()
        producer.send(topic, value, key, partition=0).get(timeout=30)
        yield producer


def _opened(bus: Connection) -> PublishedCity:
    async def look() -> PublishedCity:
        follower = DeclarationsFollower(bus.bootstrap_servers)
        try:
            return await follower.open()
        finally:
            await follower.close()

    return asyncio.run(look())


@pytest.mark.usefixtures("topic")
def test_a_worker_ends_at_once_where_nothing_is_published_and_nobody_is_publishing(bus: Connection) -> None:
    with pytest.raises(ConfigurationError, match="holds no version of the declarations yet; run `creditbus topics"):
        _opened(bus)
    assert newest_version(bus) is None


def test_a_worker_waits_for_a_version_that_is_being_written(bus: Connection, writing: Any) -> None:
    with pytest.raises(DependencyDownError, match="a version is being written"):
        _opened(bus)
    writing.commit_transaction()
    assert _when_decided(bus) == _VERSION


def test_a_version_that_is_given_up_is_no_version(bus: Connection, writing: Any) -> None:
    writing.abort_transaction()
    with pytest.raises(ConfigurationError, match="holds no version"):
        _when_decided(bus)


def _when_decided(bus: Connection) -> PublishedCity:
    while True:  # ends with the marker, which the broker writes
        try:
            return _opened(bus)
        except DependencyDownError:
            continue


def test_a_command_waits_for_a_version_that_is_being_written(bus: Connection, writing: Any) -> None:
    end_of_transaction = threading.Timer(1.0, writing.commit_transaction)
    end_of_transaction.start()
    try:
        assert newest_version(bus) == _VERSION
    finally:
        end_of_transaction.join()  # before the producer is closed: it would never return


def test_a_command_waits_in_vain_for_a_bounded_time(
    bus: Connection, writing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_OPEN_SECONDS", 0.2)
    assert newest_version(bus) is None
    writing.commit_transaction()
