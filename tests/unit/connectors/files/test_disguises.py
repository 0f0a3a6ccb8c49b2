"""Files that are called .xls and are something else: read where that is safe, else named, with what to do."""

import re
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import blob_of
from creditbus.connectors.files.disguise import Content, content_of
from creditbus.connectors.files.sheet_cells import FaultyCell, SheetNumber
from creditbus.connectors.files.source import FileSource
from creditbus.connectors.mapping.cells import typed_text
from creditbus.connectors.mapping.tables import load_lookup
from creditbus.connectors.setup.kinds import kind_named
from creditbus.services.cli.connector.app import app
from creditbus.services.cli.connector.init import _kind_by_source
from tests.harness.workbooks import write_workbook
from tests.harness.xls_writer import write_xls

CASES = Path(__file__).parents[3] / "cases"
MEGABYTE = 1 << 20
HEAD = "文号,名称,备注"


def _source(path: Path, kind: str = "files", **settings: Any) -> FileSource:
    found = kind_named(kind)
    source = found.open(found.settings.model_validate({"path": path, **settings}))
    assert isinstance(source, FileSource)
    return source


def _cells(path: Path, kind: str = "files", **settings: Any) -> list[list[Any]]:
    found = []
    for row in _source(path, kind, **settings).read(None):
        assert isinstance(row, Row), row
        found.append([_said(cell) for cell in row.cells.values()])
    return found


def _said(cell: Any) -> Any:
    if isinstance(cell, FaultyCell):
        return cell.reason.value
    return cell.shown if isinstance(cell, SheetNumber) and cell.shown is not None else typed_text(cell)


def _page(*rows: str, before: str = "<html><body>", encoding: str = "utf-8") -> bytes:
    head = "".join(f"<th>{name}</th>" for name in HEAD.split(","))
    body = "".join(f"<tr>{row}</tr>\r\n" for row in rows)
    return f"{before}<table border=1>\n<tr>{head}</tr>{body}</table></body></html>".encode(encoding)


