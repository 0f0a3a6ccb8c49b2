"""Ids and folders that are too long, and departments that no connector would take, are said in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from creditbus.services.cli import main as cli


@pytest.mark.parametrize("id_", ["a" * 64, "a" * 300, "-".join(["ab"] * 22)])
@pytest.mark.parametrize("kind", ["department", "subscriber", "item"])
def test_an_id_that_is_too_long_is_one_line(
    kind: str, id_: str, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["city", "init", "city", "--yes"]) == 0
    capsys.readouterr()
    before = sorted(workplace.rglob("*"))
    assert cli.main([kind, "add", id_, "--city", "city"]) == 2
    said = capsys.readouterr().err
    assert (said.count("\n"), "63 characters" in said) == (1, True)
    assert sorted(workplace.rglob("*")) == before


def test_a_department_that_no_connector_would_take_is_a_fault(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["city", "init", "city", "--yes"]) == 0
    for length in (63, 64):
        text = f"id: {'a' * length}\nname: {{zh: 示例局, en: Office}}\nuscc: null\ncontact: 岗\n"
        (workplace / "city" / "departments" / f"{'a' * length}.yaml").write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["city", "check", "city", "--json"]) == 1
    (fault,) = json.loads(capsys.readouterr().out)
    assert (fault["key"], fault["line"]) == ("id", 1)
    assert "63 characters at most" in fault["problem"]


@pytest.mark.parametrize("command", ["init", "check"])
def test_a_folder_whose_name_no_system_takes_is_one_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["city", command, "x" * 300]) == 2
    assert capsys.readouterr().err.count("\n") == 1
