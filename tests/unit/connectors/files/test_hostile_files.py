"""Files that are damaged, or made to do harm: a reason or one clear line, and memory that stays flat."""

import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.sheet_cells import FaultyCell
from creditbus.connectors.setup.kinds import kind_named
from creditbus.services.domain.reasons import Reason
from tests.harness.xls_writer import write_xls

LAUGHS = b"<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>"
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1 << 20


def _read(path: Path, **settings: Any) -> list[Row | Defect]:
    kind = kind_named("files")
    source = kind.open(kind.settings.model_validate({"path": path, **settings}))
    source.check()
    return list(source.read(None))


def _book(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of an archive."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return path


def _shared(path: Path) -> Path:
    """Move the texts of a workbook to the part for shared ones, where spreadsheets write them."""
    relation = b'<Relationship Type="x/sharedStrings" Target="sharedStrings.xml" Id="rIdS" /></Relationships>'
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == SHEET:
                texts = re.findall(rb"<is>(.*?)</is>", raw)
                raw = raw.replace(b't="inlineStr"', b't="s"')
                for number, text in enumerate(texts):
                    raw = raw.replace(b"<is>" + text + b"</is>", f"<v>{number}</v>".encode(), 1)
                new.writestr(
                    "xl/sharedStrings.xml", b"<sst>" + b"".join(b"<si>%s</si>" % text for text in texts) + b"</sst>"
                )
            elif name == "xl/_rels/workbook.xml.rels":
                raw = raw.replace(b"</Relationships>", relation)
            new.writestr(name, raw)
    return path


def _defect(rows: list[Row | Defect]) -> Defect:
    [defect] = [row for row in rows if isinstance(row, Defect)]
    return defect


def test_entities_of_xml_are_never_expanded(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(LAUGHS + b"<records><record><a>&b;</a></record></records>")
    with pytest.raises(SourceError, match=r"a\.xml: declares a document type; entities are never expanded"):
        _read(path)


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_entities_of_a_workbook_are_never_expanded(tmp_path: Path, part: str) -> None:
    path = _changed(_shared(_book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"])), part, lambda raw: LAUGHS + raw)
    with pytest.raises(SourceError, match=f"{part}: declares a document type"):
        _read(path)


@pytest.mark.parametrize("name", ["klingon", "gb2312", "utf-7"])
def test_a_workbook_in_an_encoding_that_cannot_be_read_is_one_line(tmp_path: Path, name: str) -> None:
    head = f"<?xml version='1.0' encoding='{name}'?>".encode()
    path = _changed(_book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"]), SHEET, lambda raw: head + raw)
    with pytest.raises(SourceError, match="declares an encoding that cannot be read here; save it as UTF-8"):
        _read(path)


@pytest.mark.parametrize("around", ["", "<!-- -->"])
@pytest.mark.parametrize("part", ["r", "A", "s", "v"])
def test_a_number_longer_than_any_is_told_where_it_stands(tmp_path: Path, part: str, around: str) -> None:
    digits = "9" * 5000
    row = {
        "r": f'<row r="{digits}"><c r="A2"><v>1</v></c></row>',
        "A": f'<row r="2"><c r="A{digits}"><v>1</v></c></row>',
        "s": f'<row r="2"><c r="A2" s="{digits}"><v>1</v></c></row>',
        "v": f'<row r="2"><c r="A2"><v>{digits}</v></c></row>',
    }[part]
    path = _changed(
        _book(tmp_path / "a.xlsx", ["a", "b"]),
        SHEET,
        lambda raw: raw.replace(b"</sheetData>", f"{around}{row}</sheetData>".encode()),
    )
    if part == "r":
        with pytest.raises(SourceError, match="is damaged: after row 1 it has a row 999"):
            _read(path)
        return
    if part == "s":
        _changed(path, "xl/styles.xml", lambda raw: raw.replace(b'numFmtId="0"', b'numFmtId="%s"' % digits.encode()))
    assert all("encoding" not in row.detail for row in _read(path) if isinstance(row, Defect))


def test_shared_texts_are_read_with_their_parts_and_escapes(tmp_path: Path) -> None:
    path = _shared(_book(tmp_path / "a.xlsx", ["a", "b"], ["示例", "x"]))
    rich = b"<r><t>y</t></r><r><t>_x000D_z_xD800_</t></r><rPh><t>no</t></rPh>"
    _changed(path, "xl/sharedStrings.xml", lambda raw: raw.replace(b"<t>x</t>", rich))
    [row] = _read(path)
    assert isinstance(row, Row)
    assert row.cells == {"a": "示例", "b": "y\rz_xD800_"}, "half a character stays as it is written"


def test_a_shared_text_that_is_not_there_is_a_defect(tmp_path: Path) -> None:
    path = _shared(_book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"], ["3", "4"]))
    _changed(path, SHEET, lambda raw: raw.replace(b"<v>3</v>", b"<v>99</v>"))
    assert "cell B2 refers to a text that the workbook does not hold" in _defect(_read(path)).detail


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("ending", ["zip", "xlsx"])
def test_a_cut_archive_is_one_line(tmp_path: Path, ending: str, kept: float) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"])
    if ending == "zip":
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "a.xlsx")
        path = tmp_path / "a.zip"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(SourceError, match=rf"a\.{ending}: is (damaged|not a readable)"):
        _read(path)


def test_a_damaged_file_of_an_archive_gives_the_rows_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    text = "a,b\n" + "".join(f"{number},{number * 7919 % 10007}\n" for number in range(100_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", text)
    raw = bytearray(path.read_bytes())
    raw[len(raw) * 3 // 4] ^= 0xFF
    path.write_bytes(raw)
    kind = kind_named("csv")
    rows = kind.open(kind.settings.model_validate({"path": path, "encoding": "utf-8"})).read(None)
    assert next(rows).row == 1
    with pytest.raises(SourceError, match=r"rows\.csv: is damaged or cut off"):
        list(rows)


@pytest.mark.parametrize("member", ["rows.csv", SHEET])
def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path, member: str) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"])
    if member == SHEET:
        _changed(path, SHEET, lambda raw: raw + b" " * 70 * MEGABYTE)
    else:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, b"a,b\n" * 18 * MEGABYTE)
    with pytest.raises(SourceError, match=rf"{member} unpacks to .* times its size, as no table does"):
        _read(path)


def test_a_long_file_of_an_archive_is_refused_by_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rows.csv", "a,b\n" * 1000)
    with pytest.raises(SourceError, match=r"the limit is 2,000; raise settings\.unpacked_bytes"):
        _read(path, unpacked_bytes=2000)


def test_an_encrypted_archive_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rows.csv", "a,b\n1,2\n")
    raw = path.read_bytes()
    at = raw.index(b"PK\x01\x02") + 8
    path.write_bytes(raw[:at] + b"\x01" + raw[at + 1 :])
    with pytest.raises(SourceError, match=r"rows\.csv is encrypted; hand it in without a password"):
        _read(path)


def test_a_formula_that_was_never_computed_is_a_fault_and_not_an_empty_cell(tmp_path: Path) -> None:
    first, second = _read(_book(tmp_path / "a.xlsx", ["a", "b"], ["1", "=1+1"], ["3", "4"]))
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert _fault(first.cells["b"]) == ("=1+1", Reason.CELL_ERROR)
    assert second.cells["b"] == "4"


def test_a_computed_formula_is_its_value_and_an_error_a_fault(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "=1+1"], ["3", "=1/0"])
    error = b'<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v>'
    _changed(path, SHEET, lambda raw: raw.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))
    _changed(path, SHEET, lambda raw: raw.replace(b'<c r="B3"><f>1/0</f><v />', error))
    first, second = _read(path)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert first.cells["b"] == 2
    assert _fault(second.cells["b"]) == ("#DIV/0!", Reason.CELL_ERROR)


def _fault(cell: Any) -> tuple[str, Reason]:
    assert isinstance(cell, FaultyCell)
    return str(cell), cell.reason


@pytest.mark.parametrize("place", ["XFE2", "ZZZ2", "AAAAAAAA2", "?"])
def test_a_column_that_no_sheet_has_is_a_defect(tmp_path: Path, place: str) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"], ["3", "4"])
    _changed(path, SHEET, lambda raw: raw.replace(b'r="B2"', f'r="{place}"'.encode()))
    rows = _read(path)
    assert [type(row) for row in rows] == [Defect, Row]
    assert "after column 16,384" in _defect(rows).detail


@pytest.mark.parametrize("number", ["1", "1048577", "9" * 40, "x"])
def test_a_row_that_no_sheet_has_is_one_line(tmp_path: Path, number: str) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"])
    _changed(path, SHEET, lambda raw: raw.replace(b'<row r="2"', f'<row r="{number}"'.encode()))
    with pytest.raises(SourceError, match="after row 1 it has a row"):
        _read(path)


def test_a_sheet_that_declares_a_million_columns_costs_nothing(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b"], ["1", "2"])
    _changed(path, SHEET, lambda raw: raw.replace(b'ref="A1:B2"', b'ref="A1:ZZZZZ1048576"'))
    tracemalloc.start()
    rows = _read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MEGABYTE
    assert [type(row) for row in rows] == [Row]


def test_an_xls_whose_cells_lie_at_the_ends_of_the_world_takes_its_memory_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    write_xls(path, {"处罚": [["a", "b"], ["1", "2"]]})
    raw = path.read_bytes()
    cell = b"\x04\x02\x0b\x00\x01\x00\x01\x00"  # the text in the second row's second column
    assert raw.count(cell) == 1
    path.write_bytes(raw.replace(cell, b"\x04\x02\x0b\x00\xff\xff\xff\xff"))
    try:
        rows = _read(path)
    except SourceError as error:
        assert "is not a readable xls workbook" in str(error)  # noqa: PT017 -- either way out is one
    else:
        assert all(isinstance(row, Defect | Row) for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"a,b\n1,\0\n3,4\n", "NUL"),
        ("a.jsonl", b'{"a": "\\u0000"}\n{"a": "4"}\n', "NUL"),
        ("a.jsonl", b'{"a": "\\ud800"}\n{"a": "4"}\n', "half a character"),
        ("a.jsonl", b'{"a": 1e999999999}\n{"a": "4"}\n', "exponent"),
        ("a.xml", b"<r><x><a>\0</a></x><x><a>4</a></x></r>", "characters that XML forbids"),
        ("a.xml", b"<r><x><a>\xb8\xa3</a></x><x><a>4</a></x></r>", "do not belong to its encoding"),
        ("a.xml", b"<r><x><a>" + b"x" * 300_000 + b"</a></x><x><a>4</a></x></r>", "longer than settings.row_bytes"),
    ],
)
def test_a_row_that_would_harm_is_a_defect_and_the_next_one_flows(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    defect, row = _read(path)
    assert isinstance(defect, Defect)
    assert words in defect.detail
    assert isinstance(row, Row)
    assert "4" in row.cells.values()


@pytest.mark.parametrize(
    ("name", "start", "block", "end"),
    [
        ("a.csv", b'a,b\n"', b"x" * 500 + b'\n","', b'"\n'),  # a record of any number of lines
        ("a.csv", b"a,b\n", b"x", b"\n"),
        ("a.jsonl", b'{"a": "', b"x", b'"}\n'),
        ("a.xml", b"<r><x><a>", b"x", b"</a></x></r>"),
        ("a.xml", b"<r><x><a>1</a></x>", b"<x><a>" + b"1" * 1000 + b"</a></x>", b"</r>"),
        ("a.xml", b"<r><x>", b"<a>" + b"1" * 100 + b"</a>", b"</x></r>"),
        ("a.xml", b"<r><x><a>1</a></x><x ", b"a", b"></x></r>"),
        ("a.xml", b"<r><x><a>1</a></x><!-- ", b"a", b"--></r>"),
    ],
)
def test_memory_stays_flat_whatever_has_no_end(
    tmp_path: Path, name: str, start: bytes, block: bytes, end: bytes
) -> None:
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.write(start)
        for _ in range(24):
            stream.write(block * (MEGABYTE // len(block)))
        stream.write(end)
    kind = kind_named("files")
    source = kind.open(kind.settings.model_validate({"path": path}))
    tracemalloc.start()
    try:
        count = sum(1 for _ in source.read(None))
    except SourceError as error:
        assert "longer than" in str(error) or "no header" in str(error)  # noqa: PT017 -- either way out is one
        count = 1
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count >= 1
    assert peak < 12 * MEGABYTE
