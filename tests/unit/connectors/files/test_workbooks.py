"""Workbooks of either format: how numbers are shown, which sheets are read, what merged cells hold, errors."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Cell, Column, Defect, Row, Table
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.files.sheet_cells import FaultyCell, SheetNumber
from creditbus.connectors.files.sheet_choice import proposed_sheet
from creditbus.connectors.files.source import FileSource
from creditbus.connectors.mapping.cells import typed_text
from creditbus.connectors.returned.sheets import (
    CorrectedRow,
    Reference,
    ReturnedSheet,
    ReturnedSheetRow,
    free_name,
    read,
    write,
)
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.kinds import kind_named
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector.app import app
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.statements import Place
from tests.harness.workbooks import ERRORS, write_workbook
from tests.harness.xls_writer import write_xls

Write = Callable[..., Path]
CASES = Path(__file__).parents[3] / "cases"
TODAY = date(2026, 1, 1)
FORMATS = ("xlsx", "xls")


def _source(path: Path, **settings: Any) -> FileSource:
    kind = kind_named("files")
    source = kind.open(kind.settings.model_validate({"path": path, **settings}))
    assert isinstance(source, FileSource)
    return source


def _rows(path: Path, **settings: Any) -> list[Row]:
    found = []
    for row in _source(path, **settings).read(None):
        assert isinstance(row, Row), row
        found.append(row)
    return found


def _said(cell: Any) -> Any:
    """Give what a cell says: its text as its sheet shows it, or why there is none."""
    if isinstance(cell, FaultyCell):
        return (str(cell), cell.reason.value)
    if isinstance(cell, SheetNumber):
        return cell.shown if cell.shown is not None else cell.reason.value
    return typed_text(cell)


DAY, ROUNDED, FORMATTED = 45719, "NUMBER_ROUNDED", "NUMBER_FORMATTED"
Rows = Sequence[Sequence[Any]]

SHOWN = [
    # days and times
    (DAY, "yyyy/m/d", "2025-03-03"),
    (DAY, 'yyyy"年"m"月"d"日";@', "2025-03-03"),
    (DAY, '[DBNum1][$-804]yyyy"年"m"月"d"日";@', "2025-03-03"),
    (DAY, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2025-03-03"),
    (DAY, 'm"月"d"日"', "2025-03-03"),
    (DAY, 'yyyy"年"m"月"', "2025-03-03"),
    (DAY, "[$-404]e/m/d", "2025-03-03"),
    (DAY, "aaaa", "2025-03-03"),
    (DAY, "YYYY-MM-DD", "2025-03-03"),
    (DAY, "[>0]yyyy-mm-dd;@", "2025-03-03"),
    (DAY + 0.5, "yyyy/m/d h:mm", "2025-03-03 12:00:00"),
    (0.75, 'h"时"mm"分"', "18:00:00"),
    (0.75, '上午/下午h"时"mm"分"', "18:00:00"),
    (1.25, "[h]:mm:ss", "1 day, 6:00:00"),
    # digits and literals
    (12, "0000", "0012"),
    (12, '"示异列〔2025〕"0"号"', "示异列〔2025〕12号"),
    (12, "\\第000\\号", "第012号"),
    (12, "0!号", "12号"),
    (12, "（0）", "（12）"),
    (12, '"A;B"0', "A;B12"),
    (12, '[Red]"d"0', "d12"),
    (12, "[$示-804]0", "示12"),
    (12, "#", "12"),
    (12, "0_ ", "12"),
    (12, 'General"号"', "12号"),
    (12, 'G/通用格式"号"', "12号"),
    (-12, "0000", "-0012"),
    (-12, "0;[Red]（0）", "（12）"),
    (0, "0;-0;;@", ""),
    (0, '0;-0;"无"', "无"),
    (20250303, "0000-00-00", "2025-03-03"),
    (12, "@", "12"),
    (12, "General", "12"),
    (999_999_999_999_999, "0", "999999999999999"),
    # what is neither
    (1234, "#,##0", FORMATTED),
    (12, "0.00", FORMATTED),
    (5, "0%", FORMATTED),
    (12, "¥#,##0.00;¥-#,##0.00", FORMATTED),
    (12, "0.00E+00", FORMATTED),
    (12, "# ?/?", FORMATTED),
    (12, "[DBNum2]0", FORMATTED),
    (12, "[>10]0;00", FORMATTED),
    (12, ";;;", FORMATTED),
    (12, '"已删"', FORMATTED),
    (0.5, "0.00", ROUNDED),
    (2025.1, "General", ROUNDED),
    (2.0250303000012e19, "General", ROUNDED),
    (42010620250303000, "0", ROUNDED),
    (42010620250303000, '"号"0', ROUNDED),
]


@pytest.mark.parametrize("form", FORMATS)
def test_a_number_is_what_its_sheet_shows(tmp_path: Path, form: str) -> None:
    rows: Rows = [["a", "b"], *([f"{number}", (value, code)] for number, (value, code, _) in enumerate(SHOWN))]
    found = _rows(write_workbook(tmp_path / f"a.{form}", {"甲": rows}))
    assert [_said(row.cells["b"]) for row in found] == [said for _, _, said in SHOWN]


TEXTS = [
    # with literals
    ("12", '"示异列〔2025〕"@"号"', "示异列〔2025〕12号"),
    ("12", "第@号", "第12号"),
    ("12", '0;-0;0;"第"@', "第12"),
    ("12", '0;"第"@', "第12"),
    ("12", '[Red]"第"@', "第12"),
    ("12", "[$示-804]@", "示12"),
    ("12", "@\\号", "12号"),
    ("12", '[>0]0;"第"@', "第12"),
    ("12", '0;-0;0;"第"General', "第12"),
    ("十二", 'yyyy/m/d;"第"@', "第十二"),
    # as it is
    *(("012", code, "012") for code in ("@", "General", "0000", '"示"0"号"', "yyyy/m/d", 'yyyy"年"m"月"d"日";@')),
    *(("012", code, "012") for code in ("0;-0;;@", "[Red]@", "#,##0", 'General"号"', "[DBNum1][$-804]yyyy;@", "_(@_)")),
    # hidden, or by more than literals
    *(
        ("12", code, ("12", FORMATTED))
        for code in (";;;", '0;-0;0;"无"', "0;0;0;0", '0;0;0;"第"0', "[DBNum2]@", "[>5]@")
    ),
]


@pytest.mark.parametrize("form", ["xls", "xlsx", "formulas"])
def test_a_text_is_what_its_sheet_shows(tmp_path: Path, form: str) -> None:
    rows: Rows = [["a", "b"], *([f"{number}", (value, code)] for number, (value, code, _) in enumerate(TEXTS))]
    path = write_workbook(tmp_path / f"a.{form if form == 'xls' else 'xlsx'}", {"甲": rows})
    if form == "formulas":
        _changed(path, {"xl/worksheets/sheet1.xml": _of_formulas})
    assert [_said(row.cells["b"]) for row in _rows(path)] == [said for _, _, said in TEXTS]


def _of_formulas(sheet: str) -> str:
    """Make texts what formulas gave."""
    return re.sub('t="inlineStr"><is><t>(.*?)</t></is>', r't="str"><f>A1</f><v>\1</v>', sheet)


@pytest.mark.parametrize("form", FORMATS)
def test_a_number_that_its_format_makes_of_a_text_is_the_key(write_connector: Write, tmp_path: Path, form: str) -> None:
    head, *lines = (CASES / "17-invisible.csv").read_text("utf-8").splitlines()
    names, cells = head.split(","), lines[3].split(",")
    place = names.index("列入决定文书号")
    codes = ('"示异列〔2025〕"@"号"', '"示异列〔2024〕"@"号"', ";;;")
    rows = [[*cells[:place], ("12", code), *cells[place + 1 :]] for code in codes]
    write_workbook(tmp_path / f"a.{form}", {"甲": [names, *rows]})
    connector = load_connector(write_connector("", kind=form, settings={"path": f"a.{form}"}))
    found = preview(connector, TODAY)
    assert [(one.row, one.column, one.reason) for one in found.shown] == [(4, "JDWH", Reason.NUMBER_FORMATTED)]
    events = [connector.mapper(row, "r").event for row in connector.open().read(None) if isinstance(row, Row)]
    numbers = ["示异列〔2025〕12号", "示异列〔2024〕12号", "12"]
    assert [event["header"]["document_no"] for event in events] == numbers


CHINESE = [
    *((identity, DAY, "2025-03-03") for identity in (14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58)),
    *((identity, 0.5, "12:00:00") for identity in (18, 19, 20, 21, *range(32, 36), 45, 47, 55, 56)),
    *((identity, DAY, "2025-03-03") for identity in (34, 35, 55, 56)),  # days in Japan and Korea
    *((identity, 12, "12") for identity in (0, 1, 49, 63, 163)),
    *((identity, 12, FORMATTED) for identity in (2, 3, 4, 5, 9, 10, 11, 12, 37, 41, 44, 48)),
]


@pytest.mark.parametrize("form", FORMATS)
def test_built_in_formats_are_those_of_a_chinese_edition(tmp_path: Path, form: str) -> None:
    found = [_said(cell) for cell in _by_id(tmp_path / f"a.{form}", [(number, one) for one, number, _ in CHINESE], {})]
    assert found == [said for _, _, said in CHINESE]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_means_its_own_code_by_an_id(tmp_path: Path, form: str) -> None:
    own = {31: "0000", 57: '"第"0"号"', 14: "yyyy-mm-dd", 20: "0.0", 180: "yyyy/m/d"}
    cells = [(12, 31), (12, 57), (DAY, 14), (12, 20), (DAY, 180)]
    found = [_said(cell) for cell in _by_id(tmp_path / f"a.{form}", cells, own)]
    assert found == ["0012", "第12号", "2025-03-03", FORMATTED, "2025-03-03"]


def _by_id(path: Path, cells: Sequence[tuple[float, int]], own: dict[int, str]) -> list[Any]:
    """Write cells with formats of these ids and read them back."""
    if path.suffix == ".xls":
        rows: Rows = [["a", "b"], *([f"{place}", cell] for place, cell in enumerate(cells))]
        write_xls(path, {"甲": rows}, formats=own)
    else:
        write_workbook(path, {"甲": [["a", "b"], *([f"{place}", cell[0]] for place, cell in enumerate(cells))]})
        codes = "".join(
            f'<numFmt numFmtId="{one}" formatCode="{code.replace(chr(34), "&quot;")}"/>' for one, code in own.items()
        )
        styles = "".join(f'<xf numFmtId="{identity}"/>' for _, identity in cells)
        xml = f'<styleSheet><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>'
        changes: dict[str, Callable[[str], str]] = {"xl/styles.xml": lambda _: xml, "xl/worksheets/sheet1.xml": _styled}
        _changed(path, changes)
    return [row.cells["b"] for row in _rows(path)]


def _styled(sheet: str) -> str:
    parts = sheet.split('<c r="B')
    return '<c r="B'.join(
        [*parts[:2], *(part.replace('"', f'" s="{place}"', 1) for place, part in enumerate(parts[2:], 1))]
    )


def _changed(path: Path, changes: Mapping[str, Callable[[str], str]], names: Callable[[str], str] = str) -> Path:
    """Change parts of an archive, and what they are called."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(names(name), changes[name](text) if name in changes else text)
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_days_may_count_from_1904(tmp_path: Path, form: str) -> None:
    rows: Rows = [["a", "b"], ["1", (DAY - 1462, "yyyy/m/d")]]
    [row] = _rows(write_workbook(tmp_path / f"a.{form}", {"甲": rows}, from_1904=True))
    assert row.cells["b"] == datetime(2025, 3, 3)  # noqa: DTZ001 -- a day of a sheet


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("number", [60, -1, 99_999_999])
def test_a_day_that_does_not_exist_refuses_its_row(tmp_path: Path, form: str, number: int) -> None:
    path = write_workbook(tmp_path / f"a.{form}", {"甲": [["a", "b"], ["1", (number, "yyyy/m/d")], ["2", "3"]]})
    defect, row = _source(path).read(None)
    assert isinstance(defect, Defect)
    assert "is shown as" in defect.detail
    assert isinstance(row, Row)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_what_the_sheet_shows_and_no_value(tmp_path: Path, form: str, error: str) -> None:
    path = write_workbook(tmp_path / f"a.{form}", {"甲": [["a", "b"], ["1", error], ["2", "3"]]})
    first, second = _rows(path)
    assert (_said(first.cells["b"]), second.cells["b"]) == ((error, "CELL_ERROR"), "3")


