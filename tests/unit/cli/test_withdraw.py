"""`connector withdraw --all` stops where more than a tenth would go, whatever kind of source tells of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.brake import brake
from creditbus.connectors.configuration import load_connector
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.gone import Withdrawn
from creditbus.connectors.memory import Memory
from creditbus.connectors.remembered import Noted
from creditbus.connectors.withdrawal import Proposal
from creditbus.services.cli import connector_state, main

_ROWS = 300


@pytest.mark.parametrize(("chosen", "known"), [(0, 0), (20, 20), (21, 210), (1000, 10_000)])
def test_few_go_and_a_tenth_goes(chosen: int, known: int) -> None:
    brake(chosen, known)


@pytest.mark.parametrize(("chosen", "known"), [(21, 21), (21, 209), (1001, 10_000), (5000, 5000)])
def test_more_than_a_tenth_is_one_line_that_names_the_option(chosen: int, known: int) -> None:
    with pytest.raises(ConfigurationError, match=f"--all: {chosen:,} of {known:,} records .* add --many"):
        brake(chosen, known)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What would have been published."""
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    return []


@pytest.fixture
def table(tmp_path: Path, sent: list[Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[int], str]:
    """A connector in mode compare whose rows are published; so many of them vanish."""
    file = tmp_path / "lists.yaml"
    settings = {"url": "sqlite:///rows.db", "table": "rows", "key": ["id"], "mode": "compare", "state": "rows.state"}
    configuration = {"id": "lists", "department": "credit-office", "item": "red-black-list", "kind": "sql"}
    file.write_text(json.dumps(configuration | {"settings": settings, "mapping": "red-black-lists"}), encoding="utf-8")
    database = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
    database.execute("CREATE TABLE rows (id integer PRIMARY KEY, 列入决定文书号 text)")
    database.executemany("INSERT INTO rows VALUES (?, ?)", [(n, f"示{n}号") for n in range(1, _ROWS + 1)])
    source: Any = load_connector(file).open()
    *_, last = source.read(None)
    source.settle(last.position)

    def withdrawn(_connector: object, _connection: object, keys: list[str]) -> Any:
        sent.extend(keys)
        return Withdrawn("run", len(keys), 0)

    monkeypatch.setattr("creditbus.connectors.gone.withdraw", withdrawn)

    def vanish(count: int) -> str:
        database.execute("DELETE FROM rows WHERE id <= ?", (count,))
        return str(file)

    return vanish


@pytest.mark.parametrize("count", [31, _ROWS])
def test_many_rows_of_a_table_are_withdrawn_only_where_a_person_says_so(
    table: Callable[[int], str], sent: list[Any], capsys: pytest.CaptureFixture[str], count: int
) -> None:
    file = table(count)
    assert main.main(["connector", "withdraw", file, "--all", "--yes"]) == 2
    said = capsys.readouterr().err
    assert f"{count} of {_ROWS} records would be withdrawn" in said
    assert "add --many" in said
    assert sent == []
    assert main.main(["connector", "withdraw", file, "--all", "--many", "--yes"]) == 0
    assert len(sent) == count


def test_a_tenth_of_a_table_is_withdrawn(table: Callable[[int], str], sent: list[Any]) -> None:
    assert main.main(["connector", "withdraw", table(30), "--all", "--yes"]) == 0
    assert len(sent) == 30


def test_a_row_of_a_table_is_named_by_the_first_characters_of_its_key_in_any_case(
    table: Callable[[int], str], sent: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(30)
    assert main.main(["connector", "vanished", file, "--json"]) == 0
    keys = [one["key"] for one in json.loads(capsys.readouterr().out)]
    key = next(one for one in keys if one[:12].upper() != one[:12])
    named = ["--keys", key[:12].upper(), "--keys", key[:12]]
    assert main.main(["connector", "withdraw", file, *named, "--yes"]) == 0
    assert sent == [key]
    assert main.main(["connector", "withdraw", file, "--keys", "x", "--yes"]) == 2
    assert "--keys x: names no proposal" in capsys.readouterr().err


@pytest.mark.usefixtures("sent")
def test_many_records_of_a_file_are_withdrawn_only_where_a_person_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "rows.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    file = tmp_path / "lists.yaml"
    configuration = {"id": "lists", "department": "credit-office", "item": "red-black-list", "kind": "csv"}
    configuration |= {"settings": {"path": "rows.csv"}, "mapping": "red-black-lists"}  # type: ignore[dict-item] # JSON
    file.write_text(json.dumps(configuration), encoding="utf-8")
    with Memory(tmp_path, "lists") as memory:
        memory.begin("r1", 0)
        memory.note([_noted(number, "rows.csv") for number in range(100)], 100)
        memory.complete()
    found = [Proposal(f"{n:032}", "rows.csv", "", n, "", "", "", recoded=n > 30, event={}) for n in range(60)]
    monkeypatch.setattr(connector_state, "_proposals", lambda *_: found)
    assert main.main(["connector", "withdraw", str(file), "--all", "--yes"]) == 2
    assert "31 of 100 records would be withdrawn" in capsys.readouterr().err


_SQL = {"url": "sqlite:///rows.db", "table": "rows", "key": ["id"]}


@pytest.mark.usefixtures("sent")
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
    with Memory(tmp_path, "lists") as memory:
        for run, file in (("r1", "january.csv"), ("r2", "february.csv")):
            memory.begin(run, 0)
            memory.note([_noted(number + 100 * (run == "r2"), file) for number in range(30)], 30)
            memory.complete()
        assert (memory.known("file"), memory.known("connector")) == (30, 60)
        memory.withdraw([_noted(100, "").record.hex()], "w")
        assert (memory.known("file"), memory.known("connector")) == (29, 59)
