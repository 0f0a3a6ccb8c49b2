"""Refused rows: out in the department's own columns, corrected, and in again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from creditbus.connectors.contract import Cell, Column, Defect, Row
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.returned.originals import Original, originals
from creditbus.connectors.returned.redrive import prepare
from creditbus.connectors.returned.rejection import Fault, Rejection
from creditbus.connectors.returned.sheets import (
    REASONS,
    REFERENCE,
    CorrectedRow,
    ForeignRow,
    Reference,
    ReturnedSheet,
    ReturnedSheetRow,
    free_name,
    read,
    write,
)
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.statements import Place, connector_of

Write = Callable[..., Path]

_HEADER = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期"
_GOOD = "91990106FC0090109B"
_BAD = "91990107fc0090117l"
_ORGAN = "11990100AU0000010W"
_RUN = "lists-20250304T050607-abcdef"
_TODAY = date(2026, 1, 1)


def _line(code: str, day: str = "2025-03-03", number: int = 1) -> str:
    subject, document = f"示例公司{number},{code}", f"示列〔2025〕{number}号"
    return f"列入,经营异常名录,黑,法人及非法人组织,{subject},示例局,{_ORGAN},{document},示例法,{day}"


class _Registered:
    def find(self, subject: str, schema: object) -> int | None:
        del subject, schema
        return 1


@pytest.fixture
def connector(write_connector: Write) -> Connector:
    rows = "\n".join([_HEADER, _line(_GOOD), _line(_BAD, number=2), _line(_GOOD, "2025-02-30", 3), "少,了"]) + "\n"
    return load_connector(write_connector(rows))


def _rejections(connector: Connector) -> list[Rejection]:
    """What the bus would send back of the rows of the fixture."""
    encoder = Encoder(connector.item.id, _Registered())
    faults = {2: Fault("ID_LOWER_CASE", "ZTDM", _BAD.upper()), 3: Fault("DATE_UNPARSABLE", "LRRQ", None)}
    found = []
    for row in connector.open().read(None):
        if isinstance(row, Defect):
            message = encoder.unreadable(row, connector.mapper.header(row, _RUN))
            fault = Fault(row.reason.value, "", None)
        elif row.row in faults:
            message, fault = encoder.event(connector.mapper(row, _RUN)), faults[row.row]
        else:
            continue
        place = Place(_RUN, row.file, row.sheet, row.row)
        found.append(Rejection(place, connector.item.id, (fault,), 1000, message.value))
    return found


def _sheet(connector: Connector, columns: list[Column], rows: list[Original]) -> ReturnedSheet:
    have = [column.name for column in columns]
    returned = []
    for one in rows:
        marked = {connector.mapper.column_of(fault.field, have) for fault in one.rejection.faults} - {None}
        reference = Reference("lists", one.rejection.place, one.rejection.rejected_at)
        returned.append(ReturnedSheetRow(reference, one.cells, frozenset(filter(None, marked)), "原因 reason"))
    return ReturnedSheet("lists", columns, returned)


def test_a_run_names_its_connector() -> None:
    assert connector_of("lists-of-2025-20250304T050607-abcdef~20250305T050607-abcdef") == "lists-of-2025"


def test_the_cells_are_those_of_the_source(connector: Connector) -> None:
    columns, rows = originals(connector, _rejections(connector))
    assert [column.name for column in columns] == _HEADER.split(",")
    assert [(one.rejection.place.row, one.lost) for one in rows] == [
        (2, frozenset()),
        (3, frozenset()),
        (4, frozenset()),
    ]
    assert (rows[0].cells["主体代码"], rows[1].cells["列入日期"]) == (_BAD, "2025-02-30")
    assert (rows[2].cells, rows[2].text) == ({}, "少,了")


def test_a_source_that_has_changed_gives_no_wrong_row(connector: Connector, write_connector: Write) -> None:
    rejections = _rejections(connector)
    changed = load_connector(write_connector("\n".join([_HEADER, _line(_GOOD, number=9), _line(_GOOD, number=8)])))
    _, rows = originals(changed, rejections)
    assert rows[0].cells["主体名称"] == "示例公司2"
    assert rows[1].cells["列入日期"] == "2025-02-30"
    Path(str(changed.settings.model_dump()["path"])).unlink()
    columns, rows = originals(changed, rejections)
    assert rows[0].cells["ZTDM" if "ZTDM" in rows[0].cells else "主体代码"] == _BAD
    assert {"JDWH", "ZTMC"} <= {column.name for column in columns}


def test_a_cell_that_the_mapping_cannot_give_back_is_left_empty(connector: Connector, write_connector: Write) -> None:
    del connector
    overrides: dict[str, Any] = {"content": {"MDLX": {"column": "名单类型", "values": {"黑名单": "黑", "黑": "红"}}}}
    rows = "\n".join([_HEADER, _line(_GOOD), _line(_BAD, number=2).replace(",黑,", ",黑名单,")])
    mapped = load_connector(write_connector(rows, overrides=overrides))
    (rejection,) = _rejections(mapped)
    _, (found,) = originals(mapped, [rejection])
    assert found.cells["名单类型"] == "黑名单"
    moved = load_connector(write_connector(_HEADER + "\n" + _line(_GOOD), overrides=overrides))
    _, (found,) = originals(moved, [rejection])
    assert found.cells["名单类型"] is None
    assert found.lost == {"名单类型"}


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_file_comes_back_as_it_went_and_only_good_rows_are_ready(
    connector: Connector, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"rejects.{ending}"
    write(path, [_sheet(connector, *originals(connector, _rejections(connector)))])
    rows = [row for row in read(path) if isinstance(row, CorrectedRow)]
    assert [row.reference.place.row for row in rows] == [2, 3, 4]
    assert not {REASONS, REFERENCE} & set(rows[0].cells)
    good, bad = prepare(connector, rows, "t", _TODAY)
    assert good == []
    assert [(one.place.row, one.faults[0].reason) for one in bad if one.place.row < 4] == [
        (2, "ID_LOWER_CASE"),
        (3, "DATE_UNPARSABLE"),
    ]
    mended = [rows[0]._replace(cells={**rows[0].cells, "主体代码": _BAD.upper()}), *rows[1:]]
    good, bad = prepare(connector, mended, "t", _TODAY)
    assert [one.mapped.event["header"]["origin"] for one in good] == [
        {"department": "credit-office", "run": f"{_RUN}~t", "file": "rows.csv", "sheet": "", "row": 2}
    ]
    assert {one.place.row for one in bad} == {3, 4}
    assert "示例" not in repr((good, mended))


def test_a_stray_quotation_mark_in_a_corrected_file_swallows_no_row(connector: Connector, tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    write(path, [_sheet(connector, *originals(connector, _rejections(connector)))])
    text = path.read_text("utf-8-sig")
    assert text.count("列入,") == 2
    path.write_text(text.replace("列入,", '"列入,'), encoding="utf-8")
    with pytest.raises(SourceError, match=r"is not a sound csv: .*line 2"):
        list(read(path))


def test_half_a_character_is_still_refused(connector: Connector, tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    write(path, [_sheet(connector, *originals(connector, _rejections(connector)))])
    row = next(read(path))
    assert isinstance(row, CorrectedRow)
    good, [bad] = prepare(connector, [row._replace(cells={**row.cells, "主体名称": "示例\ud800"})], "t", _TODAY)
    assert (good, bad.place.row, bad.faults[0].reason) == ([], 2, "FORMAT_UNPARSABLE")


def test_refused_cells_are_marked_and_the_reference_is_out_of_the_way(connector: Connector, tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write(path, [_sheet(connector, *originals(connector, _rejections(connector)))])
    page = openpyxl.load_workbook(path).worksheets[0]
    head = [cell.value for cell in page[1]]
    refused, good = (page[row][head.index("主体代码")] for row in (2, 3))
    assert refused.fill.start_color.rgb == "00FFC7CE"
    assert refused.comment is not None
    assert refused.comment.text == "原因 reason"
    assert good.comment is None
    assert refused.number_format == "@"
    assert head[-2:] == [REASONS, REFERENCE]
    assert page.column_dimensions[get_column_letter(len(head))].hidden


def test_a_header_of_two_rows_stays_one_of_two_rows(tmp_path: Path) -> None:
    place = Place(_RUN, "a.xlsx", "名单", 3)
    cells: dict[str, Cell] = {"ZTDM": "=1+1", "LRRQ": date(2025, 3, 3)}
    row = ReturnedSheetRow(Reference("lists", place, 1), cells, frozenset(), "x")
    columns = [Column("ZTDM", "主体代码"), Column("LRRQ", "列入日期")]
    path = tmp_path / "a.xlsx"
    write(path, [ReturnedSheet("a/b", columns, [row])])
    page = openpyxl.load_workbook(path).worksheets[0]
    assert [page.cell(1, 1).value, page.cell(2, 1).value] == ["主体代码", "ZTDM"]
    assert page.cell(3, 1).data_type == "s"
    (back,) = read(path)
    assert isinstance(back, CorrectedRow)
    assert back.cells["ZTDM"] == "=1+1"


@pytest.fixture(params=["csv", "xlsx"])
def exported(request: pytest.FixtureRequest, connector: Connector, tmp_path: Path) -> Path:
    """Rows 2, 3 and 4 in a file, in its own rows 2, 3 and 4."""
    path = tmp_path / f"rejects.{request.param}"
    write(path, [_sheet(connector, *originals(connector, _rejections(connector)))])
    return path


def _edit(path: Path, change: Callable[[list[list[str]]], None]) -> None:
    """Change the rows of an exported file as a person would, and save it."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        page = book.worksheets[0]
        rows = [["" if cell is None else str(cell) for cell in row] for row in page.iter_rows(values_only=True)]
        change(rows)
        page.delete_rows(1, page.max_row)
        for row in rows:
            page.append(row)
        book.save(path)
        return
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def _cut(rows: list[list[str]], row: int, text: str) -> None:
    rows[row][-1] = text