def test_a_sum_that_was_never_computed_stands_in_a_row_of_notes(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"甲": [["a", "b"], ["1", 2], [" 合计", "=SUM(B2:B2)"]]})
    assert [row.row for row in _rows(path, note_prefixes=["合计"])] == [2]
    assert _said(_rows(path)[1].cells["b"]) == ("=SUM(B2:B2)", "CELL_ERROR")


THREE: Mapping[str, Rows] = {
    "封面": [["示例名单", None], ["单位", "示例局"], ["人", "示例"]],
    "1月": [["文号", "名称"], ["1号", "甲"], ["2号", "乙"]],
    "2月": [["标题", None], ["名称", "文号", "备注"], ["丙", "3号", "x"]],
    "空": [["文号", "名称"]],
    "旧": [["文号", "名称"], ["9号", "旧"]],
    "说明": [["填表说明"]],
}


@pytest.mark.parametrize("form", FORMATS)
def test_all_sheets_that_look_alike_are_read_and_the_others_named(tmp_path: Path, form: str) -> None:
    path = write_workbook(tmp_path / f"a.{form}", THREE, hidden=["旧"])
    source = _source(path, sheet="*")
    rows = list(source.read(None))
    assert [(row.sheet, row.row) for row in rows] == [("1月", 2), ("1月", 3), ("2月", 3)]
    assert rows[2].cells == {"名称": "丙", "文号": "3号", "备注": "x"}  # type: ignore[union-attr]
    assert [table.name for table in source.discover() if table.is_read] == ["1月", "2月", "空"]
    [remark] = [one for one in source.remarks() if "not read" in one]
    assert remark.startswith("sheets with rows that are not read: 封面, 说明;")
    for row in rows:
        assert list(_source(path, sheet="*").read(row.position)) == rows[rows.index(row) + 1 :]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sheet", ["*", 0, "1月"])
