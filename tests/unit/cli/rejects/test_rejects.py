"""`rejects`: each row is named as in the file that its department published, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from creditbus.connectors.returned import redrive, sheets
from creditbus.connectors.returned.redrive import RedriveSummary, StillRefused
from creditbus.connectors.returned.rejection import Fault
from creditbus.connectors.returned.sheets import CorrectedRow, Reference
from creditbus.services.cli import main as cli
from creditbus.services.cli.rejects import way_back
from creditbus.services.domain.statements import ClosedRow, Closing, Place
from creditbus.services.query.rejects import RejectedEvent
from creditbus.services.query.returned import ReturnedRow

_PLACE = Place("lists-1", "lists.csv", "", 3)
_FIELDS = {
    "stage": "intake",
    "item": "red-black-list",
    "department": "credit-office",
    "cautions": [],
    "topic": "ingest.credit-office",
    "partition": 2,
    "run": "lists-1-a",
    "file": "lists.csv",
    "sheet": "",
    "row": 3,
    "offset": 7,
    "findings": [{"reason": "DATE_UNPARSABLE", "field": "LRRQ", "proposed": None}],
}


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")


def _row(status: str, said: Mapping[str, Any] | None = None, closing: Closing | None = None, **changes: Any) -> Any:
    class Row(ReturnedRow):
        __slots__ = ()

        @property
        def status(self) -> Any:
            return status

        @property
        def seconds_to_fix(self) -> float | None:
            return 30.0 if status == "fixed" else None

    return Row(RejectedEvent(_FIELDS | changes, said or {}), ("lists-1-a",), 0, closing=closing)


@pytest.mark.parametrize(
    ("spoken", "place", "nowhere", "totals"),
    [
        (
            "zh",
            "lists.csv  第 3 行  列入日期（LRRQ）",
            "位点 7",
            "退回 5 行，待改正 1 行，已改正 2 行，已重新发送 2 行",
        ),
        (
            "en",
            "lists.csv  row 3  LRRQ (Date of entry)  列入日期",
            "offset 7",
            "5 refused, 1 of them open, 2 fixed, 2 sent again since",
        ),
    ],
)
def test_the_list_speaks_and_its_parts_are_the_whole(
    spoken: str,
    place: str,
    nowhere: str,
    totals: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    statuses = ["fixed", "fixed", "replaced", "replaced"]

    async def read(*_: object) -> list[Any]:
        return [_row("open"), *(_row(status, file="", row=0) for status in statuses)]

    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    assert cli.main(["rejects", "list", "credit-office", "--lang", spoken]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(place)
    assert said.out.count(nowhere) == 4
    assert said.err.startswith(totals)


@pytest.mark.parametrize(
    ("spoken", "line", "other"),
    [
        ("zh", "lists.csv  第 3 行（corrected.csv 第 2 行）仍不合格  列入日期（LRRQ）  DATE_UNPARSABLE  ", "The value"),
        (
            "en",
            "lists.csv  row 3  (row 2 of corrected.csv) is still refused  LRRQ (Date of entry)  DATE_UNPARSABLE  ",
            "日期",
        ),
    ],
)
def test_what_is_still_refused_is_numbered_as_in_the_list(
    spoken: str,
    line: str,
    other: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = StillRefused(2, _PLACE, "red-black-list", "credit-office", (Fault("DATE_UNPARSABLE", "LRRQ", None),))
    row = CorrectedRow(2, Reference("lists", _PLACE, 0), {})
    monkeypatch.setattr(sheets, "read", lambda _: [row])
    monkeypatch.setattr(redrive, "redrive", lambda *_: RedriveSummary(refused=[refused]))
    monkeypatch.setattr(way_back, "connector_named", lambda *_: None)
    assert cli.main(["rejects", "redrive", str(tmp_path / "corrected.csv"), "--lang", spoken]) == 1
    said = capsys.readouterr().out
    assert said.startswith(line)
    assert other not in said


_SAID = {"header": {}, "claim": {"uscc": "91990107fc0090117l"}, "content": {"LRRQ": "2025-02-30", "BZ": "一\n二"}}
_HEADER = "事件类型,名单名称,主体,列入日期"


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """List these rows; the department calls the column of the code 主体, its connector `lists` is on this machine."""
    (tmp_path / "rows.csv").write_text(f"{_HEADER}\n列入,经营异常名录,x,2025-02-30\n", encoding="utf-8")
    configuration = {
        "id": "lists",
        "department": "credit-office",
        "item": "red-black-list",
        "kind": "csv",
        "settings": {"path": "rows.csv"},
        "mapping": "red-black-lists",
        "overrides": {"claim": {"uscc": {"column": "主体"}}},
    }
    (tmp_path / "lists.yaml").write_bytes(orjson.dumps(configuration))

    def run(rows: list[Any], *options: str) -> str:
        async def read(*_: object) -> list[Any]:
            return rows

        monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
        folder = ("--folder", str(tmp_path))
        assert cli.main(["rejects", "list", "credit-office", "--lang", "en", *folder, *options]) == 0
        return capsys.readouterr().out

    return run


def test_the_list_shows_value_column_connector_key_and_what_is_wrong(listed: Callable[..., str]) -> None:
    findings = [
        {"reason": "ID_LOWER_CASE", "field": "ZTDM", "proposed": "91990107FC0090117L"},
        {"reason": "DATE_UNPARSABLE", "field": "LRRQ", "proposed": None},
        {"reason": "FORMAT_OVER_LENGTH", "field": "BZ", "proposed": None},
    ]
    row = _row("open", _SAID, findings=findings)
    code, day, note = listed([row]).splitlines()
    assert code.startswith("lists.csv  row 3  ZTDM  主体  “91990107fc0090117l”  ID_LOWER_CASE  The code holds a lower")
    assert code.endswith(f"did you mean 91990107FC0090117L ?  [lists  {row.key}]")
    assert "LRRQ (Date of entry)  列入日期  “2025-02-30”  DATE_UNPARSABLE" in day
    assert "“一\\n二”" in note, "a value with a line break stays in its line"
    assert "备注" in note, "where no column is mapped, the standard's title stands"
    (facts,) = orjson.loads(listed([row], "--json"))
    assert (facts["connector"], facts["key"], facts["detail"]) == ("lists", row.key, "")
    assert [(one["column"], one["value"]) for one in facts["findings"]] == [
        ("主体", "91990107fc0090117l"),
        ("列入日期", "2025-02-30"),
        (None, "一\n二"),
    ]


def test_a_row_that_could_not_be_read_says_what_its_reader_found(listed: Callable[..., str]) -> None:
    unreadable = {
        "reason": "FORMAT_COLUMN_COUNT",
        "detail": "3 cells under 11 headers",
        "original": "少,了".encode("gb18030"),
    }
    findings = [{"reason": "FORMAT_COLUMN_COUNT", "field": "", "proposed": None}]
    row = _row("open", {"header": {}, "unreadable": unreadable}, findings=findings)
    (line,) = listed([row]).splitlines()
    assert "“少,了”  FORMAT_COLUMN_COUNT  3 cells under 11 headers" in line
    (facts,) = orjson.loads(listed([row], "--json"))
    assert (facts["detail"], facts["findings"][0]["value"]) == ("3 cells under 11 headers", "少,了")


def test_a_row_of_a_connector_elsewhere_is_listed_all_the_same(listed: Callable[..., str]) -> None:
    (line,) = listed([_row("open", _SAID, run="others-1-a")]).splitlines()
    assert "LRRQ (Date of entry)  列入日期  “2025-02-30”" in line
    assert "[others  " in line


def test_a_closed_row_says_why(listed: Callable[..., str]) -> None:
    closing = Closing("credit-office", ClosedRow("lists", "lists.csv", ""), "合计行", 0)
    (line,) = listed([_row("closed", closing=closing)]).splitlines()
    assert line.startswith("closed  lists.csv  row 3")
    assert "(合计行)" in line
    assert listed([_row("closed", closing=closing)], "--open") == ""


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--reason", "合计行"], "KEYS: or --because is needed, one of both"),
        (["00", "--because", "DATE_UNPARSABLE", "--reason", "x"], "KEYS: or --because is needed, one of both"),
        (["zz", "--reason", "x"], "key zz: names no refused row"),
        (["", "--reason", "x"], "key : names 2 rows"),
        (["--because", "ID_LENGTH", "--reason", "x"], "--because: 'ID_LENGTH' refused no row; one of: DATE_UNPARSABLE"),
    ],
)
def test_what_is_closed_has_to_be_named(
    words: list[str], line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def read(*_: object) -> list[Any]:
        return [_row("open"), _row("open", row=4)]

    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    assert cli.main(["rejects", "close", "credit-office", *words]) == 2
    assert line in capsys.readouterr().err


def test_what_is_fixed_already_is_not_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = _row("fixed")

    async def read(*_: object) -> list[Any]:
        return [row]

    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    assert cli.main(["rejects", "close", "credit-office", row.key, "--reason", "x"]) == 2
    assert "is fixed already" in capsys.readouterr().err


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_a_closing_needs_words(
    reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = _row("open")

    async def read(*_: object) -> list[Any]:
        return [row]

    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    assert cli.main(["rejects", "close", "credit-office", row.key, "--reason", reason]) == 2
    assert "creditbus: --reason: is" in capsys.readouterr().err
