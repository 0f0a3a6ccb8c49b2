"""`--city` and CREDITBUS_CITY: whose files a command works with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from creditbus.deploy.demo.commands import environment
from creditbus.services.cli import main as cli
from creditbus.services.cli.chosen_city import CITY_VARIABLE
from creditbus.services.cli.language import choose
from creditbus.topics.city import example_city, use_city
from creditbus.topics.declarations import declarations
from tests.english import english_in

_CITY = """\
name: {zh: 示例市, en: Example}
code: "990000"
time_zone: Asia/Shanghai
shipped_items: [red-black-list]
districts: [{code: "990101", name: 示例区}]
"""
_DEPARTMENT = "id: lists\nname: {zh: 名单, en: Lists}\nuscc: null\ncontact: 岗位\n"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(CITY_VARIABLE, "")  # put back at the end, whatever a command makes of it
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "city"
    (folder / "departments").mkdir(parents=True)
    (folder / "city.yaml").write_text(_CITY, encoding="utf-8")
    (folder / "departments" / "lists.yaml").write_text(_DEPARTMENT, encoding="utf-8")
    yield folder
    use_city(example_city())
    choose(None)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--city", "city", "catalogue", "list", "--json"],
        ["catalogue", "--city=city", "list", "--json"],
        ["catalogue", "list", "--json", "--city", "city", "--lang", "zh"],
    ],
)
def test_the_option_may_stand_anywhere(
    arguments: Sequence[str], city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 0
    assert [item["id"] for item in json.loads(capsys.readouterr().out)] == ["red-black-list"]
    assert os.environ[CITY_VARIABLE] == str(city), "processes that the command starts work for the same city"


@pytest.mark.usefixtures("city")
def test_the_environment_chooses_and_the_option_outweighs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CITY_VARIABLE, "city")
    assert cli.main(["catalogue", "list"]) == 0
    assert set(declarations().departments) == {"lists"}
    assert cli.main(["catalogue", "list", "--city", "elsewhere"]) == 2
    assert "elsewhere: holds no city.yaml" in capsys.readouterr().err


@pytest.mark.usefixtures("city")
def test_a_wrong_folder_is_one_line_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["topics", "plan", "--city", "nowhere"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "nowhere: holds no city.yaml; write a city's folder with `creditbus city init`" in said
    cli.main(["topics", "plan", "--city", "nowhere", "--lang", "zh"])
    assert english_in(capsys.readouterr().err) == []


def test_a_file_that_is_not_utf_8_is_said_by_name(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (city / "departments" / "lists.yaml").write_bytes("id: 名单".encode("gb18030"))
    assert cli.main(["catalogue", "list", "--city", "city"]) == 2
    assert str(city / "departments" / "lists.yaml") in capsys.readouterr().err


@pytest.mark.usefixtures("city")
def test_a_help_page_needs_no_city(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["topics", "plan", "--help", "--city", "nowhere"]) == 0
    assert capsys.readouterr().err == ""


def test_the_demonstration_works_for_the_example_city(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CITY_VARIABLE, str(city))
    assert CITY_VARIABLE not in environment(city)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("own/item.yaml", "id: own\n", "own/v1.avsc: missing; add the content schema"),
        ("own/v1.avsc", "{", "own/v1.avsc: not a record schema"),
        ("red-black-list.yaml", "due_working_days: soon\n", "red-black-list.yaml:1: due_working_days"),
        ("red-black-list.yaml", "[", "red-black-list.yaml:1"),
        ("court.yaml", "id: court\n", "court.yaml: changes court"),
    ],
)
def test_a_wrong_item_of_the_city_is_one_line(
    file: str, content: str, said: str, city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (city / "catalogue" / file).parent.mkdir(parents=True)
    (city / "catalogue" / file).write_text(content, encoding="utf-8")
    assert cli.main(["catalogue", "list", "--city", "city"]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1


def test_the_catalogue_of_the_city_is_linted(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["catalogue", "lint", "--city", str(city)]) == 1
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert shown.startswith("red-black-list/item.yaml: entitled_roles: ")
