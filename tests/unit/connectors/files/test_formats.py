"""Formats, encodings and archives: what is found by itself, and what settings say instead."""

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.kind import AnyFileSettings, FileKind
from creditbus.connectors.files.source import FileSource
from creditbus.connectors.setup.kinds import kind_named
from tests.harness.xls_writer import write_xls

TEXT = "文号,名称\n〔2018〕1号,示例𠮷企业\n"
CELLS = {"文号": "〔2018〕1号", "名称": "示例𠮷企业"}


def _source(path: Path, kind: str = "files", **settings: Any) -> FileSource:
    found = kind_named(kind)
    assert isinstance(found, FileKind)
    source = found.open(found.settings.model_validate({"path": path, **settings}))
    assert isinstance(source, FileSource)
    return source


def _cells(path: Path, **settings: Any) -> list[Any]:
    return [row.cells if isinstance(row, Row) else row.detail for row in _source(path, **settings).read(None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.dat"])
def test_the_encoding_is_found(tmp_path: Path, name: str, encoding: str) -> None:
    lines = '{"文号": "〔2018〕1号", "名称": "示例𠮷企业"}\n' if name == "a.jsonl" else TEXT
    padded = lines if encoding in {"utf-8", "utf-8-sig", "gb18030", "utf-16"} else lines + "\n" * 8
    (tmp_path / name).write_bytes(padded.encode(encoding))
    assert _cells(tmp_path / name) == [CELLS]


def test_a_big_endian_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert _cells(tmp_path / "a.csv") == [CELLS]


def test_half_a_character_of_utf16_is_a_defect_of_its_line(tmp_path: Path) -> None:
    raw = "a,b\n1,".encode("utf-16") + b"\x00\xd8" + "\n3,4\n".encode("utf-16-le")
    (tmp_path / "a.csv").write_bytes(raw)
    assert _cells(tmp_path / "a.csv") == ["line 2 is not utf-16-le at its byte 3", {"a": "3", "b": "4"}]


def test_a_few_damaged_bytes_do_not_turn_utf8_into_mojibake(tmp_path: Path) -> None:
    lines = [f"〔2018〕{number}号,示例企业".encode() for number in range(50)]
    lines[7] = lines[7].replace("企".encode(), b"\xe4\xbc")
    (tmp_path / "a.csv").write_bytes(b"\n".join(["文号,名称".encode(), *lines]))
    rows = list(_source(tmp_path / "a.csv").read(None))
    assert [row.row for row in rows if isinstance(row, Defect)] == [8]
    assert isinstance(rows[0], Row)
    assert rows[0].cells["名称"] == "示例企业"


def test_settings_overrule_what_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("标题;x,y\n文号;名称,甲\n1;2\n".encode("gb18030"))
    assert _cells(tmp_path / "a.csv", encoding="gb18030", delimiter=";", header_row=2) == [
        {"文号": "1", "名称,甲": "2"}
    ]


def _book(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (list(CELLS), list(CELLS.values())):
        sheet.append(row)
    book.save(path)


def test_the_format_is_found_whatever_the_file_is_called(tmp_path: Path) -> None:
    _book(tmp_path / "book.xlsx")
    write_xls(tmp_path / "book.xls", {"处罚": [list(CELLS), list(CELLS.values())]})
    (tmp_path / "rows.xml").write_text("<a><b><文号>〔2018〕1号</文号><名称>示例𠮷企业</名称></b></a>", "utf-8")
    (tmp_path / "rows.csv").write_text(TEXT, "utf-8")
    for file in list(tmp_path.iterdir()):
        file.rename(tmp_path / file.suffix[1:])
    for name in ("xlsx", "xls", "xml", "csv"):
        source = _source(tmp_path / name)
        assert [row.cells for row in source.read(None) if isinstance(row, Row)] == [CELLS]
        assert source.discover()[0].details["format"] == name
        assert source.check()[-1].message.startswith(name)


def test_the_kinds_for_workbooks_read_either_format(tmp_path: Path) -> None:
    _book(tmp_path / "a.xls")
    write_xls(tmp_path / "a.xlsx", {"处罚": [list(CELLS), list(CELLS.values())]})
    for kind in ("xls", "xlsx"):
        for row in _source(tmp_path / f"a.{kind}", kind).read(None):
            assert isinstance(row, Row)
            assert row.cells == CELLS


def _archive(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, TEXT)
    return path


def test_all_files_of_an_archive_are_read_by_name(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", "b.csv", "a/c.csv", "__MACOSX/a.csv", "a/.hidden.csv")
    rows = list(_source(path).read(None))
    assert [row.file for row in rows] == ["a.zip/a/c.csv", "a.zip/b.csv"]
    assert list(_source(path).read(rows[0].position)) == rows[1:]


def test_a_setting_chooses_files_of_an_archive(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", "b.csv", "a/c.csv", "read.me")
    assert [row.file for row in _source(path, kind="csv", member="*/c.csv").read(None)] == ["a.zip/a/c.csv"]
    with pytest.raises(SourceError, match=r"holds no file that matches '\*\.xlsx'; see settings\.member"):
        list(_source(path, member="*.xlsx").read(None))


def test_names_in_gbk_of_old_archives_are_read(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", "XXXX.csv")
    path.write_bytes(path.read_bytes().replace(b"XXXX", "处罚".encode("gbk")))
    [row] = _source(path, member="处罚.csv").read(None)
    assert row.file == "a.zip/处罚.csv"


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    _book(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "b.xlsx", "b.xlsx")
    assert _cells(tmp_path / "a.zip") == [CELLS]


def test_settings_of_all_formats_stand_side_by_side() -> None:
    assert {"sheet", "delimiter", "encoding", "record", "member"} <= set(AnyFileSettings.model_fields)
