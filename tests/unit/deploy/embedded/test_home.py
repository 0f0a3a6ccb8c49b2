from __future__ import annotations

import socket
import uuid
from pathlib import Path

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.plan import HomePlan
from creditbus.deploy.embedded.ports import HOST, choose, is_free
from creditbus.topics.errors import ConfigurationError


def test_a_port_with_a_listener_is_not_chosen() -> None:
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert choose([taken], ()) != taken


def test_a_port_of_another_server_is_not_chosen() -> None:
    free = choose((), ())
    assert choose([free], ()) == free
    assert choose([free], {free}) != free


def test_ports_stay_over_runs_and_differ_from_each_other(tmp_path: Path) -> None:
    first = Cluster(tmp_path, brokers=3, customary_ports=False)
    plan = HomePlan.load(tmp_path, 3)
    plan.assign_ports(first._servers.values(), {}, customary=False, notice=lambda _: None)
    plan.save(tmp_path)
    second = Cluster(tmp_path)
    assert second.endpoints() == first.endpoints()
    ports = [port for server in second._servers.values() for port in server.ports.values()]
    assert len(set(ports)) == len(ports) == 8
    assert second.names == ("kafka-1", "kafka-2", "kafka-3", "registry", "redis")


def test_the_name_of_a_cluster_never_looks_like_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([uuid.UUID(bytes=b"\xfb" + bytes(15)), uuid.UUID(bytes=b"\x07" + bytes(15))])
    monkeypatch.setattr(uuid, "uuid4", lambda: next(drawn))
    assert HomePlan.load(tmp_path, None).cluster_id == "BwAAAAAAAAAAAAAAAAAAAA"


def test_the_number_of_brokers_is_fixed_by_the_first_start(tmp_path: Path) -> None:
    HomePlan.load(tmp_path, 3).save(tmp_path)
    with pytest.raises(ConfigurationError, match=r"^--brokers: .* was made with 3; ") as caught:
        Cluster(tmp_path, brokers=1)
    assert "\n" not in str(caught.value)


def test_a_home_whose_path_would_be_read_as_syntax_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CREDITBUS_HOME"):
        Cluster(tmp_path / "a;b")


def test_a_damaged_plan_is_named(tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"cluster\.json: cannot be read; "):
        Cluster(tmp_path)


def test_servers_that_were_never_started_are_stopped(tmp_path: Path) -> None:
    assert {status.state for status in Cluster(tmp_path).status()} == {"stopped"}
    Cluster(tmp_path).stop()
