"""Delimited text: stray quotation marks, line ends of every sort, rows that are too short or too long."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Defect, DefectReason, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.lines import bounded_lines, count_lines
from creditbus.connectors.files.source import FileSource
from creditbus.connectors.setup.kinds import kind_named

WIDTH = 8
HEAD = [f"列{number}" for number in range(WIDTH)]
ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16")
ENDS = ("\n", "\r\n", "\r")
DELIMITERS = (",", ";", "\t", "|")


def _source(path: Path, **settings: Any) -> FileSource:
    kind = kind_named("csv")
    source = kind.open(kind.settings.model_validate({"path": path, **settings}))
    assert isinstance(source, FileSource)
    return source


def _line(number: int, delimiter: str = ",", **changed: str) -> str:
    return delimiter.join(changed.get(f"c{place}", f"行{number}格{place}") for place in range(WIDTH))


def _read(
    tmp_path: Path, *lines: str, delimiter: str = ",", end: str = "\n", encoding: str = "utf-8", **settings: Any
) -> list[Row | Defect]:
    path = tmp_path / "a.csv"
    path.write_bytes((end.join([delimiter.join(HEAD), *lines]) + end).encode(encoding))
    return list(_source(path, **settings).read(None))


def _shown(rows: list[Row | Defect]) -> list[str]:
    """Give the number of each row, and ``!`` after those that are refused."""
    return [f"{row.row}{'!' if isinstance(row, Defect) else ''}" for row in rows]


@pytest.mark.parametrize("place", range(WIDTH))
@pytest.mark.parametrize(("delimiter", "encoding", "end"), [*product(DELIMITERS, ENCODINGS, ENDS)])
def test_two_stray_marks_take_one_line_each(
    tmp_path: Path, place: int, delimiter: str, encoding: str, end: str
) -> None:
    lines = [_line(number, delimiter) for number in range(1, 41)]
    for number in (10, 30):
        lines[number - 1] = _line(number, delimiter, **{f"c{place}": '"餐饮服务'})
    rows = _read(tmp_path, *lines, delimiter=delimiter, end=end, encoding=encoding)
    assert [row.row for row in rows] == list(range(1, 41))
    assert [row.row for row in rows if isinstance(row, Defect)] == [10, 30]
    for row in rows:
        if isinstance(row, Row):
            assert list(row.cells.values()) == _line(row.row).split(",")
        else:
            assert f"opened in line {row.row + 1} is not closed before line {row.row + 2}" in row.detail
            assert row.reason is DefectReason.UNPARSABLE
            assert row.original.decode(encoding if encoding != "utf-16" else "utf-8") == lines[row.row - 1]


@pytest.mark.parametrize(("first", "second"), [*product(range(WIDTH), repeat=2)])
@pytest.mark.parametrize("distance", [1, 2, 5])
def test_an_opening_and_a_closing_mark_in_other_rows_join_nothing(
    tmp_path: Path, first: int, second: int, distance: int
) -> None:
    lines = [_line(number) for number in range(1, 10)]
    lines[1] = _line(2, **{f"c{first}": '"开'})
    lines[1 + distance] = _line(2 + distance, **{f"c{second}": '关"'})
    rows = _read(tmp_path, *lines)
    assert isinstance(rows[1], Defect)
    assert [row.row for row in rows] == list(range(1, 10))
    for row in rows:
        if isinstance(row, Row):
            assert all("\n" not in str(cell) for cell in row.cells.values())


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('"重大"案件', "text after the quotation mark that closes cell 4"),
        ('""重大', "text after the quotation mark that closes cell 4"),
        ('"重大""', "is not closed before line 3, which is a row of its own"),
        ('"', "is not closed before line 3, which is a row of its own"),
        ('  "重大', "is not closed before line 3, which is a row of its own"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_fix(tmp_path: Path, cell: str, words: str) -> None:
    defect, row = _read(tmp_path, _line(1, c3=cell), _line(2))
    assert isinstance(defect, Defect)
    assert isinstance(row, Row)
    assert words in defect.detail
    assert "line 2" in defect.detail
    assert defect.detail.endswith("delete it, or double it within a quoted cell")


def test_a_file_that_ends_inside_marks_loses_one_line(tmp_path: Path) -> None:
    short = [",".join(["短"] * 3)] * 3
    rows = _read(tmp_path, _line(1), _line(2, c7='"x'), *short)
    assert _shown(rows) == ["1", "2!", "3!", "4!", "5!"]
    assert isinstance(rows[1], Defect)
    assert "line 3 is not closed before the file ends" in rows[1].detail


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"甲,乙"', "甲,乙"),
        ('"甲""乙"""', '甲"乙"'),
        ('""', ""),
        ('""""', '"'),
        ('  "甲" ', "甲"),
        ('5"管', '5"管'),
        ('甲"', '甲"'),
        ("'甲", "'甲"),
        ('"甲\n乙,\n\n丙"', "甲\n乙,\n\n丙"),
        ('"甲\r\n""乙"""', '甲\r\n"乙"'),
        ('"\n"', "\n"),
    ],
)
@pytest.mark.parametrize("place", [0, 3, 7])
def test_honest_cells_stay(tmp_path: Path, cell: str, value: str, place: int) -> None:
    before, row, behind = _read(tmp_path, _line(1), _line(2, **{f"c{place}": cell}), _line(3))
    assert [one.row for one in (before, row, behind)] == [1, 2, 3]
    assert isinstance(row, Row)
    assert row.cells[HEAD[place]] == value