def test_the_only_row_of_a_sheet_is_not_taken_for_its_header(tmp_path: Path, form: str, sheet: str | int) -> None:
    sheets: Mapping[str, Rows] = {
        "1月": [["文号", "名称"], ["1号", "甲"]],
        "4月": [["4号", "丁"]],
        "5月": [[None, None], ["5号", "戊"]],
        "空": [["文号", "名称"]],
    }
    source = _source(write_workbook(tmp_path / f"a.{form}", sheets), sheet=sheet)
    assert len(list(source.read(None))) == 1
    [remark] = [one for one in source.remarks() if "not read" in one]
    assert remark.startswith("sheets with rows that are not read: 4月, 5月;")
    assert "4月, 5月;" in source.check()[-1].message


@pytest.mark.parametrize("form", FORMATS)
def test_the_first_sheet_is_the_first_one_that_is_visible(tmp_path: Path, form: str) -> None:
    head = ["文号", "名称"]
    sheets: Mapping[str, Rows] = {name: [head, [f"{name}号", name]] for name in ("旧", "旧2", "新", "新2")}
    path = write_workbook(tmp_path / f"a.{form}", sheets, hidden=["旧", "旧2"])
    source = _source(path)
    assert [row.sheet for row in source.read(None)] == ["新"]
    assert [table.name for table in source.discover() if table.is_read] == ["新"]
    assert [one for one in source.remarks() if "hidden" in one] == []
    for sheet, names, remarked in ((1, ["旧2"], ["旧2"]), ([0, 0, 2, "旧"], ["新", "旧"], []), ("旧", ["旧"], [])):
        source = _source(path, sheet=sheet)
        assert [row.sheet for row in source.read(None)] == names
        said = [one.partition(": ")[2].partition(";")[0] for one in source.remarks() if "are hidden" in one]
        assert said == remarked
        assert any("are hidden" in one.message for one in source.check()) is bool(remarked)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sheet", [["2月", "1月"], [2, "1月"]])
