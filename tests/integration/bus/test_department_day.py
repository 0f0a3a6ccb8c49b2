"""A department's way from a file to a balanced ledger, by the command line alone, and the way back of refused rows."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from kafka import KafkaConsumer

from creditbus.connectors.run.watch import watch
from creditbus.connectors.setup.configuration import load_connector
from creditbus.services.cli import main as cli
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.statements import Closing
from creditbus.services.query.statements import read_statements
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_HEADER = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期"
_REGISTER = "企业名称,统一社会信用代码,法定代表人,登记状态,登记机关,核准日期,注册地址"
_ORGAN = "11990100AU0000010W"
_DAY = "2025-03-03"


def _code(number: int) -> str:
    body = f"91990106{number:08d}"
    body = f"{body}{_organisation_check(number)}"
    return body + uscc.check_character(body)


def _organisation_check(number: int) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(f"{number:08d}", weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def _entry(number: int, *, code: str = "", day: str = _DAY, list_name: str = "经营异常名录") -> str:
    subject = f"示例{number}号有限公司,{code or _code(number)}"
    return f"列入,{list_name},黑,法人及非法人组织,{subject},示例局,{_ORGAN},示列〔2025〕{number}号,示例法,{day}"


@pytest.fixture
def registered(say: Say, tmp_path: Path) -> None:
    """Nine enterprises, registered through a connector of the registration department."""
    rows = [f"示例{n}号有限公司,{_code(n)},甲,存续,示例局,2020-05-06,示例市武昌区示例大道{n}号" for n in range(1, 10)]
    (tmp_path / "登记.csv").write_text("\n".join([_REGISTER, *rows]) + "\n", encoding="utf-8")
    say("connector", "init", "--department", "market-supervision", "--source", "登记.csv", "--yes")
    found = say("connector", "run", "registration", "--wait")
    assert found["outcomes"]["applied"] == 9


def _write(path: Path, *rows: str) -> None:
    path.write_text("\n".join([_HEADER, *rows]) + "\n", encoding="gb18030")


def _outcomes(found: dict[str, Any]) -> dict[str, int]:
    counts = found["outcomes"]
    assert counts["settled"]
    return {
        name: counts["changes"].get(name, 0) if name in {"new", "amended", "transition"} else counts[name]
        for name in ("new", "amended", "transition", "duplicate")
    } | {"rejected": sum(counts["rejected"].values())}


@pytest.mark.usefixtures("registered")
def test_a_department_is_connected_corrects_its_rows_and_sends_its_file_again(  # noqa: PLR0915 -- one walk
    live: Observer, say: Say, tmp_path: Path
) -> None:
    source = tmp_path / "名单.csv"
    good = [_entry(number) for number in range(1, 6)]
    bad = [_entry(6, code=_code(6)[:-1] + "x"), _entry(7, day="2025-02-30"), _entry(8, list_name="示例名单")]
    _write(source, *good, *bad)

    # it is connected by one command, and sees beforehand what will be refused
    made = say("connector", "init", "--department", "credit-office", "--source", "名单.csv", "--yes")
    assert (made["looks_like"]["template"], made["next"]) == ("red-black-lists", "creditbus connector preview lists")
    seen = say("connector", "preview", "lists", "--compare", "-n", "100")
    assert (seen["rows"], seen["refused"], seen["standings"]) == (8, 3, {"new": 5})
    assert [fate["becomes"] for fate in seen["fates"]] == ["new"] * 5 + ["refused"] * 3

    ran = say("connector", "run", "lists", "--wait")
    assert _outcomes(ran) == {"new": 5, "amended": 0, "transition": 0, "duplicate": 0, "rejected": 3}
    assert ran["comparison"] == {"new": 8, "unchanged": 0, "changed": 0, "vanished": 0}
    assert say("connector", "preview", "lists", "--compare")["standings"] == {"unchanged": 5}

    # the refused rows come back in the department's own columns
    exported = say("rejects", "export", "credit-office", "-o", "退回.xlsx")
    assert (exported["rows"], exported["not_exported"]) == (3, 0)
    book = openpyxl.load_workbook(tmp_path / "退回.xlsx")
    page = book.worksheets[0]
    columns = {str(cell.value): place for place, cell in enumerate(page[1], start=1)}
    assert list(columns)[:-2] == _HEADER.split(",")
    assert [page.cell(row, columns["列入决定文书号"]).value for row in (2, 3, 4)] == [
        f"示列〔2025〕{number}号" for number in (6, 7, 8)
    ]

    # two are corrected, one is not: the two are sent, once
    page.cell(2, columns["主体代码"]).value = _code(6)
    page.cell(3, columns["列入日期"]).value = "2025-03-28"
    book.save(tmp_path / "退回.xlsx")
    sent = say("rejects", "redrive", "退回.xlsx", code=1)
    assert (sent["sent"], sent["already_sent"], len(sent["still_refused"])) == (2, 0, 1)
    assert sent["still_refused"][0]["faults"][0]["reason"] == "CAT_NOT_IN_CATALOGUE"
    (outcome,) = sent["outcomes"].values()
    assert (outcome["settled"], outcome["applied"]) == (True, 2)
    live.settle()
    before = len(live.of("ingest.credit-office"))
    sent = say("rejects", "redrive", "退回.xlsx", code=1)
    assert (sent["sent"], sent["already_sent"]) == (0, 2)
    page.cell(4, columns["名单名称"]).value = "经营异常名录"
    book.save(tmp_path / "退回.xlsx")
    sent = say("rejects", "redrive", "退回.xlsx")
    assert (sent["sent"], sent["already_sent"], sent["still_refused"]) == (1, 2, [])
    live.settle()
    assert len(live.of("ingest.credit-office")) == before + 1

    # they are counted as fixed, and the applied events name the row that they come from
    rows = say("rejects", "list", "credit-office")
    assert [(row["row"], row["status"]) for row in rows] == [(6, "fixed"), (7, "fixed"), (8, "fixed")]
    assert all(row["seconds_to_fix"] >= 0 for row in rows)
    assert say("rejects", "list", "credit-office", "--open") == []
    origins = [live.wire.decode(record.value)["header"]["origin"] for record in live.of("credit.changes")]
    fixed = [origin for origin in origins if origin["run"].startswith(f"{ran['run_id']}~")]
    assert {(origin["file"], origin["row"]) for origin in fixed} == {("名单.csv", row) for row in (6, 7, 8)}

    # the corrected file, whole and sent again: nothing is new, one row is changed, one is gone
    _write(source, *good[1:4], _entry(5, day="2025-03-04"), _entry(6), _entry(7, day="2025-03-28"), _entry(8))
    again = say("connector", "run", "lists", "--wait")
    assert _outcomes(again) == {"new": 0, "amended": 1, "transition": 0, "duplicate": 6, "rejected": 0}
    assert again["comparison"] == {"new": 1, "unchanged": 3, "changed": 3, "vanished": 1}
    vanished = say("connector", "vanished", "lists")
    assert [one["document_no"] for one in vanished] == ["示列〔2025〕1号"]
    withdrawn = say("connector", "withdraw", "lists", "--keys", vanished[0]["key"][:10], "--yes")
    assert len(withdrawn["withdrawn"]) == 1
    live.settle()
    (record,) = say("profile", "show", _code(1))["records"][1:]
    assert (record["item"], record["state"]) == ("red-black-list", "WITHDRAWN")
    shown = say("profile", "show", _code(1), "--as", "agency-xinda")
    assert [one["item"] for one in shown["records"]] == ["enterprise-registration"]
    assert [(one["item"], one["why"]) for one in shown["hidden"]] == [("red-black-list", "retracted")]
    late = say("profile", "show", _code(1), "--as", "agency-xinda", "--on", "2028-01-01")
    assert [(one["why"], one["granted"]) for one in late["hidden"]] == [("expired", "2027-12-31")] * 2
    assert say("connector", "vanished", "lists") == []

    ledger = say("ledger")
    assert ledger["balanced"]

    # what the figures say
    say("quality", "declare", "credit-office", "--item", "red-black-list", "--period", "2025-03", "--count", "10")
    wide = ("--from", "2020-01-01", "--to", "2099-12-31")
    (report,) = say("quality", "--department", "credit-office", *wide)["departments"]
    counts, figures = report["counts"], report["figures"]
    assert (counts["received"], counts["repeated"], counts["refused"], counts["corrected"]) == (19, 6, 0, 3)
    assert (counts["provided"], counts["applied"]) == (10, 10)
    assert (figures["storage"], figures["compliance"]) == (1.0, 1.0)
    assert figures["completeness"] == pytest.approx(1 / len(report["items"]), abs=1e-4)
    assert set(report["missing_items"]) == set(report["items"]) - {"red-black-list"}
    assert (figures["timeliness"], figures["reporting"]) == (0.0, 0.8)
    assert counts["late"] + counts["amended"] == 8
    assert report["items"]["red-black-list"]["counts"]["declared"][0]["missing"] == 2
    assert report["seconds_to_fix"]["rows"] == 3


@pytest.mark.usefixtures("registered")
def test_state_is_shown_and_reset_and_a_csv_of_rejects_serves_as_well(say: Say, tmp_path: Path) -> None:
    _write(tmp_path / "名单.csv", _entry(9), _entry(3, code=_code(3)[:-1] + "x"))
    say("connector", "init", "--department", "credit-office", "--source", "名单.csv", "--id", "second", "--yes")
    assert say("connector", "state", "show", "second")["progress"] is None
    ran = say("connector", "run", "second", "--wait")
    state = say("connector", "state", "show", "second")["progress"]
    assert (state["run"], state["complete"], state["totals"]["rows"]) == (ran["run_id"], True, 2)
    assert say("connector", "run", "second")["skipped"] == 2
    say("connector", "state", "reset", "second", "--yes")
    assert say("connector", "state", "show", "second")["progress"] is None
    again = say("connector", "run", "second", "--wait")
    assert again["rows"] == 2
    assert again["comparison"] == {"new": 0, "unchanged": 2, "changed": 0, "vanished": 0}

    # the whole file was published again: what its first run was refused is not asked for a second time
    runs = {row["run"]: row["status"] for row in say("rejects", "list", "credit-office") if "second" in row["run"]}
    assert runs == {ran["run_id"]: "replaced", again["run_id"]: "open"}
    say("rejects", "export", "credit-office", "--run", again["run_id"], "-o", "退回.csv")
    rows = list(csv.reader((tmp_path / "退回.csv").read_text("utf-8-sig").splitlines()))
    rows[1][rows[0].index("主体代码")] = _code(3)
    rows[1][rows[0].index("列入决定文书号")] = "示列〔2025〕99号"
    with (tmp_path / "退回.csv").open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(rows)
    sent = say("rejects", "redrive", "退回.csv")
    (outcome,) = sent["outcomes"].values()
    assert outcome["applied"] == 1


@pytest.mark.usefixtures("registered")
def test_a_row_that_is_none_is_closed_with_a_reason_and_corrections_are_never_overwritten(
    live: Observer, say: Say, tmp_path: Path
) -> None:
    total = "合计,,,,3,,,,,,"
    _write(tmp_path / "月报.csv", _entry(4, code=_code(4)[:-1] + "x"), total)
    say("connector", "init", "--department", "credit-office", "--source", "月报.csv", "--id", "third", "--yes")
    ran = say("connector", "run", "third", "--wait")
    assert sum(ran["outcomes"]["rejected"].values()) == 2

    def listed() -> dict[int, dict[str, Any]]:
        rows = say("rejects", "list", "credit-office", "--run", ran["run_id"])
        return {row["row"]: row for row in rows}

    code, sum_row = listed()[1], listed()[2]
    (finding,) = code["findings"]
    assert (finding["column"], finding["value"]) == ("主体代码", _code(4)[:-1] + "x")
    assert (code["connector"], code["status"]) == ("third", "open")

    # what is exported stands; a second export takes another name, and --force the first again
    first = say("rejects", "export", "credit-office", "--run", ran["run_id"])
    assert (first["file"], first["rows"]) == ("rejects-credit-office.xlsx", 2)
    before = (tmp_path / first["file"]).read_bytes()
    second = say("rejects", "export", "credit-office", "--run", ran["run_id"])
    assert second["file"] == "rejects-credit-office-2.xlsx"
    assert (tmp_path / first["file"]).read_bytes() == before
    again = say("rejects", "export", "credit-office", "--run", ran["run_id"], "-o", first["file"], "--force")
    assert again["file"] == first["file"]

    # the sum is closed, once, and its closing is one statement of the topic
    closed = say("rejects", "close", "credit-office", sum_row["key"][:8], "--reason", "合计行")
    assert closed == {"closed": 1, "opened": 0}
    assert say("rejects", "close", "credit-office", sum_row["key"], "--reason", "合计行")["closed"] == 0
    said = asyncio.run(read_statements(live.wire.bus))
    assert [one.reason for one in said if isinstance(one, Closing)] == ["合计行"]
    assert (listed()[2]["status"], listed()[2]["closed_because"]) == ("closed", "合计行")
    assert say("rejects", "export", "credit-office", "--run", ran["run_id"], "-o", "三.xlsx")["rows"] == 1

    # a note that a person has added to the workbook costs the corrected row nothing, and is named
    book = openpyxl.load_workbook(tmp_path / "三.xlsx")
    page = book.worksheets[0]
    columns = {str(cell.value): place for place, cell in enumerate(page[1], start=1)}
    page.cell(2, columns["主体代码"]).value = _code(4)
    page.append(["已核对"])
    book.save(tmp_path / "三.xlsx")
    sent = say("rejects", "redrive", "三.xlsx", code=1)
    assert (sent["sent"], [one["number"] for one in sent["not_ours"]]) == (1, [3])

    # figures: neither what was corrected nor what was closed counts as brought forward and refused
    wide = ("--from", "2020-01-01", "--to", "2099-12-31")
    (report,) = say("quality", "--department", "credit-office", *wide)["departments"]
    assert report["items"]["red-black-list"]["counts"]["closed"] == 1
    assert report["closed_because"] == {"合计行": 1}

    # read again as it was, it stays closed; opened again it is open
    again = say("connector", "run", "third", "--resend", "--wait")
    (row,) = [one for one in say("rejects", "list", "credit-office", "--run", again["run_id"]) if one["row"] == 2]
    assert row["status"] == "closed"
    assert say("rejects", "close", "credit-office", row["key"], "--reopen") == {"closed": 0, "opened": 1}
    assert [one["row"] for one in say("rejects", "list", "credit-office", "--run", again["run_id"], "--open")] == [1, 2]


@pytest.mark.usefixtures("registered")
def test_who_waits_for_what_and_since_when_is_listed_until_it_comes(live: Observer, say: Say, tmp_path: Path) -> None:
    unknown, legacy = _code(77), "420100000000778"
    _write(tmp_path / "待.csv", _entry(77), _entry(78, code=legacy))
    removal = _entry(5).replace("列入", "移出", 1).replace("5号,示例法", "799号,示例法")
    header = f"{_HEADER},YCYY,YCRQ,YCWH"
    lines = (tmp_path / "待.csv").read_text("gb18030").splitlines()[1:]
    rows = [f"{line},,," for line in lines] + [f"{removal},到期,2025-06-01,示移〔2025〕1号"]
    (tmp_path / "待.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    say("connector", "init", "--department", "credit-office", "--source", "待.csv", "--id", "fourth", "--yes")
    ran = say("connector", "run", "fourth", "--wait")
    counts = ran["outcomes"]
    assert (counts["parked"], counts["held"]) == (2, 1), counts

    def waiting() -> dict[int, dict[str, Any]]:
        return {one["row"]: one for one in say("waiting", "credit-office") if one["run"] == ran["run_id"]}

    live.settle()
    found = waiting()
    assert (found[1]["state"], found[1]["waits_for"], found[1]["code"]) == ("parked", "registration", unknown)
    assert (found[2]["state"], found[2]["waits_for"]) == ("parked", "code")
    assert legacy in found[2]["code"]
    assert (found[3]["state"], found[3]["waits_for"], found[3]["code"]) == ("held", "record", _code(5))
    assert found[3]["record"].endswith("示列〔2025〕799号")
    assert {one["connector"] for one in found.values()} == {"fourth"}
    assert all(one["since"] > 0 and one["since_utc"].startswith("20") for one in found.values())
    assert say("waiting", "tax-bureau") == []

    row = f"示例77号有限公司,{unknown},甲,存续,示例局,2020-05-06,示例市武昌区示例大道77号"
    (tmp_path / "补.csv").write_text(f"{_REGISTER}\n{row}\n", encoding="utf-8")
    say("connector", "init", "--department", "market-supervision", "--source", "补.csv", "--id", "late", "--yes")
    say("connector", "run", "late", "--wait")
    live.settle()
    assert waiting().keys() == {2, 3}


@pytest.mark.usefixtures("registered")
def test_a_department_sees_refused_rows_in_its_own_table(
    live: Observer, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = _HEADER.split(",")
    base = sqlite3.connect(tmp_path / "front.db", isolation_level=None)
    base.execute(f"CREATE TABLE lists (id integer PRIMARY KEY, {','.join(columns)}, status DEFAULT 'new', why)")

    def add(number: int, **changes: str) -> None:
        row = _entry(number, **changes).replace("〔2025〕", "〔2026〕").split(",")
        marks = ",".join("?" * len(row))
        base.execute(f"INSERT INTO lists (id, {','.join(columns)}) VALUES (?, {marks})", [number, *row])

    def stands() -> dict[int, str]:
        return dict(base.execute("SELECT id, status FROM lists"))

    add(1)
    add(2, code=_code(2).lower())
    add(3, day="2025-02-30")
    configuration = {
        "id": "front",
        "department": "credit-office",
        "item": "red-black-list",
        "kind": "sql",
        "mapping": "red-black-lists",
        "settings": {
            "url": "sqlite:///../front.db",
            "table": "lists",
            "key": ["id"],
            "mode": "staging",
            "status": "status",
            "refused": "refused",
            "reason": "why",
        },
    }
    (tmp_path / "connectors.d").mkdir(exist_ok=True)
    (tmp_path / "connectors.d" / "front.yaml").write_text(json.dumps(configuration), encoding="utf-8")
    assert say("connector", "check", "front")

    # the power fails after the marks, before it is noted how far the refusals were read
    with monkeypatch.context() as patch:
        patch.setattr("creditbus.connectors.run.runner.mark_refused", lambda *_: 0)
        assert say("connector", "run", "front")["rows"] == 3
    assert stands() == {1: "sent", 2: "sent", 3: "sent"}
    live.settle()
    with monkeypatch.context() as patch:
        patch.setattr(KafkaConsumer, "commit", _fail)
        assert cli.main(["connector", "run", "front"]) == 70
    assert stands() == {1: "sent", 2: "refused", 3: "refused"}
    why = dict(base.execute("SELECT id, why FROM lists"))
    assert why[1] is None
    assert "ID_LOWER_CASE" in why[2]
    assert why[2].endswith(f"建议改为 {_code(2)}")
    assert "DATE_UNPARSABLE" in why[3]

    # one is corrected: it is sent again, and its old refusal, read once more, does not mark it
    base.execute("UPDATE lists SET 主体代码 = ?, status = 'new' WHERE id = 2", [_code(2)])
    base.execute("UPDATE lists SET status = 'new' WHERE id = 3")
    ran = say("connector", "run", "front", "--wait")
    assert (ran["rows"], ran["marked"]) == (2, 1)
    assert stands() == {1: "sent", 2: "sent", 3: "refused"}
    front = [row for row in say("rejects", "list", "credit-office") if row["connector"] == "front"]
    assert [(row["row"], row["run"] == ran["run_id"], row["status"]) for row in front if row["status"] == "open"] == [
        (3, True, "open")
    ]
    assert sorted(row["row"] for row in front if row["status"] == "replaced") == [2, 3]
    assert base.execute("SELECT why FROM lists WHERE id = 2").fetchone() == (None,)
    ran = say("connector", "run", "front", "--wait")
    assert (ran["rows"], ran["marked"]) == (0, 0)


def _fail(*_: object) -> None:
    raise RuntimeError("power cut")


@pytest.fixture
def watched(say: Say, tmp_path: Path) -> Path:
    source = tmp_path / "名单.csv"
    _write(source, _entry(2))
    say("connector", "init", "--department", "credit-office", "--source", "名单.csv", "--id", "third", "--yes")
    return source


@pytest.mark.usefixtures("registered")
def test_a_watched_file_is_published_when_it_changes(watched: Path, live: Observer, tmp_path: Path) -> None:
    looks = iter(range(4))

    def wait() -> bool:
        look = next(looks)
        if look == 1:
            watched.unlink()
        if look == 2:
            _write(watched, _entry(2), _entry(4, day="2025-03-05"))
        return look < 3

    connector = load_connector(tmp_path / "connectors.d" / "third.yaml")
    cycles = list(watch(connector, live.wire.bus, wait))
    assert [cycle.summary.rows if cycle.summary else "error" for cycle in cycles] == [1, "error", 2]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("spoken", "word"), [("zh", "退回"), ("en", "refused")])
def test_every_command_speaks_to_people_in_both_languages(
    say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: str, word: str
) -> None:
    document = 200 if spoken == "zh" else 300

    def tell(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert cli.main([*words, "--lang", spoken]) == code
        return capsys.readouterr().out

    def entries(*numbers: int) -> list[str]:
        return [_entry(4).replace("4号,示例法", f"{document + number}号,示例法") for number in numbers]

    source = tmp_path / "名单.csv"
    _write(source, *entries(1, 2), _entry(5, code=_code(5)[:-1] + "x"), *["少,了"])
    tell("connector", "discover", "名单.csv")
    arguments = ["--department", "credit-office", "--source", "名单.csv", "--id", f"said-{spoken}"]
    assert f"creditbus connector preview said-{spoken}" in tell("connector", "init", *arguments, "--yes")
    name = f"said-{spoken}"
    assert word in tell("connector", "preview", name)
    assert word in tell("connector", "preview", name, "--compare", "-n", "9")
    assert tell("connector", "state", "show", name).count("\n") == 1
    said = tell("connector", "run", name, "--wait")
    assert word in said
    assert f"creditbus rejects export credit-office --run {name}-" in said
    assert tell("connector", "run", name).count("\n") == 1
    assert "名单.csv" in tell("rejects", "list", "credit-office")
    run = say("connector", "state", "show", name)["progress"]["run"]
    assert "creditbus rejects redrive" in tell("rejects", "export", "credit-office", "--run", run)
    tell("rejects", "redrive", "rejects-credit-office.xlsx", code=1)
    _write(source, *entries(1))
    assert "creditbus connector vanished" in tell("connector", "run", name, "--no-wait")
    assert "creditbus connector withdraw" in tell("connector", "vanished", name)
    assert "1" in tell("connector", "withdraw", name, "--all", "--yes")
    assert "credit-office" in tell("quality", "--from", "2020-01-01")
    period = ("--item", "red-black-list", "--period", "2025-03", "--count", "9")
    assert "red-black-list" in tell("quality", "declare", "credit-office", *period)
    tell("connector", "state", "reset", name, "--yes")
