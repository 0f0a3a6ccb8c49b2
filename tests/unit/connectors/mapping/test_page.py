"""The page of the mapping language: complete, and its examples are true."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from creditbus.connectors.contract import Row
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.page import PREFIXES, keys_of, mapping_page
from creditbus.connectors.mapping.page_examples import EXAMPLES, LOOKUP_TABLE, WHOLE, Case
from creditbus.connectors.mapping.page_messages import MEANINGS
from creditbus.connectors.mapping.schema import mapping_schema
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.templates import template_document, templates
from tests.examples import EXAMPLES as EVENTS
from tests.json_schema import schema_faults

_CONFIGURATION = """\
id: one
department: administrative-enforcement
item: administrative-penalty
kind: csv
settings: {path: rows.csv}
mapping: mapping.yaml
"""
_KEYS = [name for model in PREFIXES for name, _ in keys_of(model)]
_CASES = [(name, example.yaml, case) for name, example in EXAMPLES.items() for case in example.cases]


def test_every_key_of_the_model_has_its_meaning_and_an_example() -> None:
    assert sorted(MEANINGS) == sorted(_KEYS)
    assert set(EXAMPLES) <= set(_KEYS)
    alone = {"unit.from", "unit.to", "table.path", "table.key", "table.value"}  # shown with the key that holds them
    assert sorted(set(_KEYS) - set(EXAMPLES)) == sorted(alone)


@pytest.mark.parametrize(
    ("name", "text", "case"), _CASES, ids=[f"{name} {number}" for number, (name, _, _) in enumerate(_CASES)]
)
def test_an_example_gives_what_the_page_says(tmp_path: Path, name: str, text: str, case: Case) -> None:
    whole = text if name == "mapping.item" else f"item: administrative-penalty\n{text}"
    (tmp_path / "one.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(whole, encoding="utf-8")
    (tmp_path / "authorities.csv").write_text(LOOKUP_TABLE, encoding="utf-8")
    connector = load_connector(tmp_path / "one.yaml")
    event: Any = connector.mapper(Row(case.cells, case.file, case.sheet, 2, 2), "run").event
    part, _, field = case.field.rpartition(".")
    value = event[part or "content"][field]
    assert (value if value is None else str(value)) == case.value
    # the rest of a sound event: of several empty fields the first alone is named
    content = EVENTS["administrative-penalty"].content | ({} if part else {field: value})
    faults = connector.validator().faults(content, date(2026, 6, 1))
    assert {fault.reason.value for fault in faults if fault.field == field} == ({case.reason} - {""})


def test_the_whole_mapping_of_the_page_loads(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(WHOLE, encoding="utf-8")
    assert load_connector(tmp_path / "one.yaml").mapper.item.id == "administrative-penalty"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_key_in_each_language(language: Any) -> None:
    page = mapping_page(language)
    for name, meaning in MEANINGS.items():
        assert f"`{name.partition('.')[2]}`" in page
        assert (meaning.zh if language == "zh" else meaning.en) in page


@pytest.mark.parametrize("name", templates())
def test_the_schema_admits_every_template(name: str) -> None:
    assert list(schema_faults(mapping_schema(), template_document(name).value)) == []


@pytest.mark.parametrize("text", [WHOLE, "content:\nclaim:\n  # later\n", *(one.yaml for one in EXAMPLES.values())])
def test_the_schema_admits_the_examples(text: str) -> None:
    value = {"item": "administrative-penalty", **yaml.safe_load(text)}
    assert list(schema_faults(mapping_schema(), value)) == []


@pytest.mark.parametrize(
    "text",
    [
        "contents: {}",
        "content: {CF_WSH: {colum: x}}",
        "content: {CF_NR_FK: {unit: {from: 角, to: 万元}}}",
        "claim: {usc: x}",
        "content: {CF_JDRQ: {day_numbers: 1901}}",
        "further_key: [{column: 1}]",
    ],
)
def test_the_schema_refuses_what_the_model_refuses(text: str) -> None:
    value = {"item": "administrative-penalty", **yaml.safe_load(text)}
    assert list(schema_faults(mapping_schema(), value)) != []
    with pytest.raises(ValueError, match="validation error"):
        MappingModel.model_validate(value)
