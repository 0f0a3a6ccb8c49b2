"""A city is founded, its bus is started, a department joins it while it runs, and its first row is in a feed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.leash import attach
from creditbus.topics.connection import Connection
from tests.harness.free_ports import port_base
from tests.harness.traffic import party
from tests.harness.waiting import until
from tests.harness.workers import Worker

_ENTERPRISE = party(7)
_REGISTRATION = f"企业名称,统一社会信用代码,住所所在行政区划\n{_ENTERPRISE.name},{_ENTERPRISE.code},甲区\n"
_ENTRY = (
    "经营异常名录编号,企业名称,统一社会信用代码,列入日期,列入经营异常名录原因,作出列入决定机关\n"
    f"虚异〔2025〕1号,{_ENTERPRISE.name},{_ENTERPRISE.code},2025-03-03,虚构原因,虚构局\n"
)
_IN_CITY = ("--city", "city")
Say = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Where `creditbus up` keeps its servers; they end with the test, or with this process however it ends."""
    folder = tmp_path / "home"
    leash = attach(Cluster(folder))
    yield folder
    leash.communicate(timeout=60)


@pytest.fixture
def say(home: Path, tmp_path: Path) -> Say:
    """Run a command as a person types it, and return what it prints."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CREDITBUS_")}
    kept |= {key: value for key, value in os.environ.items() if key == "CREDITBUS_INTERPRETED"}
    environment = {**kept, "CREDITBUS_HOME": str(home)}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "creditbus.services.cli", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=90
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


def _connector(folder: Path, name: str, department: str, item: str, mapping: str, rows: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    settings: dict[str, Any] = {"id": name, "department": department, "item": item, "kind": "csv", "mapping": mapping}
    settings["settings"] = {"path": f"{name}.csv"}
    (folder / f"{name}.yaml").write_text(json.dumps(settings), encoding="utf-8")


def test_a_new_city_s_new_department_has_its_first_row_in_a_feed(home: Path, say: Say, tmp_path: Path) -> None:
    names = ("--name", "示例市", "--name-en", "Example", "--code", "429900", "--district", "429901=甲区")
    say("city", "init", "city", "--yes", *names)
    say("subscriber", "add", "district-jia", *_IN_CITY)
    say("city", "check", "city")
    base = port_base()
    assert f"127.0.0.1:{base}" in say("up", "--port-base", str(base), *_IN_CITY)
    say("topics", "apply", *_IN_CITY)
    machine = tmp_path / "connectors.d"
    bus = Connection.from_environment({"CREDITBUS_HOME": str(home)})
    with Worker(bus, tmp_path / "worker.log"):
        # from here on, but for the city's own administration, machines that have the bus's addresses alone
        _connector(
            machine, "registered", "market-supervision", "enterprise-registration", "registration", _REGISTRATION
        )
        say("connector", "run", "registered", "--wait")

        say("department", "add", "industry-bureau", "--name", "工业局", "--name-en", "Industry bureau", *_IN_CITY)
        declared = tmp_path / "city" / "departments" / "industry-bureau.yaml"
        text = declared.read_text(encoding="utf-8")
        declared.write_text(text + "roles: {list-keeper: [abnormal-operation]}\n", encoding="utf-8")
        applied = json.loads(say("topics", "apply", "--json", *_IN_CITY))
        assert {"file": "departments/industry-bureau.yaml", "change": "+"} in applied["changes"]
        assert applied["lanes"]["at_version"] == applied["lanes"]["known"] == 16

        _connector(machine, "entries", "industry-bureau", "abnormal-operation", "abnormal-operations", _ENTRY)
        say("connector", "run", "entries", "--wait")

        def shown() -> list[str]:
            feed = say("feed", "follow", "district-jia", "--from-start", "--until-end", "--json")
            return [json.loads(line)["record"]["item"] for line in feed.splitlines()]

        until(lambda: shown() == ["abnormal-operation"], "the entry is in the feed of the district")
