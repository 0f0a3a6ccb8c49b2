"""A city is founded, its bus is started, a department joins it while it runs, and its first row is in a feed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.services.cli import main as cli
from creditbus.topics.city import example_city, read_city, use_city
from tests.harness.cluster import start_afresh
from tests.harness.traffic import party
from tests.harness.waiting import until
from tests.harness.workers import Worker

_ENTERPRISE = party(7)
_REGISTRATION = f"企业名称,统一社会信用代码,住所所在行政区划\n{_ENTERPRISE.name},{_ENTERPRISE.code},甲区\n"
_ENTRY = (
    "经营异常名录编号,企业名称,统一社会信用代码,列入日期,列入经营异常名录原因,作出列入决定机关\n"
    f"虚异〔2025〕1号,{_ENTERPRISE.name},{_ENTERPRISE.code},2025-03-03,虚构原因,虚构局\n"
)
Say = Callable[..., str]


@pytest.fixture
def say(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Say]:
    """Run a command as a machine that has the bus's addresses alone, and return what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    for name, address in cluster.connection().endpoints().items():
        monkeypatch.setenv(f"CREDITBUS_{name.upper()}", address)

    def run(*arguments: str, city: str = "") -> str:
        use_city(example_city())
        assert cli.main([*arguments, *(["--city", city] if city else [])]) == 0
        os.environ.pop("CREDITBUS_CITY", None)
        return capsys.readouterr().out

    yield run
    use_city(example_city())


def _connector(folder: Path, name: str, department: str, item: str, mapping: str, rows: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    settings: dict[str, Any] = {"id": name, "department": department, "item": item, "kind": "csv", "mapping": mapping}
    settings["settings"] = {"path": f"{name}.csv"}
    (folder / f"{name}.yaml").write_text(json.dumps(settings), encoding="utf-8")


def test_a_new_city_s_new_department_has_its_first_row_in_a_feed(cluster: Cluster, say: Say, tmp_path: Path) -> None:
    names = ("--name", "示例市", "--name-en", "Example", "--code", "429900", "--district", "429901=甲区")
    say("city", "init", "city", "--yes", *names)
    say("subscriber", "add", "district-jia", city="city")
    say("city", "check", "city")
    bus = cluster.connection()
    use_city(read_city(tmp_path / "city"))
    start_afresh(bus)
    machine = tmp_path / "connectors.d"
    with Worker(bus, tmp_path / "worker.log"):
        _connector(
            machine, "registered", "market-supervision", "enterprise-registration", "registration", _REGISTRATION
        )
        say("connector", "run", "registered", "--wait")

        say("department", "add", "industry-bureau", "--name", "工业局", "--name-en", "Industry bureau", city="city")
        declared = tmp_path / "city" / "departments" / "industry-bureau.yaml"
        text = declared.read_text(encoding="utf-8")
        declared.write_text(text + "roles: {list-keeper: [abnormal-operation]}\n", encoding="utf-8")
        say("city", "check", "city")
        applied = json.loads(say("topics", "apply", "--json", city="city"))
        assert {"file": "departments/industry-bureau.yaml", "change": "+"} in applied["changes"]
        assert applied["lanes"]["at_version"] == applied["lanes"]["known"] == 16

        _connector(machine, "entries", "industry-bureau", "abnormal-operation", "abnormal-operations", _ENTRY)
        say("connector", "run", "entries", "--wait")

        def shown() -> list[str]:
            feed = say("feed", "follow", "district-jia", "--from-start", "--until-end", "--json")
            return [json.loads(line)["record"]["item"] for line in feed.splitlines()]

        until(lambda: shown() == ["abnormal-operation"], "the entry is in the feed of the district")
