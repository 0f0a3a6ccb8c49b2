"""Anyone who asks for Chinese is shown no English sentence where a source, row, configuration or item is wrong.

What a library, a server or a row says may stand in “quotation marks” after a sentence of ours.
"""

from __future__ import annotations

import copy
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from creditbus.avro_schemas.catalogue_files import raw_catalogue
from creditbus.connectors.returned.sheets import REFERENCE
from creditbus.connectors.setup.checks import check_source
from creditbus.connectors.setup.configuration import load_connector
from creditbus.deploy.demo.report import differences
from creditbus.services.cli import main as cli
from creditbus.services.cli.language import choose
from creditbus.services.domain.catalogue.remedies import Remedy
from creditbus.services.query.rejects import RejectedEvent
from creditbus.services.query.returned import ReturnedRow
from creditbus.topics.compatibility import backward_problems
from creditbus.topics.errors import UserError
from creditbus.topics.registry import SchemaRegistry
from creditbus.topics.text import in_language, placeholders
from tests.english import english_in
from tests.harness.web import Reply, Web, running_web
from tests.harness.workbooks import write_workbook

_HEADER = "名单名称,主体名称,主体代码"
_FILE = Path("connectors.d/lists.yaml")
_CONNECTOR = {"id": "lists", "department": "credit-office", "item": "red-black-list", "mapping": "red-black-lists"}

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    for name in ("BOOTSTRAP_SERVERS", "REGISTRY_URL"):  # a bus that is away is named in a line of its own
        monkeypatch.delenv(f"CREDITBUS_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "connectors.d").mkdir()

    def in_chinese(*arguments: str) -> str:
        cli.main([*arguments, "--lang", "zh"])
        said = capsys.readouterr()
        return said.out + said.err

    yield in_chinese
    choose(None)


def _connect(kind: str, settings: Mapping[str, Any], **changes: Any) -> None:
    connector = {**_CONNECTOR, "kind": kind, "settings": dict(settings), **changes}
    _FILE.write_text(yaml.safe_dump(connector, allow_unicode=True), encoding="utf-8")


def _checked() -> str:
    """Return what `connector check` finds out about the source, without asking the bus."""
    return "\n".join(in_language(finding.message, "zh") for finding in check_source(load_connector(_FILE)))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", f'{_HEADER}\n"甲"乙,1,2\n', "右引号之后还有文字"),
        ("a.csv", f'{_HEADER}\n"甲,1,2\n乙,1,2\n', "没有结束"),
        ("a.csv", f'{_HEADER}\n"甲,1,2\n', "到文件末尾仍"),
        ("a.csv", f'{_HEADER}\n"甲,1\n乙\0,1,2\n', "NUL"),
        ("a.csv", f"{_HEADER}\n{'甲' * 999},1,2\n", "settings.row_bytes"),
        ("a.csv", f"{_HEADER}\n甲,1,2,3\n", "4 个单元格"),
        ("a.csv", f"{_HEADER}\n甲\n", "1 个单元格"),
        ("a.csv", f"{_HEADER},一,二,三\n甲,1\n乙,1,2,3,4\n", "合起来正好是一行"),
        ("a.csv", f"{_HEADER}\n\n甲,1,2\n合计,,\n", "跳过"),
        ("a.jsonl", '{"主体名称": "甲"}\n{"a": 1,}\n', "此处应有双引号内的键"),
        ("a.jsonl", '{"主体名称": "甲"}\n{"a" 1}\n[1]\n{"a": NaN}\n{"a": 1, "a": 2}\n', "出现两次"),
        ("a.jsonl", '{"主体名称": "甲"}\n{"a": "\\u0000"}\n{"a": "\\ud800"}\n{"a": 1e999}\n', "指数过大"),
        ("a.jsonl", '{"主体名称": "甲"}\n{"a": 1, "A": 2}\n' + "[" * 9999 + "\n", "仅大小写不同"),
        ("a.jsonl", f'{{"主体名称": "甲"}}\n{{"a": {"9" * 500}}}\n', "位数过多"),
        ("a.json", '[{"主体名称": "甲"}, {"a": x}, 7]', "此处应有值"),
        ("a.xml", "<r><x><a>1</a></x><x><a>&#1;</a><b>1</b><B>2</B></x></r>", "XML 禁止的字符"),
    ],
)
def test_rows_that_cannot_be_read(name: str, content: str, said: str, run: Run) -> None:
    Path(name).write_text(content, encoding="utf-8")
    _connect("files", {"path": f"../{name}", "row_bytes": 1024})
    shown = run("connector", "preview", "lists")
    assert said in shown.replace("\n", "")
    assert english_in(shown) == []


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        ("a.xlsx", [["甲", (60, "yyyy-mm-dd"), 1]], "1900 年 2 月 29 日"),
        ("a.xls", [["甲", (-1, "yyyy-mm-dd"), 1]], "却不是日期"),
        ("a.xlsx", [["甲", 1, 2, 3]], "4 个单元格"),
        ("a.xlsx", [["甲" * 1999, 1, 2]], "settings.row_bytes"),
    ],
)
def test_cells_that_cannot_be_read(name: str, rows: Sequence[Sequence[Any]], said: str, run: Run) -> None:
    write_workbook(Path(name), {"一": [_HEADER.split(","), *rows, ["乙", 1, 2]], "二": [["a"], ["b"]]})
    _connect("xlsx", {"path": f"../{name}", "row_bytes": 1024, "sheet": "一"})
    shown = run("connector", "preview", "lists")
    assert said in shown.replace("\n", "")
    assert english_in(shown) == []