def test_all_cells_may_be_in_marks_and_several_hold_line_ends(tmp_path: Path) -> None:
    cells = [f"格{place}\n第二行，续" for place in range(WIDTH)]
    [row] = _read(tmp_path, ",".join(f'"{cell}"' for cell in cells))
    assert isinstance(row, Row)
    assert list(row.cells.values()) == cells


def test_rows_behind_a_cell_of_several_lines_tell_their_own_lines(tmp_path: Path) -> None:
    rows = _read(tmp_path, _line(1, c2='"1\n2\n3"'), _line(2), _line(3) + ",4", _line(4, c1='"x'), _line(5))
    assert _shown(rows) == ["1", "2", "3!", "4!", "5"]
    assert [row.detail.partition(" is ")[0] for row in rows if isinstance(row, Defect)] == [
        "line 6: 9 cells, the header has 8",
        "the quotation mark opened in line 7",
    ]


@pytest.mark.parametrize("lacking", [1, 2, 3])
def test_blank_cells_at_the_end_may_be_left_out_or_be_too_many(tmp_path: Path, lacking: int) -> None:
    short = ",".join(_line(2).split(",")[:-lacking])
    rows = _read(tmp_path, _line(1), short, _line(3), short, short, _line(6) + "," * lacking, _line(7) + ", ,　")
    assert _shown(rows) == ["1", "2", "3", "4", "5", "6", "7"]
    assert isinstance(rows[1], Row)
    assert list(rows[1].cells.values()) == [*_line(2).split(",")[:-lacking], *[""] * lacking]
    assert all(len(row.cells) == WIDTH for row in rows if isinstance(row, Row))


