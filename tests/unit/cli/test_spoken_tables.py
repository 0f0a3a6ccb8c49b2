"""Ledger, feed and profile speak the language that is chosen; what a machine reads keeps its codes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.feed.app import feed_line
from creditbus.services.cli.language import choose
from creditbus.services.cli.profile_lines import past_lines, profile_lines
from creditbus.services.cli.words import word
from creditbus.services.domain.event import Change, RecordState, SubjectKind, Verb
from creditbus.services.domain.evidence.continuity import Break, BreakKind, Continuity
from creditbus.services.domain.feed.withholding import WITHHELD
from creditbus.services.domain.ledger import Bookings, Ledger, Outcome
from creditbus.services.query.accounts import Accounts
from creditbus.services.query.feed import FeedRecord

_ORIGIN: Any = {"department": "tax-bureau", "run": "run", "file": "grades.csv", "sheet": "", "row": 7}
_PROFILE: dict[str, Any] = {
    "subject": "91990106FC0090109B",
    "name": "",
    "kind": "ENTERPRISE",
    "district": "",
    "registered": False,
    "version": 3,
    "parked": 0,
    "held": 2,
    "predecessors": [
        {
            "subject": "91420106MA4KAAA16H",
            "name": "示例甲",
            "kind": "合并",
            "since": "2019-01-02",
            "notice": "示合〔2019〕1号",
        }
    ],
    "successors": [],
    "records": [
        {
            "state": "WITHDRAWN",
            "item": "red-black-list",
            "document_no": "示列〔2025〕1号",
            "authority_name": "示例局",
            "revision": 2,
            "cautions": ["NAME_MISMATCH"],
            "disclosure": "public",
            "act": {"decided_on": "2025-03-03"},
            "last_act": {"verb": "WITHDRAW", "decided_on": "2025-04-01"},
            "statement": None,
        },
        {
            "state": "ACTIVE",
            "item": "tax-credit-grade",
            "document_no": "2024年度",
            "authority_name": "示例局",
            "revision": 1,
            "cautions": [],
            "disclosure": "shared",
            "act": {"decided_on": "2025-04-03"},
            "last_act": None,
            "statement": "款项已于\n2025-03-01 缴清。",
            "publication": {
                "until": "2026-04-03",
                "rule": "示例办法",
                "class": "一般",
                "verified": False,
                "ended": False,
                "overdue": False,
            },
        },
    ],
}


@pytest.fixture(params=["zh", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    choose(request.param)
    yield request.param
    choose(None)


def _ledger(*, balanced: bool) -> Ledger:
    bookings = Bookings()
    bookings.book(_ORIGIN, "item", Outcome.RECEIVED, count=2)
    bookings.book(_ORIGIN, "item", Outcome.REJECTED, "ID_LOWER_CASE", 2 if balanced else 1)
    ledger = Ledger()
    ledger.add(bookings.deltas())
    return ledger


@pytest.mark.parametrize("balanced", [True, False])
def test_the_ledger_speaks(
    spoken: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, balanced: bool
) -> None:
    async def read(_: object) -> Accounts:
        return Accounts([], [], _ledger(balanced=balanced))

    monkeypatch.setattr("creditbus.services.query.ledger.read_accounts", read)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    wanted = {
        "zh": ("部门", "退回", "是" if balanced else "否"),
        "en": ("department", "rejected", "yes" if balanced else "NO"),
    }
    assert cli.main(["ledger", "--lang", spoken]) == (0 if balanced else 1)
    said = capsys.readouterr().out
    assert all(text in said for text in wanted[spoken])
    sentence = "代码含小写字母，请按建议值更正（ID_LOWER_CASE）" if spoken == "zh" else "rejected by ID_LOWER_CASE"
    assert sentence in said
    last = {"zh": ("平衡", "不平衡：1 条尚无结果"), "en": ("balanced", "NOT BALANCED: 1 event without")}[spoken]
    assert said.splitlines()[-1].startswith(last[not balanced])
    cli.main(["ledger", "--json", "--lang", spoken])
    facts = capsys.readouterr().out
    assert json.loads(facts)["balanced"] is balanced
    assert facts.isascii()


def test_equal_counts_of_reasons_are_in_the_order_of_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bookings = Bookings()
    for reason, count in (("ID_LOWER_CASE", 1), ("DATE_FUTURE", 1), ("ID_LENGTH", 2), ("CAT_NOT_IN_CATALOGUE", 1)):
        bookings.book(_ORIGIN, "item", Outcome.REJECTED, reason, count)
    ledger = Ledger()
    ledger.add(bookings.deltas())

    async def read(_: object) -> Accounts:
        return Accounts([], [], ledger)

    monkeypatch.setattr("creditbus.services.query.ledger.read_accounts", read)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    cli.main(["ledger", "--lang", "en"])
    wanted = "rejected by ID_LENGTH 2, CAT_NOT_IN_CATALOGUE 1, DATE_FUTURE 1, ID_LOWER_CASE 1"
    assert wanted in capsys.readouterr().out


def test_a_profile_speaks(spoken: str) -> None:
    lines = profile_lines(_PROFILE)
    if spoken == "zh":
        assert lines == [
            "91990106FC0090109B  （未登记）",
            "  企业  区划 不详  版本 3  2 待原记录",
            "  原主体 91420106MA4KAAA16H  示例甲  合并 自 2019-01-02  示合〔2019〕1号",
            "  已撤销    red-black-list  示列〔2025〕1号  示例局",
            "            决定日期 2025-03-03  其后 撤销 2025-04-01  第 2 版  名称与登记名称不同（NAME_MISMATCH）",
            "  有效      tax-credit-grade  2024年度  示例局",
            "            决定日期 2025-04-03  只示于政务共享",
            "            在此范围内示至 2026-04-03，依据 示例办法（一般）（未核实）",
            "            主体声明：款项已于 2025-03-01 缴清。",
        ]
    else:
        assert lines == [
            "91990106FC0090109B  (not registered)",
            "  ENTERPRISE  district unknown  version 3  2 held",
            "  predecessor 91420106MA4KAAA16H  示例甲  合并 since 2019-01-02  示合〔2019〕1号",
            "  WITHDRAWN red-black-list  示列〔2025〕1号  示例局",
            "            decided_on 2025-03-03  then WITHDRAW 2025-04-01  revision 2  NAME_MISMATCH",
            "  ACTIVE    tax-credit-grade  2024年度  示例局",
            "            decided_on 2025-04-03  withheld from grants below shared",
            "            shown until 2026-04-03, by the rule 示例办法 (一般) (not verified)",
            "            the subject states: 款项已于 2025-03-01 缴清。",
        ]


def test_a_profile_of_another_time_speaks(spoken: str) -> None:
    record = _PROFILE["records"][0]
    named = {name: record[name] for name in ("item", "authority_name", "document_no", "state")}
    moment, read = "2025-03-05T10:00:00.000+08:00", "2025-03-05 10:00:00.000+08:00"
    term = {"known_since": moment, "in_force": {"from": None, "to": "2025-12-31"}}
    gone = {**named, "why": "withdrawn", "on": "2025-04-01"}
    lines = past_lines(
        {
            **_PROFILE,
            "name": None,
            "predecessors": [],
            "as_of": "2025-03-04",
            "as_known_at": moment,
            "records": [{**record, **term}, {**record, **term, "in_force": {"from": "2025-01-01", "to": None}}],
            "not_in_force": [gone, {**gone, "why": "ended", "on": None}],
            "not_kept": [{**named, "kept_since": moment}],
        }
    )
    if spoken == "zh":
        assert lines[:3] == [
            "91990106FC0090109B  （当时的登记已不保存）",
            "  企业  区划 不详",
            f"  2025-03-04 有效的记录  截至 {read} 所知",
        ]
        assert lines[4].endswith(f"有效期 未载明 至 2025-12-31  自 {read} 起如此")
        assert lines[6].endswith(f"自 2025-01-01 起有效  自 {read} 起如此")
        said = ["已撤销（2025-04-01）：自始无效", "已移出：不详", f"{read} 以前的内容已不保存"]
    else:
        assert lines[:3] == [
            "91990106FC0090109B  (the registration of that time is not kept)",
            "  ENTERPRISE  district unknown",
            f"  in force on 2025-03-04  as known at {read}",
        ]
        assert lines[4].endswith(f"in force from not stated to 2025-12-31  known since {read}")
        assert lines[6].endswith(f"in force since 2025-01-01  known since {read}")
        said = [
            "withdrawn on 2025-04-01: it was never rightly in force",
            "ended on unknown",
            f"what it was before {read} is not kept",
        ]
    assert [line.strip() for line in lines[8::2]] == said


def test_a_feed_speaks_and_says_what_is_missing(
    spoken: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = {
        "feed": {"feed_seq": 5},
        "record": {"change": "TRANSITION", "state": "REPAIRED", "item": "tax-credit-grade", "document_no": "1号"},
        "subject": {"code": "91990106FC0090109B", "name": "示例", "version": 2},
        "content": {"GRADE": "A"},
    }
    line = feed_line(FeedRecord(1, 7, fields))
    assert line.startswith(
        {"zh": "1/5  状态变更 已修复  tax-credit-grade", "en": "1/5  TRANSITION REPAIRED  tax"}[spoken]
    )

    async def follow(_bus: object, _name: object, found: Continuity, **_: object) -> AsyncGenerator[FeedRecord | Break]:
        found.records = 1
        found.breaks.append(Break(1, BreakKind.MISSING, 4, 4))
        yield found.breaks[0]
        yield FeedRecord(1, 7, fields)

    monkeypatch.setattr("creditbus.services.query.feed.follow_feed", follow)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    assert cli.main(["feed", "follow", "district-wuchang", "--until-end", "--lang", spoken]) == 1
    said = capsys.readouterr().err
    wanted = {
        "zh": ("分区 1：缺第 4 号", "1 条记录，1 处不连续"),
        "en": ("partition 1: number 4 is missing", "1 record, 1 break"),
    }
    assert all(text in said for text in wanted[spoken])


def test_every_code_that_people_meet_has_a_chinese_word() -> None:
    choose("zh")
    try:
        codes = [*Change, *RecordState, WITHHELD, *SubjectKind, *Verb]
        assert [code for code in codes if word(code) == code] == []
        assert word("SOMETHING_ELSE") == "SOMETHING_ELSE"
    finally:
        choose(None)