def _archive(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)  # of a fixed time: it names the test
    return stream.getvalue()


_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", _archive("xl/workbook.xml", b"<a")),
        ("a.xlsx", _archive("mimetype", b"ods")),
        ("a.xlsx", _archive("a.txt", b"")[:40]),
        ("a.xls", _XLS + b"\0" * 600),
        ("a.xls", _XLS + "WordDocument".encode("utf-16-le") + b"\0" * 600),
        ("a.xls", _XLS + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600),
        ("a.xls", b"%PDF-1.7"),
        ("a.xml", b"<a><b>1</b>"),
        ("a.xml", b"<?xml version='1.0' encoding='ebcdic'?><a/>"),
        ("a.zip", _archive("a.txt", b"")[:40]),
        ("a.json", b'[{"a": 1} x'),
    ],
)
def test_files_that_cannot_be_read(name: str, content: bytes, run: Run) -> None:
    Path(name).write_bytes(content)
    _connect("files", {"path": f"../{name}", "member": "*"})
    shown = run("connector", "preview", "lists")
    assert shown.startswith("creditbus: ")
    assert english_in(shown) == []


@pytest.fixture
def web() -> Iterator[Web]:
    with running_web() as running:
        yield running


@pytest.mark.parametrize(
    ("reply", "settings"),
    [
        (Reply(b"<html>"), {}),
        (Reply(b"\xff"), {}),
        (Reply(b"[" * 9999), {}),
        (Reply({"code": 500, "msg": "not today"}), {}),
        (Reply({"code": 500, "msg": "not today", "rows": []}), {"records": "rows"}),
        (Reply({"rows": 1}), {"records": "rows"}),
        (Reply({"rows": [], "total": "many"}), {"records": "rows", "total": "total"}),
        (Reply({"rows": [], "total": None}), {"records": "rows", "total": "total"}),
        (Reply(b"\xff", headers={"Content-Type": "application/json; charset=gbk"}), {}),
        (Reply(b"\xff", headers={"Content-Type": "application/json; charset=unheard-of"}), {}),
        (Reply(b"[]", status=404), {}),
        (Reply(b"[]", status=401), {}),
        (Reply(b"", status=302, headers={"Location": "/elsewhere"}), {}),
        (Reply(b"[]", status=503), {}),
        (Reply(b"[]", status=429, headers={"Retry-After": "9999"}), {}),
        (Reply(b"[]", headers={"Content-Encoding": "br"}), {}),
        (Reply(b"[]", headers={"Content-Encoding": "gzip"}), {}),
        (Reply([{"a": 1, "A": 2}, 7, {"b": "\0"}, {"c": {"d": 1}, "c.d": 2}]), {}),
        (Reply(b'[{"a": 1, "a": 2}, {"a": NaN}, {"a": "\\ud800"}]'), {}),
        (Reply([{"a": "x" * 2000}]), {"row_bytes": 1024}),
        (Reply([{"a": 1}], headers={"Link": '<http://example.org/x>; rel="next"'}), {"paging": {"by": "link"}}),
        (Reply({"rows": [{"a": 1}], "at": "\ud800"}), {"records": "rows", "paging": {"by": "cursor", "next": "at"}}),
        (Reply([{"a": 1}]), {"paging": {"by": "page"}}),
    ],
)
def test_answers_of_a_server(reply: Reply, settings: Mapping[str, Any], web: Web, run: Run) -> None:
    if not isinstance(reply.body, bytes):
        reply = Reply(json.dumps(reply.body).encode(), reply.status, reply.headers)
    web.answer = lambda _: reply
    _connect("http", {"url": f"{web.url}/rows", "attempts": 1, **settings})
    shown = run("connector", "preview", "lists") + run("connector", "discover", "lists")
    assert "creditbus: " in shown or "将退回" in shown or "视为末尾" in shown
    assert english_in(shown) == []