def test_several_sheets_are_read_in_the_order_of_their_list(tmp_path: Path, form: str, sheet: list[str | int]) -> None:
    source = _source(write_workbook(tmp_path / f"a.{form}", THREE), sheet=sheet)
    assert [row.sheet for row in source.read(None)] == ["2月", "1月", "1月"]
    assert [one.subject for one in source.check()] == ["file", "rows", "sheets"]
    assert "封面, 旧, 说明" in source.check()[-1].message


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", THREE)
    with pytest.raises(SourceError, match=r"has no sheet '4月'; settings\.sheet is one of: 封面, 1月"):
        list(_source(path, sheet=["1月", "4月"]).read(None))


@pytest.mark.parametrize("form", FORMATS)
def test_positions_in_an_archive_name_file_and_sheet(tmp_path: Path, form: str) -> None:
    for name in ("b", "c"):
        write_workbook(tmp_path / f"{name}.{form}", {key: THREE[key] for key in ("1月", "2月")})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("b", "c"):
            archive.write(tmp_path / f"{name}.{form}", f"{name}.{form}")
    rows = list(_source(tmp_path / "a.zip", sheet="*").read(None))
    assert len(rows) == 6
    for place, row in enumerate(rows):
        assert list(_source(tmp_path / "a.zip", sheet="*").read(row.position)) == rows[place + 1 :]


