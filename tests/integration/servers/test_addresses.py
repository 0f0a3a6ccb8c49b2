"""Where local servers are: ports stay, buses stand next to each other, workers follow, other machines may be let in."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
import redis
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.ports import HOST
from creditbus.services.query.stages import read_stages
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from tests.harness.free_ports import port_base
from tests.harness.waiting import until

_EVERYWHERE = "0.0.0.0"  # noqa: S104 -- what an option says
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CREDITBUS_")}
    interpreted = {key: value for key, value in os.environ.items() if key == "CREDITBUS_INTERPRETED"}
    return {**kept, **interpreted, "CREDITBUS_HOME": str(home)}


def _run(home: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "creditbus.services.cli", *arguments]
    done = subprocess.run(command, env=_environment(home), capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == code, done.stderr
    return done


def _up(home: Path, *options: str) -> dict[str, str]:
    endpoints = json.loads(_run(home, "up", "--json", *options).stdout)
    assert isinstance(endpoints, dict)
    return endpoints


def _ports(endpoints: dict[str, str]) -> list[int]:
    return [int(re.findall(r":(\d+)", address)[0]) for address in endpoints.values()]


@contextmanager
def _homes(*homes: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for home in homes:
            Cluster(home).stop()


def test_two_buses_stand_next_to_each_other_and_keep_their_ports_over_a_restart(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    with _homes(one, other):
        base = port_base()
        first = _up(one, "--port-base", str(base))
        assert _ports(first) == [base, base + 1, base + 2]
        second = _up(other, "--port", f"redis={port_base()}")
        assert not set(_ports(first)) & set(_ports(second))

        refused = _run(other, "up", "--port", f"kafka={base}", code=2)
        assert refused.stderr.startswith(
            f"creditbus: --port kafka: kafka runs at port {_ports(second)[0]}; run `creditb"
        )

        _run(one, "down")
        with closing(socket.create_server((HOST, base + 1))):
            taken = _run(one, "up", code=2).stderr
        assert taken.count("\n") == 1
        assert f"cluster.json: port {base + 1}, asked for registry, is in use by " in taken
        assert f"(process {os.getpid()}, in " in taken
        assert taken.endswith("choose another port with `creditbus up --port registry=PORT`\n")
        assert _up(one) == first, "nothing has moved meanwhile"
        assert _up(other) == second, "and the other bus goes on"


def test_a_worker_follows_its_bus_to_other_addresses(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    with _homes(home), log.open("wb") as output:
        before = _up(home, "--port-base", str(port_base()))
        _run(home, "topics", "apply")
        command = [sys.executable, "-m", "creditbus.services.cli", "worker"]
        worker = subprocess.Popen(command, env=_environment(home), stdout=output, stderr=output)
        try:
            until(lambda: _lanes(home) == {4}, "the worker reads all lanes", seconds=120)
            _run(home, "down")
            after = _up(home, "--port-base", str(port_base(but=_ports(before))))
            assert not set(_ports(before)) & set(_ports(after))
            # Kafka keeps the groups: for a while it names the members of before, whether they are there or not.
            until(lambda: "ended with 72; " in log.read_text("utf-8"), "the worker has noticed", seconds=120)
            until(lambda: log.read_text("utf-8").count("worker runs ") == 2, "the next one works", seconds=120)
            until(lambda: _lanes(home) == {4}, "it reads all lanes at the new addresses", seconds=120)
        finally:
            worker.terminate()
            worker.wait(60)
        said = log.read_text(encoding="utf-8")
    assert said.count(f"have other addresses now, Kafka is at {after['bootstrap_servers']}; ") == 1
    assert said.count("ended with 72; starting it again") == 1


def _lanes(home: Path) -> set[int]:
    """How many lanes of each stage somebody reads."""
    connection = Connection.from_environment({"CREDITBUS_HOME": str(home)})
    return {stage.lanes for stage in read_stages(connection)}


_OWN = [
    one.address
    for of in psutil.net_if_addrs().values()
    for one in of
    if one.family == socket.AF_INET and not one.address.startswith("127.")
]


@pytest.mark.skipif(not _OWN, reason="this machine has only the loopback interface")
def test_other_machines_reach_servers_that_listen_to_them_and_everybody_is_warned(tmp_path: Path) -> None:
    with _homes(tmp_path):
        opened = _run(tmp_path, "up", "--json", "--port-base", str(port_base()), "--listen", _OWN[0])
        assert "WARNING: the servers listen at" in opened.stderr
        _use(_OWN[0], json.loads(opened.stdout))
        assert "WARNING" in _run(tmp_path, "up").stderr, "it is said at every start"
        refused = _run(tmp_path, "up", "--listen", "127.0.0.1", code=2).stderr
        assert refused.startswith("creditbus: --listen: the servers listen at ")

        _run(tmp_path, "down")
        _use(_OWN[0], _up(tmp_path, "--listen", _EVERYWHERE, "--advertise", _OWN[0]))
        _run(tmp_path, "down")
        closed = _run(tmp_path, "up", "--json", "--listen", "127.0.0.1")
        assert "WARNING" not in closed.stderr
        for port in _ports(json.loads(closed.stdout)):
            with closing(socket.create_connection((HOST, port), timeout=10)), closing(socket.socket()) as outside:
                assert outside.connect_ex((_OWN[0], port)) != 0


def _use(host: str, endpoints: dict[str, str]) -> None:
    """Use all three servers by the addresses that clients are given, which name this host."""
    assert all(host in address for address in endpoints.values())
    bus = Connection(endpoints["bootstrap_servers"], endpoints["registry_url"], endpoints["redis_url"], Path())
    brokers, topic = bus.bootstrap_servers, f"test.open.{secrets.token_hex(4)}"
    with admin(bus) as kafka:
        kafka.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)
    with closing(KafkaProducer(bootstrap_servers=brokers, acks="all")) as producer:
        producer.send(topic, b"from another machine").get(30)
    with closing(KafkaConsumer(bootstrap_servers=brokers, auto_offset_reset="earliest")) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        until(lambda: consumer.poll(500), "the record comes back")
    with _OPENER.open(f"{bus.registry_url}/subjects", timeout=10) as answer:
        assert answer.status == 200
    with redis.Redis.from_url(bus.redis_url) as store:
        assert store.ping()