def test_a_server_that_is_not_there(run: Run) -> None:
    _connect("http", {"url": "http://127.0.0.1:1/rows", "attempts": 1})
    assert english_in(_checked() + run("connector", "preview", "lists")) == []


_ROWS = "CREATE TABLE rows (编号 INTEGER PRIMARY KEY, 时间 TEXT, 原件 BLOB, 状态 TEXT, 原因 TEXT)"
_COMPARE = {"key": ["编号"], "mode": "compare", "state": "../known.sqlite"}
_STAGING = {"key": ["编号"], "mode": "staging", "status": "状态", "refused": "refused", "reason": "原因"}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"table": "nothing", **_COMPARE},
        {"table": "rows", **_COMPARE},
        {"table": "rows", **_COMPARE, "columns": ["nothing"]},
        {"table": "rows", **_COMPARE, "columns": ["编号", "原件"]},
        {"table": "rows", "key": ["编号"], "mode": "watermark", "watermark": "时间", "window": 9},
        {"table": "rows", "key": ["时间"], "mode": "watermark", "watermark": "原件", "window": 9},
        {"table": "rows", **_STAGING},
        {"table": "rows", **_STAGING, "key": ["时间"]},
        {"url": "sqlite:////nowhere/at/all.db", "table": "rows", **_COMPARE},
        {"url": "sqlite+nothing:///../rows.db", "table": "rows", **_COMPARE},
    ],
)
def test_databases(settings: Mapping[str, Any], run: Run) -> None:
    with sqlite3.connect("rows.db") as database:
        database.execute(_ROWS)
        database.execute("INSERT INTO rows VALUES (1, NULL, x'ff', 'new', NULL)")
    _connect("sql", {"url": "sqlite:///../rows.db", **settings})
    shown = _checked() + "".join(run("connector", command, "lists") for command in ("discover", "preview", "vanished"))
    assert english_in(shown) == []


def test_a_folder(run: Run) -> None:
    _connect("folder", {"path": "../deliveries", "quiet_seconds": 0})
    shown = _checked() + run("connector", "preview", "lists")
    Path("deliveries").mkdir()
    Path("deliveries/a.csv").write_text(f"{_HEADER}\n\n甲,1,2\n", encoding="utf-8")
    Path("deliveries/b.xlsx").write_bytes(b"%PDF-1.7")
    shown += _checked() + run("connector", "preview", "lists")
    assert "跳过：1 个空行" in shown
    assert "PDF 文档" in shown
    assert english_in(shown) == []


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("csv", {"path": 1}),
        ("csv", {"path": "a.csv", "delimiter": ",,"}),
        ("csv", {"path": "a.csv", "delimiter": ""}),
        ("csv", {"path": "a.csv", "encoding": "latin"}),
        ("csv", {"path": "a.csv", "row_bytes": "many"}),
        ("csv", {"path": "a.csv", "row_bytes": 0}),
        ("csv", {"path": "a.csv", "row_bytes": 1.5}),
        ("csv", {"path": "a.csv", "header_row": []}),
        ("csv", {"path": "a.csv", "note_prefixes": 7}),
        ("csv", {}),
        ("xlsx", {"path": "a.xlsx", "sheet": {}}),
        ("xlsx", {"path": "a.xlsx", "merged_cells": "guess"}),
        ("folder", {"path": "x", "pattern": "../*"}),
        ("folder", {"path": "x", "quiet_seconds": 1e9}),
        ("folder", {"path": "x", "quiet_seconds": "soon"}),
        ("folder", {"path": "x", "marker": "."}),
        ("http", {"url": "nowhere"}),
        ("http", {"url": "http://host:port/"}),
        ("http", {"url": "http://user@host/"}),
        ("http", {"url": "http://host/", "charset": "unheard-of"}),
        ("http", {"url": "http://host/", "user": "a"}),
        ("http", {"url": "http://host/", "token": {}}),
        ("http", {"url": "http://host/", "token": {"env": ""}}),
        ("http", {"url": "http://host/", "paging": {"by": "magic"}}),
        ("http", {"url": "http://host/", "paging": {"by": "page", "size": 0}}),
        ("http", {"url": "http://host/", "paging": 7}),
        ("http", {"url": "http://host/", "longest_pause": 0}),
        ("sql", {"url": "nowhere"}),
        ("sql", {"url": "sqlite:///a.db", "time_zone": "Moon/Sea"}),
        ("sql", {"url": "sqlite:///a.db", "table": "t"}),
        ("sql", {"url": "sqlite:///a.db", "table": "t", "mode": "compare"}),
        ("sql", {"url": "sqlite:///a.db", "table": "t", "mode": "compare", "key": "id"}),
        ("sql", {"url": "sqlite:///a.db", "table": "t", "mode": "compare", "key": ["id"]}),
        ("sql", {"url": "sqlite:///a.db", "table": "t", **_COMPARE, "status": "s"}),
        ("sql", {"url": "sqlite:///a.db", "table": "t", **_COMPARE, "refused": "r"}),
        ("sql", {"url": "sqlite:///a.db", "table": "t", **_STAGING, "new": "x", "sent": "x"}),
    ],
)
def test_settings_of_a_connector(kind: str, settings: Mapping[str, Any], run: Run) -> None:
    _connect(kind, settings)
    shown = run("connector", "preview", "lists")
    assert shown.startswith("creditbus: ")
    assert english_in(shown) == []