MERGED: Rows = [
    ["文号", "单位", "日期", "备注"],
    ["1号", "示例局", (DAY, "yyyy/m/d"), "x"],
    ["2号", None, None, None],
    ["3号", None, "2025-03-04", None],
    ["4号", "别的局", "2025-03-05", "宽"],
]
RANGES = {"甲": ["B2:B4", "C2:C3", "A7:D9"]}


@pytest.mark.parametrize("form", FORMATS)
def test_merged_cells_are_filled_where_the_setting_says_so(tmp_path: Path, form: str) -> None:
    rows = _rows(write_workbook(tmp_path / f"a.{form}", {"甲": MERGED}, merges=RANGES), merged_cells="fill")
    assert [[typed_text(cell) for cell in row.cells.values()] for row in rows] == [
        ["1号", "示例局", "2025-03-03", "x"],
        ["2号", "示例局", "2025-03-03", None],
        ["3号", "示例局", "2025-03-04", None],
        ["4号", "别的局", "2025-03-05", "宽"],
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_merged_cells_are_named_otherwise(tmp_path: Path, form: str) -> None:
    path = write_workbook(tmp_path / f"a.{form}", {"甲": MERGED}, merges=RANGES)
    named = [[_said(cell) for cell in row.cells.values()] for row in _rows(path)]
    unit, day = ("B2:B4", "CELL_MERGED"), ("C2:C3", "CELL_MERGED")
    assert named[1:3] == [["2号", unit, day, None], ["3号", unit, "2025-03-04", None]]
    assert [row.cells["单位"] for row in _rows(path, merged_cells="empty")] == ["示例局", None, None, "别的局"]
    rest = list(_source(path).read(2))
    assert [_said(cell) for cell in rest[0].cells.values()][1] == unit  # type: ignore[union-attr]


def test_a_merge_across_columns_and_one_of_the_title_or_of_nothing(tmp_path: Path) -> None:
    rows: Rows = [
        ["标题", None, None],
        ["文号", "单位", None],
        ["1号", "示例局", None],
        ["2号", None, "y"],
        ["3号", None, None],
    ]
    path = write_workbook(tmp_path / "a.xlsx", {"甲": rows}, merges={"甲": ["A1:C1", "B3:C3", "B4:B5"]})
    first, second, third = _source(path, merged_cells="fill", header_row=2).read(None)
    assert isinstance(first, Row)
    assert first.cells == {"文号": "1号", "单位": "示例局"}
    assert isinstance(second, Defect)
    assert isinstance(third, Row)
    assert third.cells["单位"] is None


def _upper(name: str) -> str:
    return name.replace("xl/workbook.xml", "XL/Workbook.XML").replace("sheet1", "Sheet1").replace("styles", "STYLES")


def _slashed(name: str) -> str:
    return name.replace("/", "\\")


def _rooted(name: str) -> str:
    return f"/{name}"


@pytest.mark.parametrize("names", [_upper, _slashed, _rooted, str.lower])
def test_names_of_parts_are_compared_without_case_and_either_slash(tmp_path: Path, names: Callable[[str], str]) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"甲": [["a", "b"], ["1", (12, "0000")]]})
    assert _said(_rows(_changed(path, {}, names))[0].cells["b"]) == "0012"


def test_the_workbook_is_where_the_package_says(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"甲": [["a", "b"], ["1", (12, "0000")]]})

    def moved(text: str) -> str:
        return text.replace("xl/", "office\\").replace("workbook.xml", "book2.xml")

    changes = dict.fromkeys(("_rels/.rels", "xl/_rels/workbook.xml.rels"), moved)
    names = {"xl/workbook.xml": "office/book2.xml", "xl/_rels/workbook.xml.rels": "office/_rels/book2.xml.rels"}
    _changed(path, changes, lambda name: names.get(name, name).replace("xl/", "office/"))
    assert _said(_rows(path)[0].cells["b"]) == "0012"


