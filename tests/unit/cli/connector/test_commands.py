"""Commands of `creditbus connector` that a department meets when something is not as it should be."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from creditbus.connectors.run.summary import RunSummary
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.kinds import kind_named
from creditbus.services.cli.connector import run_outcomes
from creditbus.services.cli.connector.app import app
from creditbus.services.cli.connector.init import _settings, _validated
from creditbus.services.cli.connector.running import _watching
from creditbus.services.cli.language import choose
from creditbus.services.domain.ledger import Account
from creditbus.services.query.outcomes import RunOutcomes
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError

_LISTS = {
    "id": "lists",
    "department": "credit-office",
    "item": "red-black-list",
    "kind": "csv",
    "settings": {"path": "../lists.csv"},
    "mapping": "red-black-lists",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    connectors = tmp_path / "connectors.d"
    connectors.mkdir()
    (connectors / "lists.yaml").write_text(yaml.safe_dump(_LISTS), encoding="utf-8")
    (tmp_path / "lists.csv").write_text("主体名称,主体代码\n" + "示" * 5000 + "\u200b,x\n", encoding="utf-8")
    return tmp_path


def _said(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_broken_file_is_named_and_the_others_are_listed(folder: Path) -> None:
    (folder / "connectors.d" / "broken.yaml").write_text("id: [\n", encoding="utf-8")
    said = _said("list")
    assert "lists " in said
    assert "broken                   cannot be loaded: " in said
    facts = json.loads(_said("list", "--json"))
    assert [one["id"] for one in facts["connectors"]] == ["lists"]
    assert [Path(one["file"]).name for one in facts["broken"]] == ["broken.yaml"]
    assert "is not YAML" in facts["broken"][0]["error"]


def test_a_setting_within_another_is_set_by_the_keys_above_it(folder: Path) -> None:
    (folder / "connectors.d" / "secret").write_text("x\n", encoding="utf-8")
    given = ["table=lists", "key=[id]", "password.file=secret"]
    url = "postgresql+psycopg://reader@127.0.0.1/credit"
    raw = _settings(kind_named("sql"), url, given, folder / "connectors.d", silent=True)
    assert raw == {"url": url, "table": "lists", "key": ["id"], "password": {"file": "secret"}}
    made: Any = _validated(kind_named("sql"), raw | {"table": ""}, folder / "connectors.d")
    assert made.password.reveal() == "x"
    with pytest.raises(ConfigurationError, match="password has a value already"):
        _settings(kind_named("sql"), url, ["password=x", "password.file=y"], folder, silent=True)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["preview", "check"])
def test_long_values_are_cut_and_what_does_not_show_is_escaped(command: str) -> None:
    said = CliRunner().invoke(app, [command, "lists"]).output
    assert "示" * 500 not in said
    assert "\u200b" not in said


@pytest.mark.parametrize(
    ("spoken", "words"), [("en", "watching lists: comma separated"), ("zh", "监视 lists：逗号分隔")]
)
def test_a_watch_says_at_its_start_what_it_watches(folder: Path, spoken: str, words: str) -> None:
    connector = load_connector(folder / "connectors.d" / "lists.yaml")
    choose(spoken)
    try:
        said = _watching(connector, 30)
    finally:
        choose(None)
    assert words in said
    assert "lists.csv" in said
    assert "ingest.credit-office" in said


def _summary(published: int) -> RunSummary:
    return RunSummary("lists", "lists-1", published, published, 0, 0, 0, 1.0, complete=True)


def test_a_watched_run_has_its_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = RunOutcomes(Account(Counter({"received": 3, "rejected": 2})), settled=True)
    asked = []

    async def outcomes(_: Connection, run: str, published: int, seconds: float, **__: Any) -> RunOutcomes:
        asked.append((run, published, seconds))
        return found

    monkeypatch.setattr("creditbus.services.query.outcomes.await_outcomes", outcomes)
    connection: Any = None
    assert run_outcomes.outcomes_until(connection, _summary(3), 600, threading.Event()) is found
    assert run_outcomes.outcomes_until(connection, _summary(0), 600, threading.Event()) is None
    assert asked == [("lists-1", 3, 30.0)]


@pytest.mark.parametrize("fault", ["stopped", "away"])
def test_a_watch_does_not_wait_for_outcomes_once_it_is_to_stop(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    async def outcomes(*_: Any, pause: Any, **__: Any) -> RunOutcomes:
        if fault == "away":
            raise UnavailableError("kafka", "is away")
        await pause(0.5)
        raise AssertionError("it waits although it is to stop")

    monkeypatch.setattr("creditbus.services.query.outcomes.await_outcomes", outcomes)
    stop = threading.Event()
    stop.set()
    connection: Any = None
    assert run_outcomes.outcomes_until(connection, _summary(3), 600, stop) is None