@pytest.mark.parametrize(
    "overrides",
    [
        7,
        {"content": 7},
        {"claim": {"usc": "a"}},
        {"claim": {"uscc": []}},
        {"content": {"NOTHING": "a"}},
        {"content": {"LRRQ": {"column": "a", "constant": "b"}}},
        {"content": {"LRRQ": {"column": "a", "date_forms": ["yyyy"]}}},
        {"content": {"LRRQ": {"column": "a", "date_forms": ["yyyyMMddMM"]}}},
        {"content": {"LRRQ": {"column": "a", "lookup": "t", "find": "division"}}},
        {"content": {"LRRQ": {"column": "a", "otherwise": {"constant": "b"}}}},
        {"content": {"LRRQ": {"column": "a", "unit": {"from": "斤", "to": "元"}}}},
        {"content": {"LRRQ": {"column": "a", "form": "datetime"}}, "time_zone": "Moon/Sea"},
        {"content": {"MDMC": {"column": "a", "form": "datetime"}}},
        {"empties": 7},
        {"tables": {"t": {"file": "nowhere.csv", "key": "a", "value": "b"}}, "content": {"MDMC": {"lookup": "t"}}},
    ],
)
def test_mappings(overrides: Any, run: Run) -> None:
    Path("a.csv").write_text(f"{_HEADER}\n甲,1,2\n", encoding="utf-8")
    _connect("csv", {"path": "../a.csv"}, overrides=overrides)
    shown = run("connector", "preview", "lists")
    assert shown.startswith("creditbus: ")
    assert english_in(shown) == []


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: 'b", "- a", "a: 1\na: 2", "a: *b", "a: &b [*b]", "a: 2025-13-99", "a:\n\tb: 1", "%X\n", "a: !x 1"],
)
def test_text_that_is_not_yaml(text: str, run: Run) -> None:
    Path("connectors.d/lists.yaml").write_text(text, encoding="utf-8")
    shown = run("connector", "preview", "lists")
    assert shown.startswith("creditbus: ")
    assert english_in(shown) == []


_CHANGES: Sequence[Callable[[Any, Any], Any]] = (
    lambda _, entry: entry.update(id="x"),
    lambda _, entry: entry.update(unheard=1),
    lambda _, entry: entry.update(verb=1),
    lambda _, entry: entry.pop("title"),
    lambda _, entry: entry.update(title=1),
    lambda _, entry: entry["title"].update(zh=1),
    lambda _, entry: entry.update(events=1),
    lambda _, entry: entry.update(events=[]),
    lambda _, entry: entry.update(verbs=["FLY"]),
    lambda _, entry: entry.update(verbs=[]),
    lambda _, entry: entry.update(due_working_days=-1),
    lambda _, entry: entry.update(unregistered_subject="guess"),
    lambda _, entry: entry["natural_key"].update(document_no=""),
    lambda _, entry: entry.update(publication=[{"class": "x", "effective_from": "soon"}]),
    lambda _, entry: entry["rules"].update(not_future=["NOTHING"]),
    lambda _, entry: entry["rules"].update(magnitudes=[{"field": "CF_NR", "above": 1, "amount": "("}]),
    lambda _, entry: entry.update(reasons={"FORMAT_UNPARSABLE": {}}),
    lambda _, entry: entry.update(reasons={"cond": {}}),
    lambda schema, _: schema["fields"][0].update(code="x"),
    lambda schema, _: schema["fields"][0].update(mask=[1]),
    lambda schema, _: schema["fields"][0].update(type="int"),
    lambda schema, _: schema["fields"][0].update(name="a b"),
    lambda schema, _: schema.pop("fields"),
)