@pytest.mark.parametrize("kind", ["files", "xls", "xlsx"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "before",
    [
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body>",
        "\r\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.0//EN'>\n<HTML><HEAD><style>td{a:b}</style></HEAD><BODY>",
        "<!-- 导出 -->\n<meta http-equiv=Content-Type content='text/html'>",
        "<?xml version='1.0'?><html><body>",
        "",
    ],
)
def test_a_page_is_read_by_its_table(tmp_path: Path, kind: str, encoding: str, before: str) -> None:
    path = tmp_path / "a.xls"
    row = "<td>0012</td><td> 示例\n &amp;\t甲&nbsp;</td><td>一<br>二<b>三</b></td>"
    path.write_bytes(_page(row, before=before, encoding=encoding))
    assert _cells(path, kind) == [["0012", "示例 & 甲\xa0", "一\n二三"]]


def test_cells_of_a_page_span_rows_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    rows = (
        "<td>1号<td rowspan=3>甲<td>x",
        "<td>2号</td><td>y</td>",
        "<td>3号</td>",
        "<td colspan='2'>4号</td><td>z</td>",
        "<td>5号</td><td><table><tr><td>内</td></tr></table></td><td rowspan=0></td>",
    )
    path.write_bytes(_page(*rows))
    fill = [["1号", "甲", "x"], ["2号", "甲", "y"], ["3号", "甲", None], ["4号", "4号", "z"], ["5号", "内", None]]
    assert _cells(path, merged_cells="fill") == fill
    assert [row[1] for row in _cells(path)] == ["甲", "CELL_MERGED", "CELL_MERGED", "CELL_MERGED", "内"]


def test_every_table_of_a_page_is_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    title = "<table><tr><td>标题</td><td>单位</td><td>日期</td></tr><tr><td>1</td></tr></table>"
    path.write_bytes(_page("<td>1号</td><td>甲</td><td></td>", before=title))
    source = _source(path, sheet="table 2")
    assert [row.sheet for row in source.read(None)] == ["table 2"]
    assert any("table 1" in remark for remark in source.remarks())


def test_a_damaged_character_of_a_page_refuses_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    raw = _page("<td>1号</td><td>QQ</td><td></td>", *["<td>2号</td><td>乙</td><td></td>"] * 3)
    path.write_bytes(raw.replace(b"QQ", b"\xff"))
    first, *others = _source(path).read(None)
    assert isinstance(first, Defect)
    assert "do not belong to its file's encoding" in first.detail
    assert [type(row) for row in others] == [Row] * 3


@pytest.mark.parametrize(
    "end", [b"<td " + b"a" * 4 * MEGABYTE, b"<!-- " + b"a" * 4 * MEGABYTE, b"<td>" + b"a" * 4 * MEGABYTE]
)
def test_a_page_without_end_takes_bounded_memory(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(_page("<td>1号</td><td>甲</td><td></td>").replace(b"</table>", b"<tr>" + end + b"</table>"))
    source = _source(path)
    tracemalloc.start()
    try:
        rows = list(source.read(None))
    except SourceError as error:
        assert "longer than" in str(error)  # noqa: PT017 -- either way out is one
    else:
        assert isinstance(rows[1], Defect)
        assert "longer than settings.row_bytes" in rows[1].detail
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 16 * MEGABYTE


SPREADSHEET = """<?xml version="1.0" encoding="{encoding}"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Styles><Style ss:ID="Default"><NumberFormat/></Style>
  <Style ss:ID="s1"><NumberFormat ss:Format="0000"/></Style>
  <Style ss:ID="s2"><NumberFormat ss:Format="Short Date"/></Style>
  <Style ss:ID="s3" ss:Parent="s1"><Font/></Style><Style ss:ID="s4"><NumberFormat ss:Format="Percent"/></Style>
  <Style ss:ID="s5"><NumberFormat ss:Format="&quot;示〔2025〕&quot;@&quot;号&quot;"/></Style>
  <Style ss:ID="s6"><NumberFormat ss:Format=";;;"/></Style></Styles>
 <Worksheet ss:Name="旧"><Table><Row><Cell><Data ss:Type="String">a</Data></Cell></Row></Table>
  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>
 </Worksheet>
 <Worksheet ss:Name="名单"><Table>
  <Row><Cell><Data ss:Type="String">文号</Data></Cell><Cell><Data ss:Type="String">名称</Data></Cell>
   <Cell><Data ss:Type="String">备注</Data></Cell></Row>
  <Row ss:Index="4"><Cell ss:StyleID="s1"><Data ss:Type="Number">12</Data></Cell><Cell ss:MergeDown="1"><Data
   ss:Type="String">示例&amp;<B>甲</B></Data></Cell>
   <Cell><Data ss:Type="DateTime">2025-03-03T00:00:00.000</Data></Cell></Row>
  <Row><Cell ss:StyleID="s3"><Data ss:Type="Number">7</Data><Comment><ss:Data>批注</ss:Data></Comment></Cell>
   <Cell ss:Index="3"><Data ss:Type="Error">#N/A</Data></Cell></Row>
  <Row><Cell><Data ss:Type="Number">2.0250303000012E+19</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>
   <Cell ss:StyleID="s2"><Data ss:Type="Number">45719</Data></Cell></Row>
  <Row><Cell><Data ss:Type="Number">5</Data></Cell><Cell ss:StyleID="s4"><Data ss:Type="Number">0.5</Data></Cell></Row>
  <Row><Cell ss:StyleID="s5"><Data ss:Type="String">12</Data></Cell><Cell ss:StyleID="s6"><Data>乙</Data></Cell>
   <Cell ss:StyleID="s1"><Data>x</Data></Cell></Row>
 </Table></Worksheet>
</Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["a.xls", "a.xml", "a"])
def test_a_workbook_as_xml_is_read(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_bytes(SPREADSHEET.format(encoding=encoding).encode(encoding))
    assert _cells(path, sheet="名单", merged_cells="fill") == [
        ["0012", "示例&甲", "2025-03-03"],
        ["0007", "示例&甲", "CELL_ERROR"],
        ["20250303000012000000", "true", "2025-03-03"],
        ["5", "0.5", None],
        ["示〔2025〕12号", "NUMBER_FORMATTED", "x"],
    ]
    assert [row.row for row in _source(path, sheet="*").read(None)] == [4, 5, 6, 7, 8]


def test_a_workbook_as_xml_may_count_its_days_from_1904(tmp_path: Path) -> None:
    book = '<ExcelWorkbook xmlns="urn:schemas-microsoft-com:office:excel"><Date1904/></ExcelWorkbook>\n <Styles>'
    path = tmp_path / "a.xls"
    path.write_text(SPREADSHEET.format(encoding="utf-8").replace("<Styles>", book).replace("45719", "44257"), "utf-8")
    assert _cells(path, sheet="名单")[2][2] == "2025-03-03"
    assert [table.details.get("day_numbers") for table in _source(path, sheet="名单").discover()] == ["1904"]


def test_data_outside_of_a_cell_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    raw = SPREADSHEET.format(encoding="utf-8")
    path.write_text(raw.replace('<Cell><Data ss:Type="Boolean">1</Data></Cell>', "</Row><Data>1</Data><Row>"), "utf-8")
    with pytest.raises(SourceError, match="is damaged: it has data outside of a cell"):
        _cells(path, sheet="名单")


def test_data_as_xml_stay_data_whatever_its_elements_are_called(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<table><row><文号>1号</文号><名称>甲</名称></row></table>", "utf-8")
    assert [table.details["format"] for table in _source(path).discover()] == ["xml"]


@pytest.mark.parametrize("kind", ["files", "xls", "xlsx"])
@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_a_workbook_with_a_password_says_so(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((CASES / "13-password.xlsx").read_bytes())
    with pytest.raises(SourceError, match="is protected by a password; save it without one"):
        _cells(path, kind)


def test_an_old_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    write_xls(path, {"甲": [["a", "b"], ["1", "2"]]})
    raw, code_page = path.read_bytes(), struct.pack("<HHH", 0x0042, 2, 1200)
    assert raw.count(code_page) == 1
    path.write_bytes(raw.replace(code_page, struct.pack("<HHH", 0x002F, 2, 0)))  # FILEPASS: what follows is encrypted
    with pytest.raises(SourceError, match="is protected by a password; save it without one"):
        _cells(path)


MHT = b"From: <Saved by Excel>\r\nSubject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<html>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (MHT, r"is an archived web page \(MHT\), no workbook; open it with Excel or WPS and save its table as \.xlsx"),
        (MHT[MHT.index(b"MIME") :], "is an archived web page"),
        (b"%PDF-1.4\n", "is a PDF document"),
        (b"{\\rtf1\\ansi", "is an RTF document"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "WordDocument".encode("utf-16-le"), "is a Word document"),
    ],
)
@pytest.mark.parametrize("kind", ["files", "xls", "xlsx"])
def test_what_cannot_be_read_is_named(tmp_path: Path, kind: str, content: bytes, words: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        _cells(path, kind)


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_text_under_the_name_of_a_workbook_is_read_or_named(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.xls"
    path.write_text(f"{HEAD}\n1号,甲,\n".replace(",", delimiter), "gb18030")
    assert _cells(path)[0][:2] == ["1号", "甲"]
    with pytest.raises(SourceError, match=r"is text, no workbook; kind: files \(or csv, tsv\) reads it"):
        _cells(path, "xls")
    assert content_of(blob_of(path)) is Content.TEXT


def test_init_takes_text_under_the_name_of_a_workbook_for_what_it_is(tmp_path: Path) -> None:
    columns = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,"
    columns += "认定单位代码,列入决定文书号,法律依据,列入日期,备注"
    path = tmp_path / "a.xls"
    path.write_text(columns + "\n" + ",".join("甲" * 12) + "\n", "gb18030")
    arguments = [
        "init",
        "--department",
        "credit-office",
        "--source",
        str(path),
        "--folder",
        str(tmp_path / "d"),
        "--yes",
    ]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "kind: files" in (tmp_path / "d" / "a.yaml").read_text("utf-8")


SOMETHING_ELSE = [
    ("xls", "a workbook of the old format; set kind to files"),
    ("xlsx", "a workbook (xlsx); set kind to files"),
    (SPREADSHEET.format(encoding="utf-8").encode(), "a workbook as XML (XML Spreadsheet 2003); set kind to files"),
    (_page("<td>1号</td>"), "a web page (HTML); set kind to files"),
    (b"%PDF-1.7\n1,2", "a PDF document; open it with Excel or WPS"),
    (b"\x89PNG\r\n\x1a\n", "a picture; open it with Excel or WPS"),
]


def _something_else(path: Path, content: bytes | str) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        made = write_workbook(path.with_suffix(f".{content}"), {"甲": [["文号", "名称"], ["1号", "甲"]]})
        made.rename(path)
    return path


@pytest.mark.parametrize(("content", "said"), SOMETHING_ELSE)
@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize("settings", [{}, {"header_row": 1}])
def test_what_is_no_text_is_named_by_the_kinds_of_text(
    tmp_path: Path, kind: str, settings: dict[str, Any], content: bytes | str, said: str
) -> None:
    path = _something_else(tmp_path / f"a.{kind}", content)
    source = _source(path, kind, **({} if kind == "jsonl" else settings))
    with pytest.raises(SourceError, match=re.escape(f"a.{kind}: is {said}")):
        list(source.read(None))
    assert f"is {said}" in source.check()[-1].message


@pytest.mark.parametrize("content", ["xls", "xlsx"])
def test_a_workbook_is_no_xml_and_no_table_to_look_values_up_in(tmp_path: Path, content: str) -> None:
    path = _something_else(tmp_path / "a.xml", content)
    with pytest.raises(SourceError, match="is a workbook"):
        list(_source(path, "xml").read(None))
    with pytest.raises(SourceError, match="is a workbook"):
        load_lookup(path, "文号", "名称")


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "xml"])
def test_a_disguised_workbook_is_read_by_the_kind_that_init_takes(tmp_path: Path, ending: str) -> None:
    path = _something_else(tmp_path / f"a.{ending}", "xlsx")
    assert _kind_by_source(str(path)) == "files"
    assert [row[0] for row in _cells(path, "files")] == ["1号"]
    assert _kind_by_source(str(_something_else(tmp_path / f"b.{ending}", b"<a><b>1</b></a>"))) == ending


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "files"])
@pytest.mark.parametrize("content", [b"", b"\r\n \r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, kind: str, content: bytes) -> None:
    path = tmp_path / ("a.csv" if kind == "files" else f"a.{kind}")
    path.write_bytes(content)
    source = _source(path, kind)
    assert "is empty" in source.check()[-1].message
    assert "header_row" not in source.check()[-1].message
    if kind == "jsonl":
        assert list(source.read(None)) == []  # a list that has come to its end
    else:
        with pytest.raises(SourceError, match="is empty; hand it in again with its header and rows"):
            list(source.read(None))


def test_a_file_that_begins_with_many_blank_lines_is_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" * 5000 + b'{"a": 1}\n')
    assert [row.row for row in _source(path, "jsonl").read(None)] == [5001]
    assert _source(path, "jsonl").check()[-1].ok