@pytest.mark.parametrize("rows", [["1,2", "3,4", "5,6"], ["1,2,3", "4,5", "6,7", "8,9,"]])
def test_rows_of_three_columns_may_lack_the_last_one(tmp_path: Path, rows: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert _shown(list(_source(path).read(None))) == [str(number) for number in range(1, len(rows) + 1)]


@pytest.mark.parametrize("place", range(1, WIDTH - 1))
@pytest.mark.parametrize("breaks", ["\n", "\n续\n", "\n\n"])
def test_a_line_end_without_marks_refuses_all_pieces_of_its_row(tmp_path: Path, place: int, breaks: str) -> None:
    rows = _read(tmp_path, _line(1), _line(2, **{f"c{place}": f"断{breaks}开"}), _line(3))
    assert isinstance(rows[0], Row)
    assert isinstance(rows[-1], Row)
    assert all(isinstance(row, Defect) and row.reason is DefectReason.COLUMN_COUNT for row in rows[1:-1])
    assert isinstance(rows[1], Defect)
    assert "lines 3 to " in rows[1].detail
    assert list(rows[-1].cells.values()) == _line(3).split(",")


def test_a_line_end_breaks_a_row_of_a_file_that_leaves_out_blanks(tmp_path: Path) -> None:
    short = ",".join(f"格{place}" for place in range(WIDTH - 1))
    rows = _read(tmp_path, *[short] * 5, short.replace("格4", "断\n开"), short)
    assert _shown(rows) == ["1", "2", "3", "4", "5", "6!", "7!", "8"]


def test_a_bare_line_is_refused_and_says_what_it_may_be(tmp_path: Path) -> None:
    rows = _read(tmp_path, _line(1), "续", _line(2))
    assert _shown(rows) == ["1", "2!", "3"]
    assert isinstance(rows[1], Defect)
    assert "a piece of the row before or after it" in rows[1].detail


def test_a_pair_of_marks_within_a_line_shifts_no_cell(tmp_path: Path) -> None:
    cells = _line(2).split(",")
    cells[2], cells[4] = f'"{cells[2]}', f'{cells[4]}"'
    rows = _read(tmp_path, _line(1), ",".join(cells), _line(3))
    assert _shown(rows) == ["1", "2!", "3"]


def test_pieces_of_a_row_that_was_refused_for_its_marks_are_no_rows(tmp_path: Path) -> None:
    broken = _line(2, c1='"甲\n乙,丙,丁,戊,己,庚,壬\n辛"')
    rows = _read(tmp_path, _line(1), broken, _line(3))
    assert isinstance(rows[0], Row)
    assert isinstance(rows[-1], Row)
    assert all(isinstance(row, Defect) for row in rows[1:-1])


@pytest.mark.parametrize("end", ENDS)
def test_notes_and_blank_rows_are_counted_and_told(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join([",".join(HEAD), _line(1), "", ",,,", "表格说明：某某", _line(5), ""]).encode())
    source = _source(path)
    assert _shown(list(source.read(None))) == ["1", "5"]
    assert source.remarks() == ["passed over: 2 blank rows and 1 note (row 4)"]
    assert source.size() is not None
    assert source.size() >= 5  # type: ignore[operator] # an upper bound


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_may_be_mixed(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{','.join(HEAD)}\n{_line(1)}{end}{_line(2)}\n{_line(3)}{end}".encode())
    assert _shown(list(_source(path).read(None))) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [("", "is empty"), ("\n\n", "is empty"), (",,\n1,2,3\n", "no header row"), ("\r\r", "is empty")],
)
def test_a_header_without_columns_is_never_accepted(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=problem):
        list(_source(path, header_row=1).read(None))


def test_a_title_may_hold_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('表\n"文号\n（必填）",名称,"备\n注"\n1号,甲,x\n', encoding="utf-8")
    [row] = _source(path).read(None)
    assert isinstance(row, Row)
    assert list(row.cells.values()) == ["1号", "甲", "x"]
    assert row.row == 1


def test_a_read_goes_on_behind_any_row(tmp_path: Path) -> None:
    lines = [_line(1, c2='"1\n2"'), _line(2, c3='"x'), _line(3), "a,b", "c,d,e,f,g,h,i", "", _line(7)]
    rows = _read(tmp_path, *lines)
    source = _source(tmp_path / "a.csv")
    for at, row in enumerate(rows):
        assert list(source.read(row.position)) == rows[at + 1 :]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_lines_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, block: int) -> None:
    content = b"a\r\nb\rc\n\n\r\r\n" + b"x" * 20 + b"\r\n" + b"y" * 20 + b"\rlast"
    path = tmp_path / "a"
    path.write_bytes(content)
    monkeypatch.setattr("creditbus.connectors.files.lines._BLOCK", block)
    with path.open("rb") as stream:
        lines = list(bounded_lines(stream, 10))
    with path.open("rb") as stream:
        assert count_lines(stream) == 8
    assert [(line.raw, line.whole) for line in lines] == [
        (b"a\r\n", True),
        (b"b\r", True),
        (b"c\n", True),
        (b"\n", True),
        (b"\r", True),
        (b"\r\n", True),
        (b"x" * 10, False),
        (b"y" * 10, False),
        (b"last", True),
    ]
