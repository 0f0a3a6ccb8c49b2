"""`creditbus city init` and the `add` commands write files that can be used as they are, and never over others."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from creditbus.connectors.contract import Row
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.templates import template_document, templates, titles_of_templates
from creditbus.services.cli import main as cli
from creditbus.services.cli.city.check import check_city
from creditbus.services.query.working_calendar import working_calendar
from creditbus.topics.city import city_settings, current_city, read_city, use_city
from creditbus.topics.city.published import PublishedCity, files_of
from creditbus.topics.declarations import declarations
from tests.english import english_in


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", [["init"], ["city", "init"]])
def test_a_folder_is_written_that_every_command_can_use(
    command: Sequence[str], language: str, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--name", "试验市", "--name-en", "Trial", "--code", "990200", "--district", "990203=东区"]
    assert cli.main([*command, "city", *given, "--yes", "--lang", language]) == 0
    assert "creditbus city check" in capsys.readouterr().out
    assert check_city(workplace / "city") == []
    city = read_city(workplace / "city")
    settings = city_settings(city)
    assert (settings.name.zh, settings.code, settings.districts[0].name) == ("试验市", "990200", "东区")
    assert set(declarations(city.root).subscribers) == {"district-one"}
    comments = [line for line in (workplace / "city" / "city.yaml").read_text("utf-8").splitlines() if "#" in line]
    assert ("# City" in "\n".join(comments)) is False
    assert (english_in("\n".join(line for line in comments if "$schema" not in line)) == []) is (language == "zh")


def test_a_name_is_written_as_yaml_needs_it(workplace: Path) -> None:
    assert cli.main(["city", "init", "city", "--name", "甲, 乙: {丙}", "--name-en", "yes", "--yes"]) == 0
    assert check_city(workplace / "city") == []
    assert city_settings(read_city(workplace / "city")).name.zh == "甲, 乙: {丙}"


def test_a_folder_that_is_not_empty_is_left_alone(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workplace / "city" / ".git").mkdir(parents=True)
    assert cli.main(["city", "init", "city", "--yes"]) == 0
    (workplace / "other").mkdir()
    (workplace / "other" / "letter.txt").touch()
    assert cli.main(["city", "init", "other", "--yes"]) == 2
    assert [path.name for path in (workplace / "other").iterdir()] == ["letter.txt"]
    assert "letter.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--code", "99"),
        ("--district", "东区"),
        ("--district", "99=东区"),
        ("--district", "990102="),
        ("--district", "990102=东区,西区"),
        ("--district", "990102=东区=西区"),
        ("--district", "990102=东区 990103=西区"),
        ("--district", "990102=东区;990103=西区"),
        ("--district", "990102=东区、西区"),
        ("--district", "990102=东区,"),
        ("--district", "990102=东区,990102=西区"),
        ("--district", "990102=东区,990103=东区"),
        ("--district", "990102=东\u200b区"),
    ],
)
def test_a_wrong_answer_writes_nothing(
    option: str, value: str, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["city", "init", "city", option, value, "--yes"]) == 2
    said = capsys.readouterr().err
    assert (said.count("\n"), f"{option}: " in said) == (1, True)
    assert not (workplace / "city").exists()


@pytest.mark.parametrize(
    "given",
    [
        ["--district", "990102=东区,990103=西区"],
        ["--district", "990102=东区， 990103 = 西区"],
        ["--district", "990102=东区", "--district", "990103=西区"],
    ],
)
def test_districts_are_given_one_by_one_or_separated_by_commas(given: Sequence[str], workplace: Path) -> None:
    assert cli.main(["city", "init", "city", *given, "--yes"]) == 0
    districts = city_settings(read_city(workplace / "city")).districts
    assert [(one.code, one.name) for one in districts] == [("990102", "东区"), ("990103", "西区")]
    assert check_city(workplace / "city") == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_added_is_right_and_says_what_comes_next(
    language: str, city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["department", "add", "court"], ["subscriber", "add", "agency"], ["item", "add", "parking-fine"]):
        assert cli.main([*command, "--city", str(city), "--lang", language]) == 0
        said = capsys.readouterr().out
        assert "creditbus city check" in said
        assert (english_in(said) == []) is (language == "zh")
    assert check_city(city) == []
    declared = declarations(read_city(city).root)
    assert "court" in declared.departments
    grant = declared.subscribers["agency"]
    assert (len(grant.items), grant.disclosure, len(grant.districts or ())) == (1, "public", 1)


def test_nothing_is_written_over(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in city.rglob("*") if path.is_file()}
    for command in (
        ["department", "add", "market-supervision"],
        ["subscriber", "add", "district-one"],
        ["item", "add", "tax-refund"],
        ["item", "add", "tax-credit-grade"],
        ["department", "add", "Court"],
        ["subscriber", "add", "agency", "--kind", "friend"],
    ):
        assert cli.main([*command, "--city", str(city)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
        cli.main([*command, "--city", str(city), "--lang", "zh"])
        assert english_in(capsys.readouterr().err) == []
    assert {path: path.read_bytes() for path in city.rglob("*") if path.is_file()} == before


def test_an_item_whose_mapping_is_there_is_not_written_in_part(city: Path) -> None:
    (city / "mappings" / "parking-fine.yaml").write_text("mine\n", encoding="utf-8")
    assert cli.main(["item", "add", "parking-fine", "--city", str(city)]) == 2
    assert not (city / "catalogue" / "parking-fine").exists()


def test_a_mapping_of_the_city_takes_the_place_of_the_products(city: Path) -> None:
    own = yaml.safe_load(files("creditbus.connectors").joinpath("templates/red-black-lists.yaml").read_text("utf-8"))
    own["title"]["en"] = "Ours"
    (city / "mappings" / "red-black-lists.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    assert "tax-refund" not in templates()
    use_city(read_city(city))
    assert {"tax-refund", "registration"} < set(templates())
    document = template_document("red-black-lists")
    assert document.value["title"]["en"] == "Ours"
    assert document.file == city / "mappings" / "red-black-lists.yaml"


@pytest.mark.parametrize("published", [False, True], ids=["its folder is there", "as it was published"])
def test_a_connector_of_the_city_uses_its_mapping_and_the_table_next_to_it(city: Path, *, published: bool) -> None:
    mapping = city / "mappings" / "tax-refund.yaml"
    table = "tables: {kinds: {path: ./kinds.csv, key: code, value: name}}\ncontent:\n  NR: {lookup: kinds}\n"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("content:\n", table), encoding="utf-8")
    (city / "mappings" / "kinds.csv").write_text("code,name\n1,退税\n", encoding="utf-8")
    assert check_city(city) == []
    use_city(read_city(city))
    if published:  # on a machine that has the bus's addresses alone
        found = PublishedCity.decode(*PublishedCity(3, 0, files_of(current_city())).encode())
        shutil.rmtree(city)
        assert found is not None
        use_city(found.city())
    assert "内容" in titles_of_templates()
    connector = {
        "id": "refunds",
        "department": "administrative-enforcement",
        "item": "tax-refund",
        "kind": "csv",
        "settings": {"path": "refunds.csv"},
        "mapping": "tax-refund",
    }
    Path("connectors.d").mkdir()
    Path("connectors.d/refunds.yaml").write_text(yaml.safe_dump(connector), encoding="utf-8")
    mapper = load_connector(Path("connectors.d/refunds.yaml")).mapper
    assert mapper(Row({"内容": "1"}, file="", sheet="", row=1, position={}), "run").event["content"]["NR"] == "退税"


def test_working_days_of_the_city_are_judged_by(city: Path) -> None:
    year = "notices: [通知]\nholidays: [2027-01-01, 2027-05-01, 2027-10-01..2027-10-08]\nworking_weekends: []\n"
    (city / "working_days" / "2027.yaml").write_text(year, encoding="utf-8")
    assert check_city(city) == []
    calendar = working_calendar(read_city(city).root / "working_days")
    assert calendar.due(date(2027, 9, 30), 1) == date(2027, 10, 11)


def test_without_yes_the_answers_are_asked_for(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("试验市\nTrial\n990200\n990203=东区，990204=西区\n"))
    assert cli.main(["city", "init", "city"]) == 0
    settings = city_settings(read_city(workplace / "city"))
    assert (settings.name.en, settings.code) == ("Trial", "990200")
    assert [one.name for one in settings.districts] == ["东区", "西区"]


def test_the_overlay_that_a_page_shows_can_be_used(city: Path) -> None:
    page = (city / "catalogue" / "README.md").read_text(encoding="utf-8")
    named = page.partition("`：\n")[0].rpartition("`")[2]
    shown = page.partition("```yaml\n")[2].partition("```")[0]
    (city / "catalogue" / named).write_text(shown, encoding="utf-8")
    assert check_city(city) == []
    assert set(yaml.safe_load(shown)) == {"entitled_roles", "due_working_days"}