def _copied(rows: list[list[str]], **changes: str) -> None:
    rows.append([changes.get(name, cell) for name, cell in zip(rows[0], rows[1], strict=True)])


_SUM = ["合计", "3"]


@pytest.mark.parametrize(
    ("change", "foreign", "sent"),
    [
        (lambda rows: rows.append(_SUM), {5: "has no reference"}, [2, 3, 4]),
        (lambda rows: rows.insert(1, _SUM), {2: "has no reference"}, [2, 3, 4]),
        (lambda rows: _cut(rows, 1, ""), {2: "has no reference"}, [3, 4]),
        (lambda rows: _cut(rows, 1, "7"), {2: "was changed"}, [3, 4]),
        (lambda rows: _cut(rows, 2, '["lists"]'), {3: "was changed"}, [2, 4]),
        (lambda rows: _cut(rows, 2, rows[2][-1].replace("1000", "1e999")), {3: "was changed"}, [2, 4]),
        (lambda rows: _cut(rows, 2, "[" * 9999), {3: "was changed"}, [2, 4]),
        (lambda rows: rows.append(list(rows[0])), {5: "was changed"}, [2, 3, 4]),
        (_copied, {}, [2, 3, 4]),
        (lambda rows: _copied(rows, 主体名称="示例其他"), {2: "reference of row 5", 5: "of row 2"}, [3, 4]),
    ],
)
def test_what_a_person_has_added_is_named_and_the_other_rows_go_on(
    exported: Path, change: Callable[[list[list[str]]], None], foreign: dict[int, str], sent: list[int]
) -> None:
    _edit(exported, change)
    found = list(read(exported))
    assert [row.reference.place.row for row in found if isinstance(row, CorrectedRow)] == sent
    problems = {row.number: row.problem for row in found if isinstance(row, ForeignRow)}
    assert problems.keys() == foreign.keys()
    assert all(foreign[number] in problem for number, problem in problems.items())