@pytest.mark.parametrize("change", _CHANGES, ids=map(str, range(len(_CHANGES))))
def test_items_of_the_catalogue(change: Callable[[Any, Any], Any], run: Run) -> None:
    item = raw_catalogue()["administrative-penalty"]
    schema, entry = copy.deepcopy(item.schema), copy.deepcopy(item.entry)
    change(schema, entry)
    folder = Path("items/administrative-penalty")
    folder.mkdir(parents=True)
    folder.joinpath("v1.avsc").write_text(json.dumps(schema), encoding="utf-8")
    folder.joinpath("item.yaml").write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    shown = run("catalogue", "lint", "items")
    assert "处错误" in shown
    assert english_in(shown) == []


@pytest.mark.parametrize("remedy", Remedy)
def test_every_remedy_takes_the_same_values_in_both_languages(remedy: Remedy) -> None:
    assert set(placeholders(remedy.zh)) == set(placeholders(remedy.en))
    assert english_in(remedy.zh) == []


def test_a_schema_that_cannot_read_the_one_before_it() -> None:
    old: Any = {"type": "record", "name": "x", "fields": [{"name": "a", "type": "string"}]}
    new: Any = {"type": "record", "name": "x", "fields": [{"name": "b", "type": "int"}]}
    said = [*backward_problems(new, [old]), *backward_problems({"type": "mystery"}, [])]
    assert len(said) == 2
    assert english_in("\n".join(in_language(one, "zh") for one in said)) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>"),
        Reply(b"[]", status=500),
        Reply(b"[]", status=401),
        Reply(b"[]", status=404),
        Reply({"error_code": 40403, "message": "not found at all"}, status=404),
        Reply({"error_code": 42201, "message": "not a schema at all"}, status=422),
        Reply(b"", status=302, headers={"Location": "http://other/"}),
        Reply({"what": "ever"}),
    ],
)
def test_answers_of_a_registry(reply: Reply, web: Web) -> None:
    web.answer = lambda _: reply
    with pytest.raises(UserError) as caught:
        SchemaRegistry(web.url).schema(1)
    assert english_in(caught.value.text().zh) == []


@pytest.mark.parametrize(
    "detail",
    [
        "line 2 has text after the quotation mark that closes cell 4: delete it, or double it within a quoted cell",
        "the meter was off",
    ],
)
def test_rows_that_came_back(detail: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"stage": "intake", "item": "x", "department": "credit-office", "cautions": [], "topic": "t", "offset": 7}
    place = {"partition": 0, "run": "lists-1-a", "file": "a.csv", "sheet": "", "row": 3}
    finding = {"reason": "FORMAT_UNPARSABLE", "field": "", "proposed": None}
    unreadable = {"reason": "FORMAT_UNPARSABLE", "detail": detail, "original": b""}
    event = RejectedEvent({**fields, **place, "findings": [finding]}, {"header": {}, "unreadable": unreadable})

    async def read(*_: object) -> list[Any]:
        return [ReturnedRow(event, ("lists-1-a",), 0)]

    _name_a_bus(monkeypatch)
    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    shown = run("rejects", "list", "credit-office")
    assert "FORMAT_UNPARSABLE" in shown
    assert english_in(shown) == []


def _name_a_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")


def test_rows_that_do_not_belong_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _name_a_bus(monkeypatch)
    good = json.dumps(["lists", "lists-1", "a.csv", "", 3, 1])
    rows = [["甲", REFERENCE], ["1", ""], ["2", "changed"], ["3", good], ["4", good]]
    write_workbook(Path("back.xlsx"), {"一": rows, "二": [["甲"], ["1"]]})
    shown = run("rejects", "redrive", "back.xlsx", "--no-wait")
    write_workbook(Path("other.xlsx"), {"一": [["甲"], ["1"]]})
    shown += run("rejects", "redrive", "other.xlsx") + run("rejects", "redrive", "nowhere.xlsx")
    assert "编号已被改动" in shown
    assert english_in(shown) == []


def test_what_the_demonstration_finds_wrong() -> None:
    (said,) = differences({"court": {"applied": 1}}, {"court": {"applied": 2}})
    assert english_in(in_language(said, "zh")) == []
