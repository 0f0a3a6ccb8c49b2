"""The header is the row whose titles are known best; headers of several rows are joined."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditbus.connectors.common.titles import folded
from creditbus.connectors.contract import Row
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.kinds import kind_named

Write = Callable[..., Path]

_CASES = Path(__file__).parents[3] / "cases"
_TITLES = ["事件类型", "名单名称", "名单类型", "主体类别", "主体名称", "主体代码"]
_TITLES += ["认定单位", "认定单位代码", "列入决定文书号", "法律依据", "列入日期", "备注"]
_DATA = ["列入", "经营异常名录", "黑", "法人及非法人组织", "示例公司", "91990106FC0007002W"]
_DATA += ["示例局", "11990100AU0000010W", "示例1号", "示例条例", "2025-03-03", ""]


def _file(folder: Path, kind: str, rows: Sequence[Sequence[str]]) -> Path:
    path = folder / f"a.{kind}"
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    else:
        book = openpyxl.Workbook()
        sheet = book.create_sheet(index=0)
        for row in rows:
            sheet.append(list(row))
        book.save(path)
    return path


def _read(path: Path, **settings: Any) -> list[Row]:
    kind = kind_named(path.suffix[1:])
    source = kind.open(kind.settings.model_validate({"path": path, **settings}))
    return [row for row in source.read(None) if isinstance(row, Row)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "above",
    [
        [],
        [["示例市红黑名单信息归集表"]],
        [["填报单位：示例局", "", "填报日期：2025-03-31"]],
        [["标题", "x"], ["填报单位", "示例局", "联系人", "甲", "电话", "1", "2", "3", "4", "5", "6", "7", "8"]],
        [["列入", "移出"], [], ["说明：第一列为事件类型", "第二列为名单名称"]],
    ],
)
def test_rows_of_a_form_above_the_header_are_passed_over(tmp_path: Path, kind: str, above: list[list[str]]) -> None:
    [row] = _read(_file(tmp_path, kind, [*above, _TITLES, _DATA]))
    assert dict(row.cells)["主体代码"] == "91990106FC0007002W"
    assert list(row.cells) == _TITLES


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_two_and_three_levels_are_joined(tmp_path: Path, kind: str) -> None:
    top = ["事件类型", "名单信息", "", "主体信息", "", "", "认定信息", "", "", "", "", "备注"]
    middle = ["", "名单名称", "名单类型", "主体", "", "", "认定单位", "认定单位代码", "决定", "", "", ""]
    bottom = ["", *_TITLES[1:11], ""]
    for rows in ([top, bottom, _DATA], [top, middle, bottom, _DATA]):
        [row] = _read(_file(tmp_path, kind, rows))
        assert list(row.cells) == _TITLES


def test_lower_titles_that_occur_twice_are_named_with_their_group(tmp_path: Path) -> None:
    top = ["事件类型", "主体", "", "认定单位", "", "备注"]
    bottom = ["", "名称", "代码", "名称", "代码", ""]
    [row] = _read(_file(tmp_path, "csv", [top, bottom, ["列入", "甲", "1", "乙", "2", "x"]]))
    assert list(row.cells) == ["事件类型", "主体名称", "主体代码", "认定单位名称", "认定单位代码", "备注"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("top", "bottom", "names"),
    [
        (["序号", "甲方", "", "案由"], ["", "字号", "证号"], ["序号", "字号", "证号", "案由"]),  # no title is known
        (["事件类型", "名单类型", "当事人", ""], ["", "", "字号", "证号"], ["事件类型", "名单类型", "字号", "证号"]),
        (["当事人", "", "事件类型", "名单类型"], ["字号", "证号", "", ""], ["字号", "证号", "事件类型", "名单类型"]),
    ],
)
def test_titles_that_nobody_knows_name_the_columns_of_their_group(
    tmp_path: Path, kind: str, top: list[str], bottom: list[str], names: list[str]
) -> None:
    [row] = _read(_file(tmp_path, kind, [["示例台账"], top, bottom, ["a", "b", "c", "d"]]))
    assert list(row.cells) == names


@pytest.mark.parametrize("first", [["列入", "甲", "", "黑"], ["", "甲", "", ""], ["列入", "甲", "乙", "黑"]])
def test_a_row_of_data_is_no_lower_row_of_titles(tmp_path: Path, first: list[str]) -> None:
    top = ["事件类型", "当事人", "", "名单类型"]
    rows = _read(_file(tmp_path, "csv", [top, first, ["列入", "甲", "乙", "丙"]]))
    assert len(rows) == 2


def test_the_cases_are_read(tmp_path: Path) -> None:
    del tmp_path
    assert [row.cells["列入决定文书号"] for row in _read(_CASES / "09-form-rows.csv")] == [
        f"示例表头〔2025〕{number}号" for number in range(3)
    ]
    rows = _read(_CASES / "09-two-level-header.xlsx")
    assert [row.cells["列入决定文书号"] for row in rows] == [f"示例合并〔2025〕{number}号" for number in range(3)]
    assert {row.cells["备注"] for row in rows} == {"备注内容"}


def test_a_mapping_s_own_titles_count_before_those_of_the_templates(write_connector: Write) -> None:
    rows = "甲栏,乙栏,丙栏\n甲,乙,丙\n文号栏,名称栏,日期栏\n1号,示例公司,2025-03-03\n"
    names = {"JDWH": {"column": "文号栏"}, "ZTMC": {"column": "名称栏"}, "LRRQ": {"column": "日期栏"}}
    connector = load_connector(write_connector(rows, overrides={"content": names}))
    [row] = [row for row in connector.open().read(None) if isinstance(row, Row)]
    assert connector.mapper(row, "r").event["content"]["JDWH"] == "1号"


@pytest.mark.parametrize(
    "title",
    [
        "*主体代码",
        "主体代码（必填）",
        "主体\n代码",
        " 主 体 代 码 ",
        "主体代码*(必填项)",
        "＊主体代码【必填】",
        "主体\u200b代码",
    ],
)
def test_titles_are_compared_without_what_people_write_around_them(write_connector: Write, title: str) -> None:
    titles = [title if one == "主体代码" else one for one in _TITLES]
    file = write_connector("")
    with (file.parent / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["示例表"], titles, _DATA])
    connector = load_connector(file)
    [row] = [row for row in connector.open().read(None) if isinstance(row, Row)]
    assert connector.mapper(row, "r").event["claim"]["uscc"] == "91990106FC0007002W"
    assert folded(title) == "主体代码"


def test_titles_that_differ_stay_different() -> None:
    assert folded("行政相对人代码_1(统一社会信用代码)") != folded("行政相对人代码_1")
    assert folded("期限(年)") == folded("期限（年）")
