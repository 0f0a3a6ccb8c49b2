"""`creditbus trace`: a row from its source to the feeds, without servers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from creditbus.services.cli.main import main
from creditbus.services.cli.trace.text import lines
from creditbus.services.domain.tokens import person_token
from creditbus.services.intake import examination
from tests.harness.workbooks import write_workbook

Trace = Callable[..., dict[str, Any]]

_HEADER = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期"
_NUMBER = "11010519491231002X"  # the example that GB 11643-1999 itself prints


def _row(code: str, number: int = 1, kind: str = "法人及非法人组织", day: str = "2025-03-03") -> str:
    return (
        f"列入,经营异常名录,黑,{kind},示例晨曦餐饮管理有限公司,{code},示例市市场监督管理局,11990100AU0000010W,"
        f"示异列〔2025〕{number}号,企业信息公示暂行条例,{day}"
    )


ROWS = (
    _row("91990106FC0090109B", 1),
    _row("91420106MA4KAAA16H", 2),
    _row("91990106FC0090109B", 3, day="2025-02-30"),
    _row("72469068-4", 4),
    _row("990102000000004", 5),
    _row("91990106FC0090109B", 6, kind="自然人"),
    _row("91990106FC0090109B", 7) + ",one cell too many",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.csv").write_text("\n".join((_HEADER, *ROWS)) + "\n", encoding="utf-8")
    _configure(tmp_path, "lists", "credit-office", "red-black-list", "csv", "lists.csv", "red-black-lists")
    return tmp_path


def _configure(folder: Path, name: str, department: str, item: str, kind: str, source: str, mapping: str) -> None:
    (folder / "connectors.d").mkdir(exist_ok=True)
    (folder / "connectors.d" / f"{name}.yaml").write_text(
        f"id: {name}\ndepartment: {department}\nitem: {item}\nkind: {kind}\n"
        f"settings: {{path: ../{source}}}\nmapping: {mapping}\n",
        encoding="utf-8",
    )


@pytest.fixture
def trace(folder: Path, capsys: pytest.CaptureFixture[str]) -> Trace:
    del folder

    def run(row: int, *more: str, connector: str = "lists") -> dict[str, Any]:
        capsys.readouterr()
        assert main(["trace", connector, "--row", str(row), "--today", "2026-01-01", "--json", *more]) == 0
        facts: dict[str, Any] = json.loads(capsys.readouterr().out)
        return facts

    return run


def _stages(facts: dict[str, Any]) -> list[str]:
    return [hop["stage"] for hop in facts["hops"]]


def _feeds(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {feed["subscriber"]: feed for feed in facts["hops"][-1]["feeds"]}


def test_a_row_goes_through_the_stages_to_the_feeds_that_its_grants_name(trace: Trace) -> None:
    facts = trace(1)
    assert _stages(facts) == ["connector", "intake", "profiles", "fanout"]
    assert facts["outcomes"] == [{"outcome": "applied", "reason": "NEW"}]
    assert (facts["file"], facts["row"], facts["partitions"]) == ("lists.csv", 1, 4)
    connector, intake, profiles, _ = facts["hops"]
    assert connector["to"][0]["topic"] == intake["from"]["topic"] == "ingest.credit-office"
    assert connector["to"][0]["header"]["document_no"] == [None, "示异列〔2025〕1号"]
    assert intake["to"][0]["topic"] == "credit.events"
    assert intake["to"][0]["key"] == "91990106FC0090109B"
    assert intake["to"][0]["header"]["subject"] == ["", "91990106FC0090109B"]
    assert "document_no" not in intake["to"][0]["header"], "only what changed"
    assert profiles["to"][0]["header"]["applied.change"] == [None, "NEW"]
    assert (profiles["profile"]["state"], profiles["profile"]["revision"]) == ("ACTIVE", 1)
    feeds = _feeds(facts)
    assert feeds["district-wuchang"] == {"subscriber": "district-wuchang", "why": "district", "granted": "420106"}
    assert "ZTMC" in feeds["agency-xinda"]["content"]


def test_a_subject_of_the_district_is_shown_to_it(trace: Trace) -> None:
    assert "content" in _feeds(trace(2))["district-wuchang"]


def test_a_record_is_withheld_for_the_class_of_its_value(
    folder: Path, trace: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "纳税人识别号,NSRMC,PJND,XYDJ,PJDW,PDSJ"
    grades = [f"91990106FC0090109B,示例晨曦餐饮管理有限公司,2024,{grade},示例税务局,2025-04-17" for grade in "AB"]
    (folder / "grades.csv").write_text("\n".join((header, *grades)) + "\n", encoding="utf-8")
    _configure(folder, "grades", "tax-bureau", "tax-credit-grade", "csv", "grades.csv", "tax-grades")
    assert "XYDJ" in _feeds(trace(1, connector="grades"))["agency-xinda"]["content"]
    hidden = _feeds(trace(2, connector="grades"))["agency-xinda"]
    assert hidden == {"subscriber": "agency-xinda", "why": "value", "granted": "public"}
    for language, said in {"en": "its value is not of the class public", "zh": "其值不在“社会公开”之列"}.items():
        assert main(["trace", "grades", "--row", "2", "--today", "2026-01-01", "--lang", language]) == 0
        assert said in capsys.readouterr().out


def test_a_registration_is_made_where_the_row_would_wait_for_one(trace: Trace) -> None:
    made = trace(1)["registered"]
    assert [(one["subject"], one["name"]) for one in made] == [("91990106FC0090109B", "示例晨曦餐饮管理有限公司")]
    facts = trace(1, "--unregistered")
    assert facts["registered"] == []
    assert facts["outcomes"] == [{"outcome": "parked", "reason": ""}]
    assert facts["hops"][-1]["waits"]["code"] == "91990106FC0090109B"


@pytest.mark.parametrize(("row", "key"), [(4, "org:724690684"), (5, "reg:990102000000004")])
def test_a_legacy_code_is_made_known_too(trace: Trace, row: int, key: str) -> None:
    facts = trace(row)
    assert [one["legacy_key"] for one in facts["registered"]] == [key]
    assert facts["outcomes"] == [{"outcome": "applied", "reason": "NEW"}]
    waiting = trace(row, "--unregistered")
    assert _stages(waiting) == ["connector", "intake", "resolver"]
    assert waiting["hops"][-1]["waits"]["code"] == key


def test_a_refused_row_ends_on_the_rejects_topic(trace: Trace) -> None:
    facts = trace(3)
    assert _stages(facts) == ["connector", "intake"]
    assert facts["outcomes"] == [{"outcome": "rejected", "reason": "DATE_UNPARSABLE"}]
    intake = facts["hops"][-1]
    assert [sent["topic"] for sent in intake["to"]] == ["rejects.credit-office"]
    assert [(one["reason"], one["field"]) for one in intake["refused"]] == [("DATE_UNPARSABLE", "LRRQ")]


def test_nothing_of_a_natural_person_is_in_a_trace(trace: Trace) -> None:
    facts = trace(6)
    assert facts["hops"][0]["withheld"]
    assert facts["outcomes"] == [{"outcome": "rejected", "reason": "CAT_NATURAL_PERSON"}]
    assert not re.search("晨曦|FC0090109", json.dumps(facts, ensure_ascii=False))


def test_a_row_that_cannot_be_read_goes_back_too(trace: Trace) -> None:
    facts = trace(7)
    assert not facts["readable"]
    assert facts["outcomes"] == [{"outcome": "rejected", "reason": "FORMAT_COLUMN_COUNT"}]


def test_neither_claim_nor_content_is_in_a_trace(trace: Trace) -> None:
    facts = trace(4)
    assert "企业信息公示暂行条例" not in json.dumps(facts, ensure_ascii=False)
    assert "72469068-4" not in json.dumps(facts, ensure_ascii=False)


def test_the_text_says_the_same_in_both_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    for language, sentences in {
        "en": ("The empty bus has no registration of 91990106FC0090109B", "Outcome: applied NEW; 2 of 3 feeds show it"),
        "zh": ("空总线上没有 91990106FC0090109B 的登记", "结果：入库 新增；3 个订阅流中有 2 个示出"),
    }.items():
        assert main(["trace", "lists", "--row", "1", "--lang", language]) == 0
        said = capsys.readouterr().out
        assert [sentence for sentence in sentences if sentence not in said] == []
        assert re.search(r"services/intake/examination\.py:\d+  Examiner\.examine", said)


@pytest.mark.parametrize(
    ("row", "said"),
    [("8", "lists has no row 8; its rows are 1 to 7"), ("0", "--row")],
)
def test_a_row_that_is_not_there_is_an_error_with_its_fix(
    folder: Path, capsys: pytest.CaptureFixture[str], row: str, said: str
) -> None:
    del folder
    assert main(["trace", "lists", "--row", row]) == 2
    assert said in capsys.readouterr().err


def test_a_row_of_several_files_is_named_by_its_file(
    folder: Path, trace: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "in").mkdir()
    for name, row in (("first.csv", ROWS[0]), ("second.csv", ROWS[2])):
        (folder / "in" / name).write_text(f"{_HEADER}\n{row}\n", encoding="utf-8")
    _configure(folder, "many", "credit-office", "red-black-list", "folder", "in, quiet_seconds: 0", "red-black-lists")
    assert main(["trace", "many", "--row", "1"]) == 2
    assert "2 places have a row 1: first.csv; second.csv; add --file or --sheet" in capsys.readouterr().err
    assert trace(1, "--file", "second.csv", connector="many")["outcomes"][0]["outcome"] == "rejected"


def test_a_row_of_several_sheets_is_named_by_its_sheet(
    folder: Path, trace: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    header, good, wrong = (line.split(",") for line in (_HEADER, ROWS[0], ROWS[2]))
    sheets = {"一月": [header, good, [""], wrong], "二月": [header, [""], [""], wrong]}
    write_workbook(folder / "lists.xlsx", sheets)
    _configure(folder, "book", "credit-office", "red-black-list", "xlsx", "lists.xlsx, sheet: '*'", "red-black-lists")
    assert main(["trace", "book", "--row", "4"]) == 2
    assert "2 places have a row 4" in capsys.readouterr().err
    assert trace(4, "--sheet", "二月", connector="book")["sheet"] == "二月"
    assert trace(2, connector="book")["outcomes"][0]["outcome"] == "applied"
    assert main(["trace", "book", "--row", "3", "--sheet", "一月"]) == 2
    assert "it is blank, a heading or a note" in capsys.readouterr().err


def test_a_token_is_said_to_be_no_city_s(trace: Trace) -> None:
    facts = trace(1)
    facts["hops"][2]["profile"]["subject"] = person_token(_NUMBER, bytes(32))
    assert "this one is made with a key of the trace, not the city's" in "\n".join(lines(facts))


@pytest.mark.parametrize("row", [1, 3, 4])
def test_the_functions_that_a_trace_names_are_those_that_ran(trace: Trace, row: int) -> None:
    if not str(examination.__file__).endswith(".py"):
        pytest.skip("compiled functions leave no trace of their own; `make quick` runs this as Python")
    called: set[tuple[str, int]] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    sys.setprofile(note)
    try:
        facts = trace(row, "--unregistered")
    finally:
        sys.setprofile(None)
    named = [(one["file"], one["line"]) for hop in facts["hops"] for one in hop["functions"]]
    assert named
    assert [
        place for place in named if not any(file.endswith(place[0]) and line == place[1] for file, line in called)
    ] == []
