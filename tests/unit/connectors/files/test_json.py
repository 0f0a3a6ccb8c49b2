"""JSON of files: keys that stand there twice, arrays of objects, and what is wrong in them."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.setup.kinds import kind_named

RECORDS = [{"文号": f"〔2025〕{number}号", "n": number, "x": {"y": [1, "],}{["]}} for number in range(1, 8)]


def _rows(path: Path, text: str | bytes, **settings: Any) -> list[Row | Defect]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    kind = kind_named("files")
    source = kind.open(kind.settings.model_validate({"path": path, **settings}))
    return list(source.read(None))


def _details(rows: list[Row | Defect]) -> list[Any]:
    return [row.detail if isinstance(row, Defect) else row.cells.get("n") for row in rows]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('{"a": 1, "a": 2}', "a"),
        ('{"a": 1, "b": 2, "a": 1}', "a"),
        ('{"a": {"b": 1, "b": 1}}', "b"),
        ('{"a": [{"c": {"文号": 1, "文号": 2}}]}', "文号"),
    ],
)
@pytest.mark.parametrize("form", ["{}\n", "[{}]", "[\n{}\n,\n]"])
def test_a_key_that_stands_there_twice_refuses_its_row_at_any_depth(
    tmp_path: Path, line: str, name: str, form: str
) -> None:
    [defect] = _rows(tmp_path / "a.json", form.replace("{}", line))
    assert isinstance(defect, Defect)
    assert f"the key {name!r} stands there twice" in defect.detail
    assert json.loads(defect.original) == json.loads(line)


def test_keys_that_differ_by_case_alone_refuse_their_row(tmp_path: Path) -> None:
    defect, row = _rows(tmp_path / "a.jsonl", '{"n": 1, "N": 2}\n{"N": 2}\n')
    assert isinstance(defect, Defect)
    assert defect.detail == "the keys 'n' and 'N' differ by case alone"
    assert isinstance(row, Row)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.dat"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_array_of_objects_is_rows(tmp_path: Path, name: str, indent: int | None, encoding: str) -> None:
    text = json.dumps(RECORDS, ensure_ascii=False, indent=indent)
    rows = _rows(tmp_path / name, text.encode(encoding))
    assert [row.row for row in rows] == list(range(1, 8))
    assert _details(rows) == list(range(1, 8))
    assert isinstance(rows[0], Row)
    assert rows[0].cells["x"] == '{"y": [1, "],}{["]}'
    kind = kind_named("jsonl")
    source = kind.open(kind.settings.model_validate({"path": tmp_path / name}))
    assert [finding.ok for finding in source.check()] == [True, True]
    assert [column.name for column in source.discover()[0].columns] == ["文号", "n", "x"]
    assert list(source.read(4)) == rows[4:]


@pytest.mark.parametrize("block", [1, 5, 64])
def test_faulty_elements_are_told_with_their_line_and_the_others_flow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("creditbus.connectors.files.json_array._BLOCK", block)
    text = (
        '[ {"n": 1},\n {"n": 2, "n": "]"},\n 7, "t,]\\"",\n {"n": oops, "x": ["}"]}, [1, {"n": 2}], {"n": NaN},\n'
        ' {"n": "\\ud800"},{"n": "\\u0000"}, null\n,,{"n": 9}] \n'
    )
    assert _details(_rows(tmp_path / "a.json", text)) == [
        1,
        "line 2: the key 'n' stands there twice: nobody can say which value is meant",
        "line 3: a JSON int, not an object",
        "line 3: a JSON str, not an object",
        "line 4: not JSON at line 4: Expecting value",
        "line 4: a JSON list, not an object",
        "line 4: NaN is not JSON",
        "line 5: a text holds half a character",
        "line 5: a text holds a NUL character",
        "line 5: a JSON NoneType, not an object",
        9,
    ]


@pytest.mark.parametrize(
    ("text", "rows", "words"),
    [
        ('[{"n": 1},\n{"n": 2}\n', 2, "is cut off after line 3: its array has no end"),
        ('[{"n": 1},\n{"n": "2', 1, "is cut off in the element of line 2"),
        ('[{"n": 1}]\n{"n": 2}', 1, "goes on after the end of its array in line 2"),
        ("[", 0, "is cut off after line 1"),
    ],
)
def test_an_array_that_is_cut_off_gives_the_rows_before_and_says_so(
    tmp_path: Path, text: str, rows: int, words: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    kind = kind_named("jsonl")
    found = kind.open(kind.settings.model_validate({"path": path})).read(None)
    assert [next(found).row for _ in range(rows)] == list(range(1, rows + 1))
    with pytest.raises(SourceError, match=words):
        next(found)


def test_arrays_may_follow_each_other_and_be_empty(tmp_path: Path) -> None:
    assert _details(_rows(tmp_path / "a.json", '[{"n": 1}]\n[]\n[{"n": 2},\n{"n": 3}]')) == [1, 2, 3]
    assert _rows(tmp_path / "b.json", " [ ]\n") == []


def test_an_array_of_lines_that_are_no_objects_stays_lines(tmp_path: Path) -> None:
    rows = _rows(tmp_path / "a.jsonl", '[1]\n{"n": 1}\n\n{"n": 2}\n')
    assert _details(rows) == ["a JSON list, not an object", 1, 2]


def test_bytes_of_another_encoding_refuse_their_element(tmp_path: Path) -> None:
    raw = '[{"n": 1, "t": "汉字汉字"},\n{"n": 2, "t": "'.encode() + b"\xff" + b'"},{"n": 3}]'
    first, defect, last = _rows(tmp_path / "a.json", raw, encoding="utf-8")
    assert isinstance(defect, Defect)
    assert defect.detail == "line 2: not utf-8"
    assert defect.original == b'{"n": 2, "t": "\xff"}'
    assert isinstance(first, Row)
    assert isinstance(last, Row)


def test_a_long_array_takes_the_memory_of_an_element(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[" + '{"n": "' + "x" * 20_000_000 + '"},')
        for number in range(100_000):
            stream.write(f'{{"n": {number}, "t": "{"示例" * 20}"}},\n')
        stream.write('{"n": -1}]')
    kind = kind_named("jsonl")
    source = kind.open(kind.settings.model_validate({"path": path, "encoding": "utf-8"}))
    tracemalloc.start()
    first, *_, last = (row if row.row in (1, 100_002) else None for row in source.read(None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
    assert isinstance(first, Defect)
    assert first.detail == "line 1: the element is longer than settings.row_bytes"
    assert isinstance(last, Row)
    assert last.cells == {"n": -1}
