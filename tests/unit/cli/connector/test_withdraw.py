"""`connector vanished` and `withdraw` before a bus is asked; what they do is in tests/contracts/connectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.memory.values import Noted
from creditbus.connectors.withdraw.brake import brake
from creditbus.services.cli import main


@pytest.mark.parametrize(("chosen", "known"), [(0, 0), (20, 20), (21, 210), (1000, 10_000)])
def test_few_go_and_a_tenth_goes(chosen: int, known: int) -> None:
    brake(chosen, known)


@pytest.mark.parametrize(("chosen", "known"), [(21, 21), (21, 209), (1001, 10_000), (5000, 5000)])
def test_more_than_a_tenth_is_one_line_that_names_the_option(chosen: int, known: int) -> None:
    with pytest.raises(ConfigurationError, match=f"--all: {chosen:,} of {known:,} records .* add --many"):
        brake(chosen, known)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")


_SQL = {"url": "sqlite:///rows.db", "table": "rows", "key": ["id"]}


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (
            {"kind": "sql", "settings": _SQL | {"mode": "watermark", "watermark": "t"}},
            "mode watermark reads rows that are",
        ),
        (
            {"kind": "sql", "settings": _SQL | {"mode": "staging", "status": "s"}},
            "mode staging reads rows whose status",
        ),
        ({"kind": "folder", "settings": {"path": "."}}, "a folder reads the files that arrive, each once"),
        ({"kind": "csv", "settings": {"path": "a.csv"}, "vanished": "never"}, "says `vanished: never`"),
    ],
)
@pytest.mark.parametrize("command", [["vanished"], ["vanished", "--json"], ["withdraw", "--all"]])
def test_a_source_that_cannot_notice_deletions_says_so(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    configuration: dict[str, Any],
    words: str,
    command: list[str],
) -> None:
    file = tmp_path / "lists.yaml"
    whole = {"id": "lists", "department": "credit-office", "item": "red-black-list", "mapping": "red-black-lists"}
    file.write_text(json.dumps(whole | configuration), encoding="utf-8")
    assert main.main(["connector", command[0], str(file), *command[1:]]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def _noted(number: int, file: str) -> Noted:
    digest = f"{number:016}".encode()
    return Noted(digest, digest, digest, file, "", number, b"")


def test_known_are_the_records_that_the_last_run_could_miss(tmp_path: Path) -> None:
    with PublishedRows(tmp_path, "lists") as memory:
        for run, file in (("r1", "january.csv"), ("r2", "february.csv")):
            noting = memory.begin(run, 0)
            noting.note([_noted(number + 100 * (run == "r2"), file) for number in range(30)], 30)
            noting.complete()
        assert (memory.known("file"), memory.known("connector")) == (30, 60)
        memory.withdraw([_noted(100, "").record], "w")
        assert (memory.known("file"), memory.known("connector")) == (29, 59)