def test_a_workbook_whose_styles_are_gone_is_not_read_without_them(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"甲": [["a", "b"], ["1", (12, "0000")]]})
    _changed(path, {}, lambda name: name.replace("styles", "lost"))
    with pytest.raises(SourceError, match=r"has no xl/styles\.xml; save it again"):
        _rows(path)


def _lists(write_connector: Write, case: str, **settings: Any) -> Path:
    return write_connector("", kind="files", settings={"path": str(CASES / case), **settings})


@pytest.mark.parametrize(
    ("case", "settings", "keys"),
    [
        ("01-date-formats.xlsx", {}, [f"示例日期〔2025〕{number}号" for number in range(2, 13)]),
        (
            "02-number-formats.xlsx",
            {},
            ["0012", "示异列〔2025〕12号", "示异列〔2025〕13号", "示异列〔2024〕12号"],
        ),
        (
            "11-three-sheets.xlsx",
            {"sheet": "*"},
            [f"示例{m}月〔2025〕{n}号" for m, n in zip("一一二二二三三", range(7), strict=True)],
        ),
        ("12-part-names-case.xlsx", {}, ["示例共享〔2025〕0号", "示例共享〔2025〕1号"]),
        ("12-part-names-backslash.xlsx", {}, ["示例反斜〔2025〕0号", "示例反斜〔2025〕1号"]),
        ("21-merged-cells.xlsx", {"merged_cells": "fill"}, [f"示例合格〔2025〕{number}号" for number in range(3)]),
    ],
)
def test_every_row_of_these_is_published_under_the_key_that_is_shown(
    write_connector: Write, case: str, settings: dict[str, Any], keys: list[str]
) -> None:
    found = preview(load_connector(_lists(write_connector, case, **settings)), TODAY, limit=100)
    assert [(fate.becomes, fate.document_no) for fate in found.fates] == [("published", key) for key in keys]


@pytest.mark.parametrize(
    ("case", "findings"),
    [
        (
            "03-long-numbers.xlsx",
            [(2, "JDWH", "2.02503E+19"), (3, "JDWH", "2.02503E+19"), (4, "JDWH", "4.20106E+16")],
        ),
        ("21-merged-cells.xlsx", [(3, "RDDW", "G2:G4"), (4, "RDDW", "G2:G4")]),
    ],
)
def test_every_row_of_these_is_refused_with_its_own_reason(
    write_connector: Write, case: str, findings: list[tuple[int, str, str]]
) -> None:
    found = preview(load_connector(_lists(write_connector, case)), TODAY)
    reason = Reason.NUMBER_ROUNDED if case.startswith("03") else Reason.CELL_MERGED
    assert [(one.row, one.column, one.value) for one in found.shown if one.reason is reason] == findings
    assert dict(found.reasons) == {reason: len(findings)}


def test_a_preview_names_the_sheets_that_are_not_read_and_judges_the_columns_of_those_that_are(
    write_connector: Write,
) -> None:
    found = preview(load_connector(_lists(write_connector, "11-three-sheets.xlsx")), TODAY)
    assert [remark.partition(";")[0] for remark in found.remarks] == ["sheets with rows that are not read: 2月, 3月"]
    assert len(found.columns) == 1
    whole = preview(load_connector(_lists(write_connector, "11-three-sheets.xlsx", sheet="*")), TODAY)
    assert (whole.remarks, len(whole.columns), whole.publishable) == ((), 3, 7)


def _header(*names: str) -> tuple[Column, ...]:
    return tuple(map(Column, names))


@pytest.mark.parametrize(
    ("sheets", "wanted", "proposed"),
    [
        ({"1月": "ab", "2月": "ab"}, "1月", "*"),
        ({"1月": "ab", "2月": "abc", "封面": "xy"}, "2月", "*"),
        ({"许可": "abc", "处罚": "xyz"}, "许可", None),
        ({"许可": "abc", "处罚": "xyz"}, "处罚", "处罚"),
        ({"许可": "abcd", "处罚": "xyz", "处罚2": "xyz", "许可2": "abcd"}, "处罚", ["处罚", "处罚2"]),
        ({"许可": "abcd"}, "", None),
    ],
)
def test_init_proposes_the_sheets_that_have_one_header(sheets: dict[str, str], wanted: str, proposed: Any) -> None:
    tables = [
        Table(name, _header(*columns), details={"sheet": name}, is_read=not place)
        for place, (name, columns) in enumerate(sheets.items())
    ]
    assert proposed_sheet(tables, wanted) == proposed


