"""What servers keep and what they leave behind when they, or those who started them, are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import pytest
import redis
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.redis import RedisServer
from creditbus.services.cli.servers.answers import ask
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from creditbus.topics.plan import apply, plan
from creditbus.topics.registry import SchemaRegistry
from tests.harness.waiting import until

SCHEMA = {"type": "record", "name": "Kept", "namespace": "creditbus.test", "fields": []}

STARTER = """
import os, signal, sys
from pathlib import Path
from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.leash import attach

servers = Cluster(Path(sys.argv[1]), customary_ports=False)
if "leash" in sys.argv:
    attach(servers)
servers.start()
os.kill(os.getpid(), signal.SIGKILL)
"""


def start_and_be_killed(home: Path, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-c", STARTER, str(home), *arguments], check=False, timeout=180)
    assert done.returncode == -signal.SIGKILL


def test_leftovers_of_a_killed_run_are_used_or_replaced(tmp_path: Path) -> None:
    start_and_be_killed(tmp_path)
    servers = Cluster(tmp_path)
    try:
        left = {server.name: server.pid for server in servers.status()}
        assert None not in left.values()
        servers.start()
        assert {server.name: server.pid for server in servers.status()} == left

        servers.kill("registry")
        addresses = servers.endpoints()
        servers.start()
        assert {server.state for server in servers.status()} == {"healthy"}
        now = {server.name: server.pid for server in servers.status()}
        assert {name for name in left if now[name] != left[name]} == {"registry"}, "the healthy ones go on"
        assert servers.endpoints() == addresses
    finally:
        servers.stop()


def test_servers_on_a_leash_end_with_their_owner(tmp_path: Path) -> None:
    start_and_be_killed(tmp_path, "leash")
    servers = Cluster(tmp_path)
    deadline = time.monotonic() + 60
    while {server.state for server in servers.status()} != {"stopped"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_kafka_keeps_what_it_confirmed_when_it_is_killed(cluster: Cluster, bus: Connection) -> None:
    with admin(bus) as kafka:
        kafka.create_topics({"test.kept": {"num_partitions": 1}}, wait_for_metadata=True)
    producer = KafkaProducer(bootstrap_servers=bus.bootstrap_servers, acks="all")
    futures = [producer.send("test.kept", str(number).encode()) for number in range(1000)]
    for future in futures:
        future.get(30)
    producer.close()

    cluster.kill("kafka")
    assert {server.name: server.state for server in cluster.status()}["kafka"] == "stopped"
    cluster.restart("kafka")

    consumer = KafkaConsumer(bootstrap_servers=bus.bootstrap_servers, auto_offset_reset="earliest")
    try:
        partition = TopicPartition("test.kept", 0)
        consumer.assign([partition])
        values: list[int] = []
        deadline = time.monotonic() + 30
        while len(values) < 1000 and time.monotonic() < deadline:
            values += [int(record.value) for record in consumer.poll(1000).get(partition, [])]
        assert values == list(range(1000))
    finally:
        consumer.close()
        with admin(bus) as kafka:
            kafka.delete_topics(["test.kept"])


def test_the_registry_keeps_its_ids_when_it_is_killed_and_when_it_is_stopped(cluster: Cluster, bus: Connection) -> None:
    registry = SchemaRegistry(bus.registry_url)
    known = {subject: registry.latest(subject) for subject in registry.subjects()}
    kept = registry.register("creditbus.test.Kept", SCHEMA)

    cluster.kill("registry")
    cluster.restart("registry")
    assert registry.schema(kept) == SCHEMA
    assert registry.register("creditbus.test.Kept", SCHEMA) == kept

    cluster.restart("registry")
    assert registry.schema(kept) == SCHEMA
    assert {subject: registry.latest(subject) for subject in known} == known


@pytest.mark.parametrize(("missed", "again"), [(4, False), (5, True)])
def test_a_server_that_runs_is_ended_only_when_it_misses_five_questions_in_a_row(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, missed: int, *, again: bool
) -> None:
    answers = chain([False] * missed, repeat(None))
    healthy = RedisServer.healthy

    def ask(server: RedisServer) -> bool:
        answer = next(answers)
        return healthy(server) if answer is None else answer

    before = {server.name: server.pid for server in cluster.status()}
    monkeypatch.setattr(RedisServer, "healthy", ask)
    cluster.start()
    now = {server.name: server.pid for server in cluster.status()}
    assert {name for name in now if now[name] != before[name]} == ({"redis"} if again else set())


def test_redis_keeps_its_snapshot_over_a_clean_restart(cluster: Cluster, bus: Connection) -> None:
    with redis.Redis.from_url(bus.redis_url) as store:
        store.set("test:kept", "1")
    cluster.restart("redis")
    with redis.Redis.from_url(bus.redis_url) as store:
        assert store.get("test:kept") == b"1"
        store.delete("test:kept")


def test_three_brokers_go_on_without_one(tmp_path: Path) -> None:
    with Cluster(tmp_path, brokers=3, customary_ports=False) as servers:
        bus = servers.connection()
        wanted = plan(bus, declarations(), {})
        apply(bus, replace(wanted, create=tuple(topic for topic in wanted.create if topic.name == "credit.events")))
        with admin(bus) as kafka:
            # the broker that is asked may not have heard of the new topic yet
            partitions = until(lambda: kafka.describe_topics(["credit.events"])[0]["partitions"], "the topic is known")
        assert {len(partition["replica_nodes"]) for partition in partitions} == {3}

        pids = {server.name: server.pid for server in servers.status()}
        servers.kill("kafka-2")
        # The others name it for as long as its registration lasts; a question that goes to it by chance says nothing.
        for _ in range(10):
            assert {server.name for server in servers.status() if server.state != "healthy"} == {"kafka-2"}
            assert [answer.problem for answer in ask(bus)] == ["", "", ""]
        producer = KafkaProducer(bootstrap_servers=bus.bootstrap_servers.split(","), acks="all")
        for partition in range(4):
            producer.send("credit.events", b"written by two of three", partition=partition).get(30)
        producer.close()
        servers.start()
        assert {server.state for server in servers.status()} == {"healthy"}
        now = {server.name: server.pid for server in servers.status()}
        assert {name for name in pids if now[name] != pids[name]} == {"kafka-2"}, "the living ones go on"
