"""What `city check` says of values that a file was made with; and the page of an item's fields."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.city.placeholders import placeholders
from creditbus.services.domain.catalogue.field_meanings import FIELD_MEANINGS, FORMAT_MEANINGS
from creditbus.services.domain.catalogue.fields import Field, Format


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_values_that_a_file_was_made_with_are_a_remark_and_not_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    folder = tmp_path / "example"
    assert cli.main(["city", "init", str(folder), "--yes", "--lang", lang]) == 0
    assert cli.main(["item", "add", "tax-refund", "--city", str(folder), "--lang", lang]) == 0
    capsys.readouterr()
    assert cli.main(["city", "check", str(folder), "--lang", lang]) == 0
    said = capsys.readouterr().err.splitlines()
    found = {(one.file.removeprefix(f"{folder}/"), one.key) for one in placeholders(folder)}
    assert found == {
        ("city.yaml", "name.zh"),
        ("city.yaml", "name.en"),
        ("city.yaml", "code"),
        ("city.yaml", "districts.0.name"),
        ("city.yaml", "districts.1.name"),
        ("departments/administrative-enforcement.yaml", "contact"),
        ("departments/market-supervision.yaml", "contact"),
        ("subscribers/district-one.yaml", "grant.purpose"),
        ("subscribers/district-one.yaml", "grant.legal_basis"),
        ("catalogue/tax-refund/item.yaml", "title.zh"),
        ("catalogue/tax-refund/item.yaml", "title.en"),
        ("catalogue/tax-refund/item.yaml", "legal_basis.0"),
    }
    item = folder / "catalogue" / "tax-refund" / "item.yaml"
    line = item.read_text("utf-8").splitlines().index("legal_basis: [示例管理办法]") + 1
    assert any(one.startswith(f"{item}:{line}: legal_basis.0") for one in said)
    assert any(("a remark, not a fault" if lang == "en" else "仅作提示") in one for one in said)
    assert len(said) == len(found)


def test_what_was_filled_in_and_what_cannot_be_read_has_no_remark(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    arguments = ["--name", "某市", "--name-en", "Some", "--code", "420100", "--district", "420102=江岸区"]
    assert cli.main(["city", "init", str(folder), "--yes", *arguments]) == 0
    for path in folder.glob("departments/*.yaml"):
        path.write_text("contact: [", "utf-8")
    (folder / "subscribers" / "district-one.yaml").write_text("grant: {purpose: 监管, legal_basis: 某条例}", "utf-8")
    assert placeholders(folder) == []


def test_the_page_names_every_key_and_format_of_a_field() -> None:
    read = {one.name for one in fields(Field)} - {"by_value"}
    assert {*FIELD_MEANINGS} == read | {"name", "type", "default"}
    assert {*FORMAT_MEANINGS} == {*Format}
