"""Ports that are asked for are taken or refused by name; all others stay where they were, or are reported."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.deploy.embedded import Cluster, Wanted
from creditbus.deploy.embedded.asked_ports import spread, together
from creditbus.deploy.embedded.plan import HomePlan
from creditbus.deploy.embedded.ports import HOST, choose
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import AskedPort

_KAFKA = AskedPort(21000, "--port kafka")


@pytest.fixture
def stranger() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server((HOST, choose((), ()))) as server:
        yield server.getsockname()[1]


def _spread(home: Path, wanted: Wanted, brokers: int = 1) -> dict[str, int]:
    servers = tuple(Cluster(home, brokers=brokers)._servers.values())
    return {f"{server} {name}": asked.port for (server, name), asked in spread(wanted, servers).items()}


def test_from_a_base_on_come_the_servers_in_their_order_and_then_the_controllers(tmp_path: Path) -> None:
    base = Wanted(base=AskedPort(21000, "--port-base"))
    assert _spread(tmp_path, base) == {
        "kafka client": 21000, "registry client": 21001, "redis client": 21002, "kafka controller": 21003,
    }  # fmt: skip
    three = _spread(tmp_path, base, brokers=3)
    assert (three["kafka-3 client"], three["registry client"], three["kafka-3 controller"]) == (21002, 21003, 21007)


def test_a_port_of_one_server_goes_before_the_base_and_brokers_follow_each_other(tmp_path: Path) -> None:
    both = Wanted({"redis": AskedPort(23000, "--port redis")}, AskedPort(21000, "--port-base"))
    assert _spread(tmp_path, both)["redis client"] == 23000
    assert _spread(tmp_path, Wanted({"kafka": _KAFKA}), brokers=3) == {
        "kafka-1 client": 21000, "kafka-2 client": 21001, "kafka-3 client": 21002,
    }  # fmt: skip


def test_no_two_servers_are_given_one_port(tmp_path: Path) -> None:
    redis = AskedPort(21001, "city.yaml: ports.redis")
    with pytest.raises(
        ConfigurationError, match=r"^city\.yaml: ports\.redis: kafka-2 and redis would both have port 2"
    ):
        _spread(tmp_path, Wanted({"kafka": _KAFKA, "redis": redis}), brokers=3)
    with pytest.raises(
        ConfigurationError, match=r"^--port-base: kafka would have port 65536; the highest port is 65535"
    ):
        _spread(tmp_path, Wanted(base=AskedPort(65533, "--port-base")))
    earlier = {("registry", "client"): AskedPort(21000, "cluster.json")}
    with pytest.raises(ConfigurationError, match=r"^--port kafka: registry and kafka would both have port 21000"):
        together(earlier, {("kafka", "client"): _KAFKA})


def test_a_port_that_is_asked_for_and_taken_is_one_line_with_who_has_it_and_the_option(
    tmp_path: Path, stranger: int
) -> None:
    home = Cluster(tmp_path, wanted=Wanted({"redis": AskedPort(stranger, "--port redis")}))
    with pytest.raises(ConfigurationError) as caught:
        home.start()
    line = str(caught.value)
    assert line.startswith(f"--port redis: port {stranger}, asked for redis, is in use by ")
    assert f"(process {os.getpid()}, in {Path.cwd()}); " in line
    assert line.endswith("choose another port with `creditbus up --port redis=PORT`")
    assert {server.state for server in home.status()} == {"stopped"}
    assert not (tmp_path / "endpoints.json").exists()


def test_what_an_option_has_asked_for_is_remembered_and_never_moved(tmp_path: Path, stranger: int) -> None:
    plan = HomePlan.load(tmp_path, None)
    plan.remember({("redis", "client"): AskedPort(stranger, "--port redis")}, plan.listening)
    plan.save(tmp_path)
    with pytest.raises(
        ConfigurationError, match=rf"^{re.escape(str(tmp_path))}/cluster\.json: port {stranger}, asked f"
    ):
        Cluster(tmp_path).start()


def test_a_port_of_the_last_run_that_somebody_else_has_now_is_reported(tmp_path: Path, stranger: int) -> None:
    plan = HomePlan.load(tmp_path, None)
    plan.ports = {"redis": {"client": stranger}}
    servers = list(Cluster(tmp_path)._servers.values())
    said: list[str] = []
    plan.assign_ports(servers, {}, customary=False, notice=said.append)
    assert plan.ports["redis"]["client"] != stranger
    (line,) = said
    assert line.startswith(f"port {stranger} of redis is in use by ")
    assert line.endswith(f"it gets {plan.ports['redis']['client']} (`creditbus up --port redis=PORT` asks for one)")
