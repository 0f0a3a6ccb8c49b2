"""`creditbus city check` names every file in a city's folder that nobody reads: what it says would be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.services.cli.city.check import check_city
from tests.english import english_in

# what is renamed, how, and what is named of it
_RENAMED = [
    ("departments/market-supervision.yaml", "departments/market-supervision.yaml.txt", ""),
    ("departments/market-supervision.yaml", "departments/market-supervision.YAML", ""),
    ("departments/market-supervision.yaml", "departments/market-supervision.yml", ""),
    ("departments/market-supervision.yaml", "departments/market-supervision", ""),
    ("departments/market-supervision.yaml", "departments/market-supervision.json", ""),
    ("departments/market-supervision.yaml", "departments/old/market-supervision.yaml", "departments/old"),
    ("departments", "departements", ""),
    ("departments", "Departments", ""),
    ("subscribers/district-one.yaml", "subscribers/district-one.yaml.docx", ""),
    ("subscribers/district-one.yaml", "subscribers/a/b/district-one.yaml", "subscribers/a"),
    ("subscribers", "subscriber", ""),
    ("catalogue/abnormal-operation.yaml", "catalogue/abnormal-operation.yaml.txt", ""),
    ("catalogue/abnormal-operation.yaml", "catalogue/abnormal-operation.Yaml", ""),
    ("catalogue/abnormal-operation.yaml", "catalogue/changes/abnormal-operation.yaml", "catalogue/changes"),
    ("catalogue/tax-refund", "catalogue/own/tax-refund", "catalogue/own"),
    ("catalogue/tax-refund/item.yaml", "catalogue/tax-refund/item.yml", ""),
    ("catalogue/tax-refund/v1.avsc", "catalogue/tax-refund/V1.avsc", ""),
    ("catalogue/tax-refund/v1.avsc", "catalogue/tax-refund/v1.avsc.txt", ""),
    ("catalogue/tax-refund/v1.avsc", "catalogue/tax-refund/schemas/v1.avsc", "catalogue/tax-refund/schemas"),
    ("catalogue", "catalog", ""),
    ("mappings/tax-refund.yaml", "mappings/tax-refund.yaml.txt", ""),
    ("mappings/tax-refund.yaml", "mappings/tax/tax-refund.yaml", "mappings/tax"),
    ("mappings/kinds.csv", "mappings/kinds.xlsx", ""),
    ("mappings/kinds.csv", "mappings/kinds.CSV", ""),
    ("working_days/2027.yaml", "working_days/2027.txt", ""),
    ("working_days", "working-days", ""),
]


@pytest.fixture
def whole(city: Path) -> Path:
    """A city with a file of every kind, in which nothing is wrong."""
    (city / "mappings" / "kinds.csv").write_text("代码,名称\n1,退税\n", encoding="utf-8")
    days = "notices: [国办发明电]\nholidays: [2027-01-01, 2027-05-01, 2027-10-01..2027-10-03]\nworking_weekends: []\n"
    (city / "working_days" / "2027.yaml").write_text(days, encoding="utf-8")
    assert check_city(city) == []
    return city


@pytest.mark.parametrize(("old", "new", "named"), _RENAMED)
def test_what_nobody_reads_is_named(old: str, new: str, named: str, whole: Path) -> None:
    (whole / new).parent.mkdir(parents=True, exist_ok=True)
    (whole / old).rename(whole / new)
    (found,) = [fault for fault in check_city(whole) if fault.problem == "is not read"]
    assert found.file == str(whole / (named or new))
    assert found.fix
    assert english_in(found.text().zh.replace(found.file, "").replace(".md", "")) == []


def test_of_two_schemas_with_one_number_the_one_that_is_not_read_is_named(whole: Path) -> None:
    own = whole / "catalogue" / "tax-refund"
    (own / "v01.avsc").write_bytes((own / "v1.avsc").read_bytes())
    (found,) = check_city(whole)
    assert found.file in {str(own / "v01.avsc"), str(own / "v1.avsc")}


def test_notes_and_what_editors_and_systems_leave_are_passed_over(whole: Path) -> None:
    for folder in ("departments", "subscribers", "catalogue", "catalogue/tax-refund", "mappings", "working_days"):
        for name in (
            "notes.md",
            "README.MD",
            "a.yaml~",
            ".a.yaml.swp",
            "a.yaml.bak",
            ".DS_Store",
            "Thumbs.db",
            "~$a.xlsx",
        ):
            (whole / folder / name).touch()
        (whole / folder / ".git").mkdir()
        (whole / folder / ".git" / "config").touch()
    for name in ("docs", "deployments", "connectors.d", "state"):
        (whole / name).mkdir()
        (whole / name / "a.yaml").touch()
    assert check_city(whole) == []


def test_a_table_in_a_folder_of_the_mappings_is_read(whole: Path) -> None:
    (whole / "mappings" / "tables").mkdir()
    (whole / "mappings" / "kinds.csv").rename(whole / "mappings" / "tables" / "kinds.csv")
    assert check_city(whole) == []
