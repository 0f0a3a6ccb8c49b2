"""`creditbus status` on a machine without servers of its own: all three addresses are asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from creditbus.services.cli.main import main
from creditbus.services.query.stages import read_stages
from creditbus.topics.connection import Connection
from tests.harness.waiting import until
from tests.harness.workers import Worker

STAGES, LANES = ("intake", "resolver", "profiles", "fanout"), 4
HIDDEN = "fictional"
DEAD = {
    "bootstrap_servers": "127.0.0.1:1",
    "registry_url": "http://127.0.0.1:1/apis/ccompat/v7",
    "redis_url": f"redis://user:{HIDDEN}@127.0.0.1:1/0",
}
LINES = {
    "bootstrap_servers": "Kafka at 127.0.0.1:1 does not answer",
    "registry_url": "registry at http://127.0.0.1:1/apis/ccompat/v7 does not answer",
    "redis_url": "Redis at redis://127.0.0.1:1/0 does not answer",
}


@pytest.fixture
def addresses(bus: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set in the environment, in a home without servers; as on a machine without the extra `embedded`."""
    monkeypatch.setitem(sys.modules, "creditbus.deploy.embedded", None)
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    endpoints = bus.endpoints()
    for name, address in endpoints.items():
        monkeypatch.setenv(f"CREDITBUS_{name.upper()}", address)
    return endpoints


def facts(capsys: pytest.CaptureFixture[str]) -> Any:
    main(["status", "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def working(bus: Connection, tmp_path: Path) -> Iterator[Worker]:
    """A worker that holds all lanes of all stages and has read what tests before this one published."""
    with Worker(bus, tmp_path / "worker.log") as worker:
        until(lambda: worker.metric("creditbus_lanes_ready") == len(STAGES) * LANES, "all lanes are ready")
        until(lambda: not any(stage.records for stage in read_stages(bus)), "nothing waits", seconds=300)
        yield worker


@pytest.mark.usefixtures("working")
def test_all_that_answers_is_shown_and_good(addresses: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("no local servers run in ")
    assert lines[1].startswith(f"Kafka at {addresses['bootstrap_servers']} answers, ")
    assert lines[1].endswith(" topics")
    assert lines[2:4] == [
        f"registry at {addresses['registry_url']} answers",
        f"Redis at {addresses['redis_url']} answers",
    ]
    assert [line.split() for line in lines[5:]] == [[stage, "1", f"{LANES}/{LANES}", "0", "0"] for stage in STAGES]
    shown = facts(capsys)
    assert [(stage["stage"], stage["workers"], stage["lag_records"]) for stage in shown["stages"]] == [
        (stage, 1, 0) for stage in STAGES
    ]
    assert shown["answers"] == dict.fromkeys(addresses, True)
    assert shown["topics"] > 0


@pytest.mark.parametrize("dead", list(DEAD))
def test_one_dead_address_is_named_and_is_bad(
    dead: str,
    addresses: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(f"CREDITBUS_{dead.upper()}", DEAD[dead])
    assert main(["status"]) == 1
    shown = capsys.readouterr().out
    assert LINES[dead] in shown.splitlines()
    assert shown.count(" answer") == len(addresses)
    assert HIDDEN not in shown
    assert facts(capsys)["answers"] == {name: name != dead for name in addresses}


@pytest.mark.usefixtures("addresses")
def test_a_bus_without_workers_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 1
    assert "! no worker runs intake, resolver, profiles, fanout; start one" in capsys.readouterr().out
    assert {stage["problem"] for stage in facts(capsys)["stages"]} == {"no_worker"}


@pytest.mark.usefixtures("working")
def test_a_subscriber_needs_no_redis(
    addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del addresses["redis_url"]
    monkeypatch.delenv("CREDITBUS_REDIS_URL")
    assert main(["status"]) == 0
    assert "no address of Redis is set" in capsys.readouterr().out
    assert facts(capsys)["answers"] == dict.fromkeys(addresses, True)
