"""A city's folder: read whole, with its changes laid over the catalogue that is shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.avro_schemas import event_schema, raw_catalogue
from creditbus.topics.city import city_settings, current_city, example_city, read_city, use_city
from creditbus.topics.city.overlay import laid_over
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError

_CITY = """\
name: {zh: 示例市, en: Example}
code: "429900"
time_zone: Asia/Shanghai
partitions: 8
replication: 1
districts:
  - {code: "429901", name: 甲区, aliases: [甲城]}
"""
_DEPARTMENT = "id: tax-bureau\nname: {zh: 税务局, en: Tax bureau}\nuscc: null\ncontact: 数据岗\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "departments").mkdir()
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "city.yaml").write_text(_CITY, encoding="utf-8")
    (tmp_path / "departments" / "tax-bureau.yaml").write_text(_DEPARTMENT, encoding="utf-8")
    yield tmp_path
    use_city(example_city())


def refusal(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_city(folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_what_the_city_says_of_itself(folder: Path) -> None:
    city = read_city(folder)
    settings = city_settings(city)
    assert (settings.name.en, settings.code, settings.partitions) == ("Example", "429900", 8)
    assert [(one.code, one.name, one.aliases) for one in settings.districts] == [("429901", "甲区", ("甲城",))]


@pytest.mark.parametrize(
    ("districts", "place"),
    [
        ("甲区}|乙区, aliases: [甲区]}", "city.yaml:8: districts.1.aliases"),
        ("甲区, aliases: [乙区]}|乙区}", "city.yaml:8: districts.1.name"),
        ("甲区, aliases: [丙, 开发区]}|乙区, aliases: [丁, 开发区]}", "city.yaml:8: districts.1.aliases"),
        ("甲区}|甲区}", "city.yaml:8: districts.1.name"),
        ("甲A区}|甲Ａ区}", "city.yaml:8: districts.1.name"),
    ],
)
def test_a_name_belongs_to_one_district(districts: str, place: str, folder: Path) -> None:
    first, second = (f'  - {{code: "42990{number}", name: {rest}\n' for number, rest in enumerate(districts.split("|")))
    (folder / "city.yaml").write_text(_CITY.partition("  - ")[0] + first + second, encoding="utf-8")
    said = refusal(folder)
    assert said.startswith(f"{place}: ")
    assert "is a name of another district already; leave it with one of them" in said


def test_a_district_may_have_its_own_name_among_its_other_names(folder: Path) -> None:
    (folder / "city.yaml").write_text(_CITY.replace("[甲城]", "[甲区, 甲城]"), encoding="utf-8")
    assert city_settings(read_city(folder)).districts[0].aliases == ("甲区", "甲城")


@pytest.mark.parametrize(
    "name",
    [
        " ",
        "甲区 ",
        " 甲区",
        "\u3000",
        "甲区\u3000",
        "甲\u200b区",
        "\ufeff甲区",
        "甲\n区",
        "甲\u00a0区",
        "甲、乙",
        "甲,乙",
        "甲，990103=乙",
    ],
)
@pytest.mark.parametrize("key", ["name", "aliases"])
def test_a_name_that_no_address_shows_is_refused(key: str, name: str, folder: Path) -> None:
    quoted = json.dumps(name)
    written = _CITY.replace("name: 甲区", f"name: {quoted}") if key == "name" else _CITY.replace("甲城", quoted)
    (folder / "city.yaml").write_text(written, encoding="utf-8")
    assert refusal(folder).startswith(f"city.yaml:7: districts.0.{key}: must be one name as addresses write it")


def test_topics_are_those_of_its_parties_with_its_numbers(folder: Path) -> None:
    use_city(read_city(folder))
    topics = declarations().topics
    assert {name for name in topics if "." in name and not name.startswith(("credit.", "connector."))} == {
        "ingest.tax-bureau",
        "rejects.tax-bureau",
    }
    assert topics["credit.events"].partitions == 8
    assert topics["credit.declarations"].partitions == 1
    assert (topics["credit.events"].replication, topics["credit.events"].min_insync) == (1, 1)


def test_it_stays_as_it_was_read(folder: Path) -> None:
    city = read_city(folder)
    (folder / "departments" / "tax-bureau.yaml").unlink()
    assert set(declarations(city.root).departments) == {"tax-bureau"}


def test_an_overlay_changes_what_it_names_and_leaves_the_rest(folder: Path) -> None:
    text = "disclosure: {withheld_unless_disclosed: null}\nlegal_basis: [本市办法]\n"
    (folder / "catalogue" / "tax-credit-grade.yaml").write_text(text, encoding="utf-8")
    before = raw_catalogue()["tax-credit-grade"].entry
    use_city(read_city(folder))
    after = raw_catalogue()["tax-credit-grade"].entry
    assert after["legal_basis"] == ["本市办法"]
    assert after["disclosure"] == {"by_value": before["disclosure"]["by_value"]}
    assert {key: after[key] for key in after if key not in {"legal_basis", "disclosure"}} == {
        key: before[key] for key in before if key not in {"legal_basis", "disclosure"}
    }


def test_an_item_of_its_own_stands_next_to_those_that_it_carries(folder: Path) -> None:
    with (folder / "city.yaml").open("a", encoding="utf-8") as file:
        file.write("shipped_items: [tax-credit-grade]\n")
    own = folder / "catalogue" / "city-award"
    own.mkdir()
    (own / "item.yaml").write_text("id: city-award\n", encoding="utf-8")
    (own / "v1.avsc").write_text('{"type": "record", "name": "CityAward", "fields": []}', encoding="utf-8")
    use_city(read_city(folder))
    assert set(raw_catalogue()) == {"tax-credit-grade", "city-award"}
    assert event_schema("city-award")["name"] == "CityAwardEvent"
    use_city(example_city())
    assert current_city() is example_city()
    with pytest.raises(KeyError):
        event_schema("city-award")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("catalogue/tax-grade.yaml", "entitled: [court]\n", "catalogue/tax-grade.yaml: changes tax-grade"),
        ("catalogue/tax-credit-grade.yaml", "entitled: [court\n", "catalogue/tax-credit-grade.yaml:2: is not YAML"),
        ("city.yaml", _CITY + "shipped_items: [tax-grade]\n", "city.yaml: shipped_items: tax-grade is not an item"),
        ("city.yaml", _CITY.replace('"429901"', "429901"), "city.yaml:7: districts.0.code: must be"),
        ("city.yaml", _CITY + "time-zone: x\n", "city.yaml:8: time-zone: is not a known key"),
        ("city.yaml", _CITY.replace("Asia/Shanghai", "Asia/Tokyo"), "city.yaml:3: time_zone: must be one of"),
        ("city.yaml", _CITY + '  - {code: "429901", name: 乙区}\n', "city.yaml:8: districts.1.code: stands here"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_key(folder: Path, file: str, text: str, said: str) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    assert refusal(folder).startswith(said)


def test_a_folder_without_a_city_says_how_to_write_one(tmp_path: Path) -> None:
    assert "creditbus city init" in refusal(tmp_path)


def test_an_overlay_is_laid_key_by_key() -> None:
    entry = {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 3}
    assert laid_over(entry, {"a": {"c": 4, "f": 5}, "d": [6], "e": None, "g": {"h": 7}}) == {
        "a": {"b": 1, "c": 4, "f": 5},
        "d": [6],
        "g": {"h": 7},
    }
    assert entry == {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 3}
