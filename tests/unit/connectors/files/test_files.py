"""Files: what is found by looking, how rows are numbered, what is a defect."""

import tracemalloc
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditbus.connectors.contract import Defect, DefectReason, Row, Source
from creditbus.connectors.errors import SourceError
from creditbus.connectors.setup.kinds import kind_named


def _open(kind: str, path: Path, **settings: Any) -> Source:
    found = kind_named(kind)
    return found.open(found.settings.model_validate({"path": path, **settings}))


def _rows(kind: str, path: Path, **settings: Any) -> list[Row | Defect]:
    return list(_open(kind, path, **settings).read(None))


def _text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = _text(tmp_path / "a.csv", f"文号{delimiter}名称\r\n〔2018〕1号{delimiter}虚构𠮷企业\r\n", encoding)
    [row] = _rows("csv", path)
    assert isinstance(row, Row)
    assert row.cells == {"文号": "〔2018〕1号", "名称": "虚构𠮷企业"}


def test_gb18030_that_starts_as_ascii_is_found_behind_a_cut_character(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", "a,b\n" + "x,y\n" * 70_000 + "汉,字\n", "utf-8")
    assert [table.details["encoding"] for table in _open("csv", path).discover()] == ["utf-8"]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", "行政处罚信息表,\n\n文号,名称\n1号,甲\n")
    [row] = _rows("csv", path)
    assert isinstance(row, Row)
    assert (row.row, row.cells) == (1, {"文号": "1号", "名称": "甲"})


def test_header_names_are_trimmed_narrowed_and_told_apart(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", " 代码_1（统一）　,备注,备注\n1,2,3\n")
    [row] = _rows("csv", path)
    assert isinstance(row, Row)
    assert list(row.cells) == ["代码_1(统一)", "备注", "备注#2"]


def test_blank_rows_and_notes_are_skipped_but_keep_their_numbers(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", "a,b\n1,2\n,\n\n　表格说明：某某,\n3,4\n")
    assert [row.row for row in _rows("csv", path)] == [1, 5]


def test_a_row_of_another_width_is_a_defect_with_its_bytes(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", "a,b\n1,2,3\n4,5\n", "gb18030")
    defect, row = _rows("csv", path)
    assert isinstance(defect, Defect)
    assert isinstance(row, Row)
    assert (defect.reason, defect.original, defect.row) == (DefectReason.COLUMN_COUNT, b"1,2,3", 1)


def test_a_line_that_is_not_in_the_encoding_is_a_defect(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n\xff\xfe,2\n3,4\n")
    rows = _rows("csv", path, encoding="utf-8")
    assert [type(row) for row in rows] == [Row, Defect, Row]
    assert rows[1].original == b"\xff\xfe,2"  # type: ignore[union-attr]


def test_quoted_cells_may_hold_line_ends(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", 'a,b\n"1\n2",3\n4,5\n')
    rows = _rows("csv", path)
    assert [row.row for row in rows] == [1, 2]
    assert isinstance(rows[0], Row)
    assert rows[0].cells["a"] == "1\n2"


def test_an_unclosed_quote_ends_in_a_defect_and_not_in_silence(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.csv", 'a,b\n1,2\n"' + "x" * 200_000 + "\n3,4\n")
    rows = _rows("csv", path)
    assert isinstance(rows[0], Row)
    assert isinstance(rows[1], Defect)
    assert rows[1].reason is DefectReason.UNPARSABLE


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_line_of_any_length_takes_bounded_memory(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.write(b"a,b\n")
        for _ in range(64):
            stream.write(b"x" * 1_000_000)
        stream.write(b'\n{"a": 1}\n')
    tracemalloc.start()
    rows = _rows(kind, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000
    assert any(isinstance(row, Defect) and "longer" in row.detail for row in rows)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"a": "x', "not JSON"),
        ("[1]", "not an object"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, ""),
    ],
)
def test_a_line_that_is_no_json_object_is_a_defect(tmp_path: Path, line: str, words: str) -> None:
    [defect, row] = _rows("jsonl", _text(tmp_path / "a.jsonl", f'{line}\n{{"a": 1}}\n'))
    assert isinstance(defect, Defect)
    assert isinstance(row, Row)
    assert defect.reason is DefectReason.UNPARSABLE
    assert words in defect.detail
    assert (defect.row, row.row) == (1, 2)


def test_rows_of_json_are_numbered_by_lines_blank_ones_too(tmp_path: Path) -> None:
    path = _text(tmp_path / "a.jsonl", '\n{"a": 1}\n\n \n{"a": 2}\n')
    assert [row.row for row in _rows("jsonl", path)] == [2, 5]


def test_json_numbers_keep_their_digits(tmp_path: Path) -> None:
    [row] = _rows("jsonl", _text(tmp_path / "a.jsonl", '{"a": 0.10, "b": 919901070000000018, "c": null, "d": [1]}\n'))
    assert isinstance(row, Row)
    assert str(row.cells["a"]) == "0.10"
    assert row.cells["b"] == 919901070000000018
    assert row.cells["c"] is None
    assert row.cells["d"] == "[1]"


def _book(path: Path, *rows: list[Any], title: str = "处罚") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.create_sheet("空")
    book.save(path)
    return path


def test_two_header_rows_give_codes_and_titles(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", ["文号", "名称"], ["CF_WSH", "CF_XDR_MC"], ["1号", "甲"], ["表格说明：某某"])
    source = _open("xlsx", path)
    [row] = source.read(None)
    assert isinstance(row, Row)
    assert (row.row, row.sheet, row.cells) == (3, "处罚", {"CF_WSH": "1号", "CF_XDR_MC": "甲"})
    [table] = source.discover()
    assert [(column.name, column.title) for column in table.columns] == [("CF_WSH", "文号"), ("CF_XDR_MC", "名称")]


def test_one_header_row_is_enough(tmp_path: Path) -> None:
    [row] = _rows("xlsx", _book(tmp_path / "a.xlsx", ["文号", "名称"], ["1号", "甲"]))
    assert isinstance(row, Row)
    assert (row.row, row.cells["文号"]) == (2, "1号")


def test_cells_behind_the_header_are_a_defect_unless_blank(tmp_path: Path) -> None:
    rows = _rows("xlsx", _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2", "　"], ["1", "2", "3"]))
    assert [type(row) for row in rows] == [Row, Defect]


def test_a_sheet_is_chosen_by_name_or_number(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"])
    assert len(_rows("xlsx", path, sheet="处罚")) == 1
    with pytest.raises(SourceError, match=r"has no sheet '许可'; settings\.sheet is one of: 处罚, 空$"):
        _rows("xlsx", path, sheet="许可")
    with pytest.raises(SourceError, match="no header row"):
        _rows("xlsx", path, sheet=1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty, no workbook"),
        (b"PK\x03\x04 no archive", "is not a readable xlsx workbook"),
        (b"plain text", r"is text, no workbook; kind: files \(or csv, tsv\) reads it"),
        (b"\x00\x01\x02", "is of no known format, no workbook"),
        (b"%PDF-1.7 ...", "is a PDF document, no workbook; open it with Excel or WPS and save its table as"),
    ],
)
def test_a_file_that_is_no_workbook_is_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"a\.xlsx: {words}"):
        _rows("xlsx", path)


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "xlsx"])
def test_a_missing_file_is_a_finding_and_an_error(tmp_path: Path, kind: str) -> None:
    source = _open(kind, tmp_path / "none")
    assert [finding.ok for finding in source.check()] == [False]
    with pytest.raises(SourceError, match="cannot be read"):
        source.version()
