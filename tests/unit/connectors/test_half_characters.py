"""Half a character (a lone surrogate) refuses its row, wherever it comes from: neither UTF-8 nor Avro can hold one."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Defect, DefectReason, Row, Vanished
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.origin import content_version, file_finding
from creditbus.connectors.folder.settings import FolderSettings
from creditbus.connectors.folder.source import FolderSource
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.progress import Progress, Totals
from creditbus.connectors.run.chunks import TransactionChunk, chunks
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.connectors.withdraw import proposals
from creditbus.services.domain.reasons import Reason
from creditbus.topics.connection import Connection

Write = Callable[..., Path]

_CELLS = {
    "事件类型": "列入",
    "名单名称": "经营异常名录",
    "名单类型": "黑",
    "主体类别": "法人及非法人组织",
    "主体名称": "示例企业",
    "主体代码": "91990106FC0090109B",
    "认定单位": "示例局",
    "认定单位代码": "11990100AU0000010W",
    "列入决定文书号": "示〔2018〕1号",
    "法律依据": "示例法",
    "列入日期": "2018-01-02",
}
_TODAY = date(2019, 12, 31)


class _Registered:
    def find(self, subject: str, schema: object) -> int | None:
        return 1 if subject and schema else None


class _Rows:
    """A third party's source that lets anything through."""

    def __init__(self, *rows: Row | Defect) -> None:
        self._rows = rows

    def discover(self) -> Sequence[Any]:
        return []

    def read(self, _position: object) -> Iterator[Row | Defect]:
        return iter(self._rows)


def _chunk(connector: Connector, source: Any) -> TransactionChunk:
    encoder = Encoder(connector.item.id, _Registered())
    with PublishedRows(connector.file.parent, connector.id) as memory:
        [chunk] = chunks(connector, source, encoder, Progress("lists", "r", "v"), memory.begin("r", 0))
    return chunk


@pytest.mark.parametrize("place", ["value", "key", "list", "utf-16"])
def test_an_escape_of_json_refuses_its_line_alone(write_connector: Write, place: str) -> None:
    sound, half = json.dumps(_CELLS, ensure_ascii=False), "示例\ud800"
    damaged = {
        "value": _CELLS | {"主体名称": half},
        "key": _CELLS | {half: "x"},
        "list": _CELLS | {"法律依据": [{"x": half}]},
        "utf-16": _CELLS | {"主体名称": half},
    }[place]
    file = write_connector("", kind="jsonl", settings={"path": "rows.jsonl"})
    encoding = "utf-16" if place == "utf-16" else "utf-8"
    file.with_name("rows.jsonl").write_text(f"{sound}\n{json.dumps(damaged)}\n{sound}\n", encoding=encoding)
    connector = load_connector(file)
    refused = next(row for row in connector.open().read(None) if isinstance(row, Defect))
    assert (refused.row, refused.detail) == (2, "a text holds half a character")
    assert json.loads(refused.original) == damaged
    assert _chunk(connector, connector.open()).totals == Totals(rows=3, published=3, unreadable=1)


@pytest.mark.parametrize("column", ["主体名称", "主体代码", "列入决定文书号", "列入日期", "事件类型"])
def test_a_row_that_cannot_be_encoded_is_sent_as_unreadable(write_connector: Write, column: str) -> None:
    connector = load_connector(write_connector(""))
    damaged = _CELLS | {column: "示例\ud800"}
    rows = [Row(cells, "rows", "", number, number) for number, cells in enumerate((_CELLS, damaged, _CELLS), start=1)]
    chunk = _chunk(connector, _Rows(*rows))
    assert chunk.totals == Totals(rows=3, published=3, unreadable=1)
    assert len(chunk.noted) == 2
    assert chunk.messages[1].key == b"rows||2"
    assert b"a cell holds half a character" in chunk.messages[1].value
    assert rb"\ud800" in chunk.messages[1].value


def test_a_file_name_of_a_third_party_that_cannot_be_encoded_refuses_its_rows(write_connector: Write) -> None:
    chunk = _chunk(load_connector(write_connector("")), _Rows(Row(_CELLS, "a\udcff.csv", "", 1, 1)))
    assert (chunk.totals.unreadable, chunk.messages[0].key) == (1, b"a?.csv||1")


def test_what_a_third_party_says_of_a_defect_is_sent_whole(write_connector: Write) -> None:
    defect = Defect(DefectReason.UNPARSABLE, "no \ud800", b"x", "a\udcff.csv", "\udc00", 1, 1)
    chunk = _chunk(load_connector(write_connector("")), _Rows(defect))
    assert (chunk.totals.unreadable, chunk.messages[0].key, chunk.files) == (1, b"a?.csv|?|1", {"a?.csv"})
    assert b"no ?" in chunk.messages[0].value


def test_a_vanished_row_that_was_never_a_record_is_not_proposed(
    write_connector: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = load_connector(write_connector(""))
    document = _CELLS | {"列入决定文书号": "示\ud800号"}
    rows = [Vanished(str(n), cells, "rows", n) for n, cells in enumerate((_CELLS, document), start=1)]
    monkeypatch.setattr(Connector, "open", lambda _: _Gone(rows))
    monkeypatch.setattr(proposals, "SchemaRegistry", lambda _: _Registered())
    found = proposals.proposals(connector, Connection("", "", "", connector.file.parent), _TODAY)
    assert [(one.document_no, one.rows) for one in found] == [("示〔2018〕1号", ("1",))]


class _Gone:
    """A source that compares, and whose rows have no keys."""

    def __init__(self, rows: list[Vanished]) -> None:
        self._rows = rows

    def vanished(self) -> list[Vanished]:
        return self._rows

    def known(self) -> int:
        return len(self._rows)

    def forget(self, keys: Sequence[str]) -> None:
        raise AssertionError(keys)


def test_what_is_said_of_a_file_whose_name_is_gbk_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("处罚.csv".encode("gb18030"))
    with pytest.raises(SourceError, match=r"/处罚\.csv: cannot be read"):
        content_version(path)
    assert "/处罚.csv" in file_finding(path).message


def test_a_preview_says_what_a_run_would_do(write_connector: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    connector = load_connector(write_connector(""))
    damaged = Row(_CELLS | {"主体名称": "示例\ud800"}, "rows", "", 2, 2)
    monkeypatch.setattr(Connector, "open", lambda _: _Rows(Row(_CELLS, "rows", "", 1, 1), damaged))
    found = preview(connector, _TODAY)
    assert (found.rows, found.publishable, found.unreadable) == (2, 1, 1)
    assert [(one.row, one.reason, one.detail) for one in found.shown] == [
        (2, Reason.FORMAT_UNPARSABLE, "a cell holds half a character")
    ]


def test_a_file_whose_name_is_gbk_is_told_by_that_name(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode("行政处罚.csv".encode("gb18030"))).write_text("文号,名称\n1,示例\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 alone")
    settings = FolderSettings.model_validate({"path": tmp_path})
    assert [row.file for row in FolderSource(settings, lambda: 4e9).read(None)] == ["行政处罚.csv"]