def test_a_sheet_that_a_person_has_added_is_named(connector: Connector, tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write(path, [_sheet(connector, *originals(connector, _rejections(connector)))])
    book = openpyxl.load_workbook(path)
    book.create_sheet("备注").append(["请核对"])
    book.create_sheet("空")
    book.save(path)
    *rows, note = read(path)
    assert len(rows) == 3
    assert isinstance(note, ForeignRow)
    assert (note.sheet, note.number) == ("备注", 0)


def test_a_file_without_any_reference_is_none_of_ours(exported: Path) -> None:
    _edit(exported, lambda rows: _cut(rows, 0, "X"))
    with pytest.raises(SourceError, match=f"has no column {REFERENCE}"):
        list(read(exported))


def test_a_name_that_is_taken_gets_the_first_free_number(tmp_path: Path) -> None:
    path = tmp_path / "rejects-credit-office.xlsx"
    assert free_name(path) == path
    path.write_bytes(b"corrections")
    assert free_name(path).name == "rejects-credit-office-2.xlsx"
    free_name(path).write_bytes(b"more")
    assert free_name(path).name == "rejects-credit-office-3.xlsx"
    (tmp_path / "a.csv").symlink_to(tmp_path / "nowhere")
    assert free_name(tmp_path / "a.csv").name == "a-2.csv", "a link to a share that is away is not overwritten either"


def test_only_two_formats_are_written(tmp_path: Path) -> None:
    sheets = [ReturnedSheet(name, [], []) for name in "ab"]
    with pytest.raises(ConfigurationError, match="holds one connector"):
        write(tmp_path / "a.csv", sheets)
    with pytest.raises(ConfigurationError, match=r"neither \.xlsx nor \.csv"):
        write(tmp_path / "a.ods", sheets)


def test_a_row_without_its_cells_shows_its_place_alone() -> None:
    row = Row({"主体名称": "示例"}, "a", "", 1, 1)
    assert "示例" not in repr(row)
