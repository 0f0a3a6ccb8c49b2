"""An amount has the unit that the source names; where it names none, nobody guesses: ten thousand times is at stake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import yaml

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.contract import Column, Row, Table
from creditbus.connectors.mapping.units import stated_unit
from creditbus.connectors.setup.skeleton import skeleton
from creditbus.connectors.setup.value_hints import all_say_their_unit
from creditbus.services.domain.catalogue import Catalogue

_ITEM = "administrative-penalty"
_AMOUNT = "CF_NR_FK"  # 罚款金额(万元)


class _Rows:
    """A source of one column of amounts."""

    def __init__(self, column: str, values: Sequence[str]) -> None:
        self._rows = [{column: value} for value in values]

    def read(self, _: object) -> Iterator[Row]:
        for number, cells in enumerate(self._rows, start=1):
            yield Row(cells, "cf", "", number, {})


def _made(
    column: Column, values: Sequence[str], above: tuple[tuple[int, str], ...] = (), field: str = _AMOUNT
) -> tuple[Any, str]:
    item = Catalogue.parse(raw_catalogue()).item(_ITEM)
    assert item is not None
    source: Any = _Rows(column.name, values)
    text = skeleton(item, Table("cf", (column,), above=above), source).text("zh")
    content: Mapping[str, Any] = yaml.safe_load(text)["content"] or {}
    return content.get(field), text


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("罚款(元)", "元"),
        ("罚款金额（万元）", "万元"),
        ("罚款(单位:元)", "元"),
        ("罚款金额，单位：元", "元"),
        ("金额单位：元", "元"),
        ("单位为千元", "千元"),
        ("填报单位：示例局", ""),
        ("罚款（元/人）", ""),
        ("罚款金额", ""),
        ("元旦", ""),
    ],
)
def test_a_title_says_its_unit(title: str, unit: str) -> None:
    assert stated_unit((title,)) == unit


def test_the_nearest_title_counts() -> None:
    assert stated_unit(("罚款", "罚款（万元）", "金额单位：元")) == "万元"


@pytest.mark.parametrize("comment", ["罚款金额（元）", "罚款金额，单位：元"])
def test_a_comment_of_a_database_says_it(comment: str) -> None:
    rule, _ = _made(Column("fk_je", comment), ["3000", "200"])
    assert rule == {"column": "fk_je", "unit": {"from": "元", "to": "万元"}}


def test_a_row_above_the_table_says_it() -> None:
    rule, _ = _made(Column("罚款金额"), ["3000", "5,000元"], ((1, "处罚台账"), (2, "金额单位：元")))
    assert rule == {"column": "罚款金额", "thousands": True, "unit": {"from": "元", "to": "万元", "written": True}}


@pytest.mark.parametrize(
    ("title", "values", "rule"),
    [
        ("没收(元)", ["50"], {"unit": {"from": "元", "to": "万元"}}),
        ("没收(元)", ["5,000", "50元"], {"thousands": True, "unit": {"from": "元", "to": "万元", "written": True}}),
        ("没收", ["50元"], {"unit": {"from": "万元", "to": "万元", "written": True}}),
        ("没收", ["5,000"], {"thousands": True, "unit": {"from": "", "to": "万元"}}),
        ("没收", ["5,000元", "50"], {"thousands": True, "unit": {"from": "", "to": "万元", "written": True}}),
    ],
)
def test_a_guess_that_a_person_has_to_confirm_says_how_its_column_is_read(
    title: str, values: Sequence[str], rule: Mapping[str, Any]
) -> None:
    found, text = _made(Column(title), values, field="CF_NR_WFFF")
    assert found is None
    [line] = [line for line in text.splitlines() if "# CF_NR_WFFF: " in line]
    assert yaml.safe_load(line.partition("# ")[2]) == {"CF_NR_WFFF": {"column": title, **rule}}


def test_a_column_in_the_fields_own_unit_needs_no_rule() -> None:
    rule, _ = _made(Column("罚款金额(万元)"), ["0.3"])
    assert rule == "罚款金额(万元)"


def test_values_that_all_name_their_unit_say_it() -> None:
    rule, _ = _made(Column("罚款金额"), ["3000元", "1.2万元"])
    assert rule == {"column": "罚款金额", "unit": {"from": "万元", "to": "万元", "written": True}}
    assert not all_say_their_unit(["3000元", "5000"])
    assert not all_say_their_unit([])


@pytest.mark.parametrize("values", [["3000", "200"], ["3,000元", "5000"]])
def test_without_a_word_of_it_the_rule_is_left_to_a_person(values: Sequence[str]) -> None:
    rule, text = _made(Column("罚款金额"), values)
    assert rule is None
    (line,) = (line for line in text.splitlines() if f"{_AMOUNT}:" in line)
    assert "column: 罚款金额" in line
    assert "字段单位为万元" in line