def test_init_writes_that_all_sheets_are_read(tmp_path: Path) -> None:
    arguments = ["init", "--department", "credit-office", "--source", str(CASES / "11-three-sheets.xlsx")]
    done = CliRunner().invoke(app, [*arguments, "--folder", str(tmp_path), "--yes"])
    assert done.exit_code == 0, done.output
    assert "sheet: '*'" in next(tmp_path.glob("*.yaml")).read_text("utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_a_long_number_has_no_digits_that_binary_fractions_add(tmp_path: Path, form: str) -> None:
    path = write_workbook(tmp_path / f"a.{form}", {"甲": [["a", "b"], [2.0250303000012e19, 1234.1]]})
    assert [typed_text(cell) for cell in _rows(path)[0].cells.values()] == ["20250303000012000000", "1234.1"]


def test_days_and_spans_of_a_sheet_are_typed(tmp_path: Path) -> None:
    rows: Rows = [["a", "b", "c"], [(DAY, "yyyy/m/d"), (0.5, "h:mm"), (1.5, "[h]:mm")]]
    [row] = _rows(write_workbook(tmp_path / "a.xls", {"甲": rows}))
    assert list(row.cells.values()) == [datetime(2025, 3, 3), time(12), timedelta(hours=36)]  # noqa: DTZ001 -- a day of a sheet


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_refused_row_is_given_back_as_its_sheet_shows_it(tmp_path: Path, ending: str) -> None:
    cells: Mapping[str, Cell] = {
        "文号": SheetNumber(12, "0012"),
        "金额": SheetNumber(1.5),
        "单位": FaultyCell("#N/A", Reason.CELL_ERROR),
    }
    row = ReturnedSheetRow(Reference("lists", Place("run", "a.xlsx", "甲", 2), 1), cells, frozenset(), "x")
    write(tmp_path / f"r.{ending}", [ReturnedSheet("甲", list(map(Column, cells)), [row])])
    [back] = read(tmp_path / f"r.{ending}")
    assert isinstance(back, CorrectedRow)
    assert [typed_text(cell) for cell in back.cells.values()] == ["0012", "1.5", "#N/A"]


@pytest.mark.parametrize(
    "text", ["条\x01例", "a_x0001_b", "_x005F_x0001_", "\x00", "\x1f", "一\r\n二", "\ufffe", "_x_", "=1+1", "x_x00_y"]
)
def test_a_cell_that_xml_cannot_hold_is_given_back_and_read_as_it_is(tmp_path: Path, text: str) -> None:
    reference = Reference("lists", Place("run", "a.xlsx", "甲", 2), 1)
    row = ReturnedSheetRow(reference, {"文号": f"甲{text}乙"}, frozenset({"文号"}), f"因{text}")
    write(tmp_path / "r.xlsx", [ReturnedSheet("甲", [Column("文号")], [row])])
    [back] = read(tmp_path / "r.xlsx")
    assert isinstance(back, CorrectedRow)
    assert typed_text(back.cells["文号"]) == f"甲{text}乙"


@pytest.mark.parametrize("path", [".", "..", "a", "a.xls", "folder/"])
def test_a_file_of_another_kind_is_refused_before_a_name_is_sought(path: str) -> None:
    with pytest.raises(ConfigurationError):
        free_name(Path(path))


@pytest.mark.parametrize(("typed", "reason"), [(2.0250303000012e19, "NUMBER_ROUNDED"), (2025.1, "NUMBER_ROUNDED")])
def test_a_number_typed_as_a_correction_is_no_better(tmp_path: Path, typed: float, reason: str) -> None:
    reference = Reference("lists", Place("run", "a.xlsx", "甲", 2), 1)
    write(
        tmp_path / "r.xlsx",
        [ReturnedSheet("甲", [Column("文号")], [ReturnedSheetRow(reference, {}, frozenset(), "x")])],
    )
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    book.worksheets[0]["A2"] = typed
    book.save(tmp_path / "r.xlsx")
    [back] = read(tmp_path / "r.xlsx")
    assert isinstance(back, CorrectedRow)
    assert _said(back.cells["文号"]) == reason
