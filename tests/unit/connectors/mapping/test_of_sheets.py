"""What cells of spreadsheets become in fields of an item: nothing that their sheet does not show."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Cell, Row
from creditbus.connectors.files.sheet_cells import FaultyCell, SheetNumber
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.domain.reasons import Reason

Write = Callable[..., Path]
TODAY = date(2026, 1, 1)
CELLS: dict[str, Cell] = {
    "事件类型": "列入",
    "名单名称": "经营异常名录",
    "名单类型": "黑",
    "主体类别": "法人及非法人组织",
    "主体名称": "示例测试甲有限公司",
    "主体代码": "91990106FC0007002W",
    "认定单位": "示例市市场监督管理局",
    "认定单位代码": "11990100AU0000010W",
    "列入决定文书号": "示例〔2025〕1号",
    "法律依据": "企业信息公示暂行条例",
    "列入日期": "2025-03-03",
    "备注": "",
}
ROUNDED, FORMATTED, ERROR = Reason.NUMBER_ROUNDED, Reason.NUMBER_FORMATTED, Reason.CELL_ERROR


@pytest.fixture
def connector(write_connector: Write) -> Connector:
    return load_connector(write_connector(",".join(CELLS) + "\n"))


def _event(connector: Connector, sheet: str = "名单", **cells: Any) -> dict[str, Any]:
    return connector.mapper(Row({**CELLS, **cells}, "a.xlsx", sheet, 2, 2), "run").event


def _marks(event: dict[str, Any]) -> list[str]:
    marks: list[str] = event["header"]["warnings"]
    return marks


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (12, "12"),
        (999_999_999_999_999, "999999999999999"),
        (SheetNumber(12, "0012"), "0012"),
        (SheetNumber(12, "示异列〔2025〕12号"), "示异列〔2025〕12号"),
        (SheetNumber(12, " （2025）12号 "), "(2025)12号"),
    ],
)
def test_a_code_is_what_the_sheet_shows(connector: Connector, cell: Cell, value: str) -> None:
    event = _event(connector, 列入决定文书号=cell)
    assert (event["content"]["JDWH"], _marks(event)) == (value, [])
    assert event["header"]["document_no"] == value


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        (SheetNumber(2.0250303000012e19), "2.02503E+19", ROUNDED),
        (SheetNumber(42010620250303000), "4.20106E+16", ROUNDED),
        (SheetNumber(2025.1), "2025.1", ROUNDED),
        (SheetNumber(1234), "1234", FORMATTED),
        ("2.02503E+19", "2.02503E+19", ROUNDED),
        ("４.２E+05", "4.2E+05", ROUNDED),
        ("1.5e-05", "1.5e-05", ROUNDED),
        ("#N/A", "#N/A", ERROR),
        ("#REF!", "#REF!", ERROR),
        ("########", "########", ERROR),
        ("Err:502", "Err:502", ERROR),
        (FaultyCell('=A1&"号"', ERROR), '=A1&"号"', ERROR),
        (datetime(2025, 3, 1), "2025-03-01", FORMATTED),  # noqa: DTZ001 -- a day of a sheet
        (time(12, 0), "12:00:00", FORMATTED),
        (timedelta(hours=30), "1 day, 6:00:00", FORMATTED),
    ],
)
def test_what_is_no_code_is_marked_and_stands_there_as_it_is_shown(
    connector: Connector, cell: Cell, value: str, reason: Reason
) -> None:
    event = _event(connector, 列入决定文书号=cell)
    assert _marks(event) == [f"{reason} JDWH"]
    assert event["content"]["JDWH"] == value


NUMBERS: list[tuple[Cell, str]] = [
    (Decimal("2.02503E+19"), "2.02503E+19"),
    (Decimal("1E+3"), "1E+3"),
    (Decimal("12345678901234567.0"), "1.23457E+16"),
    (Decimal("1.5"), "1.5"),
    (Decimal("NaN"), "NaN"),
    (123456789012345680.0, "1.23457E+17"),
    (1e15, "1.00000E+15"),
    (1.5, "1.5"),
    (0.1 + 0.2, "0.30000000000000004"),
    (float("inf"), "Infinity"),
]


@pytest.mark.parametrize("sheet", ["", "名单"])
@pytest.mark.parametrize(("cell", "value"), NUMBERS, ids=repr)
def test_a_number_whose_digits_nobody_knows_is_no_code_and_no_text_wherever_it_comes_from(
    connector: Connector, sheet: str, cell: Cell, value: str
) -> None:
    event = _event(connector, sheet=sheet, 列入决定文书号=cell, 备注=cell)
    assert _marks(event) == [f"{ROUNDED} JDWH", f"{ROUNDED} BZ"]
    assert (event["content"]["JDWH"], event["content"]["BZ"]) == (value, value)


@pytest.mark.parametrize("sheet", ["", "名单"])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (20250303000012345678, "20250303000012345678"),
        (Decimal(20250303000012345678), "20250303000012345678"),
        (Decimal("12.00"), "12"),
        (12.0, "12"),
        (999_999_999_999_999.0, "999999999999999"),
    ],
    ids=repr,
)
def test_whole_digits_are_a_code(connector: Connector, sheet: str, cell: Cell, value: str) -> None:
    event = _event(connector, sheet=sheet, 列入决定文书号=cell, 备注=cell)
    assert (event["header"]["document_no"], event["content"]["BZ"], _marks(event)) == (value, value, [])


@pytest.mark.parametrize(("cell", "value"), [(Decimal("1.50"), "1.5"), (2.5, "2.5"), (Decimal("1E+3"), "1000")])
def test_in_a_field_of_numbers_every_number_is_its_value(connector: Connector, cell: Cell, value: str) -> None:
    event = _event(connector, sheet="", **{"期限(年)": cell})
    assert (event["content"]["QX"], _marks(event)) == (value, [])


def test_two_decisions_of_a_json_file_never_become_one_by_their_rounded_numbers(
    write_connector: Write, tmp_path: Path
) -> None:
    rows = [CELLS | {"列入决定文书号": "?", "主体名称": f"示例{place}"} for place in range(2)]
    lines = [json.dumps(row, ensure_ascii=False).replace('"?"', "2.0250303000012345e+19") for row in rows]
    (tmp_path / "a.json").write_text("[" + ",".join(lines) + "]", encoding="utf-8")
    found = preview(load_connector(write_connector("", kind="jsonl", settings={"path": "a.json"})), TODAY)
    assert [(one.row, one.column, one.reason) for one in found.shown] == [(1, "JDWH", ROUNDED), (2, "JDWH", ROUNDED)]


def test_a_column_of_floats_of_a_database_holds_no_long_codes(write_connector: Write, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        columns = ", ".join(f'"{name}" {"REAL" if name == "列入决定文书号" else "TEXT"}' for name in CELLS)
        database.execute(f"CREATE TABLE t ({columns})")
        for number in (123456789012345678, 1.5, 12):
            row = CELLS | {"列入决定文书号": number, "主体名称": f"示例{number}"}
            database.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(row))})", list(row.values()))
        database.commit()
    url = f"sqlite:///{tmp_path / 'a.db'}"
    settings = {"url": url, "table": "t", "mode": "compare", "key": ["主体名称"], "state": str(tmp_path / "state")}
    found = preview(load_connector(write_connector("", kind="sql", settings=settings)), TODAY)
    refused = {(one.value, one.reason) for one in found.shown}
    assert (refused, found.publishable) == ({("1.23457E+17", ROUNDED), ("1.5", ROUNDED)}, 1)


@pytest.mark.parametrize("text", ["2E10", "E+19", "2025-03-03", "#1", "第3E+号", "1.2E+5号", "+86-27", "10", "Err"])
def test_a_text_that_merely_looks_so_is_a_code(connector: Connector, text: str) -> None:
    event = _event(connector, 列入决定文书号=text)
    assert (event["content"]["JDWH"], _marks(event)) == (text, [])


def test_texts_are_what_was_written_too_but_may_hold_days(connector: Connector) -> None:
    event = _event(connector, 备注=SheetNumber(0.5), 法律依据=datetime(2025, 3, 1))  # noqa: DTZ001 -- a day of a sheet
    assert _marks(event) == ["NUMBER_ROUNDED BZ"]
    assert event["content"]["FLYJ"] == "2025-03-01"


def test_a_day_out_of_a_database_is_as_exact_as_a_text(connector: Connector) -> None:
    event = _event(connector, sheet="", 列入决定文书号=date(2025, 3, 1))
    assert (event["content"]["JDWH"], _marks(event)) == ("2025-03-01", [])


def test_numbers_and_days_are_read_by_their_value(connector: Connector) -> None:
    cells: dict[str, Any] = {"列入日期": SheetNumber(20250303, "2025-03-03"), "期限(年)": SheetNumber(1.5)}
    event = _event(connector, **cells)
    assert (event["content"]["LRRQ"], event["content"]["QX"]) == ("2025-03-03", "1.5")
    assert _marks(event) == []


def test_a_code_of_the_subject_is_named_by_its_column(connector: Connector) -> None:
    event = _event(connector, 主体代码=SheetNumber(919901060000000018))
    assert "NUMBER_ROUNDED ZTDM" in _marks(event)
    assert event["claim"]["uscc"] == "9.19901E+17"


def test_what_the_mapping_calls_empty_is_no_fault(write_connector: Write) -> None:
    changes = {"overrides": {"empties": ["", "#N/A"]}}
    connector = load_connector(write_connector(",".join(CELLS) + "\n", **changes))
    event = _event(connector, 备注=FaultyCell("#N/A", ERROR))
    assert (event["content"]["BZ"], _marks(event)) == (None, [])


def test_a_fault_in_a_column_that_nothing_uses_is_none(connector: Connector) -> None:
    assert _marks(_event(connector, 自用=FaultyCell("#REF!", ERROR))) == []


def test_of_a_person_not_even_the_fault_is_told(connector: Connector) -> None:
    mapped = connector.mapper(
        Row({**CELLS, "主体类别": "自然人", "备注": FaultyCell("#N/A", ERROR)}, "a.xlsx", "名单", 2, 2), "run"
    )
    assert mapped.withheld
    assert _marks(mapped.event) == []


def test_intake_refuses_what_is_marked_and_names_the_field(write_connector: Write) -> None:
    rows = [CELLS | {"列入决定文书号": text} for text in ("2.02503E+19", "示例〔2025〕2号", "#VALUE!")]
    text = "\n".join([",".join(CELLS), *(",".join(map(str, row.values())) for row in rows)])
    found = preview(load_connector(write_connector(text + "\n")), TODAY)
    assert (found.publishable, found.refused) == (1, 2)
    assert [(one.row, one.column, one.value, one.reason) for one in found.shown] == [
        (1, "JDWH", "2.02503E+19", ROUNDED),
        (3, "JDWH", "#VALUE!", ERROR),
    ]


def test_of_a_code_that_was_rounded_nothing_else_is_said(write_connector: Write) -> None:
    text = "\n".join([",".join(CELLS), ",".join(map(str, (CELLS | {"主体代码": "9.14201E+17"}).values()))])
    found = preview(load_connector(write_connector(text + "\n")), TODAY)
    assert [(one.column, one.reason) for one in found.shown] == [("ZTDM", ROUNDED)]
