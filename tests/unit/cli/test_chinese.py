"""Anyone who asks for Chinese is shown no English sentence: help pages, errors, what each family of commands prints."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from creditbus.connectors.run.summary import RunSummary
from creditbus.connectors.setup.checks import check_source
from creditbus.connectors.setup.configuration import load_connector
from creditbus.deploy.bus import BusPlan
from creditbus.services.cli import main as cli
from creditbus.services.cli.commands import command_tree
from creditbus.services.cli.connector.running import summary_lines
from creditbus.services.cli.language import choose
from creditbus.services.cli.servers.stages import show_stages
from creditbus.services.domain.evidence.continuity import Break, BreakKind, Continuity
from creditbus.services.domain.ledger import Account, Bookings, Ledger, Outcome
from creditbus.services.domain.statements import Publication
from creditbus.services.query.accounts import Accounts
from creditbus.services.query.backlog import StageBacklog, TopicBacklog
from creditbus.services.query.outcomes import RunOutcomes
from creditbus.services.query.quality import DateRange, QualityReport
from creditbus.services.query.stages import StageStatus
from creditbus.services.query.waiting_events import WaitingEvent
from creditbus.topics import messages
from creditbus.topics.city.published import FileChange
from creditbus.topics.errors import UnavailableError, UserError
from creditbus.topics.plan import ConfigChange, Plan, SchemaChange
from creditbus.topics.registry import SchemaRegistry
from creditbus.topics.text import in_language
from creditbus.topics.topic import Topic
from tests.english import english_in

_HEADER = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期"
_ROW = "列入,示例名单,黑名单,企业,示例公司,91990107fc0090117l,示例局,11990100MB0000007X,示列〔2025〕1号,法,2025-02-30"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.csv").write_text(f"{_HEADER}\n{_ROW}\n", encoding="utf-8")
    yield tmp_path
    choose(None)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    cli.main([*arguments, "--lang", "zh"])
    said = capsys.readouterr()
    return said.out + said.err


def _paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _paths(below, (*path, name))


@pytest.mark.parametrize("path", list(_paths(typer.main.get_command(command_tree()))), ids=" ".join)
def test_no_help_page_holds_an_english_sentence(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    page = _run(capsys, *path, "--help")
    assert page.startswith("用法: creditbus")
    assert english_in(page) == []


@pytest.mark.parametrize(
    "line",
    [
        "fly",
        "connectr",
        "up --brokers two",
        "up --brokers 0",
        "up --brokers 99",
        "up --broker 1",
        "up --nothing",
        "up --brokers",
        "down --json",
        "down extra",
        "topics",
        "catalogue show",
        "catalogue show nothing",
        "catalogue lint nowhere",
        "connector run nothing",
        "connector check nothing",
        "connector init --department nobody --source lists.csv --yes",
        "connector init --department tax-bureau --source lists.csv --yes",
        "connector init --department credit-office --source lists.csv --template judgments --yes",
        "connector init --department credit-office --source lists.csv --set header_row --yes",
        "connector withdraw nothing",
        "feed follow nobody",
        "ledger --lang fr",
        "profile show 1",
        "quality --from yesterday",
        "quality --department nobody",
        "quality --from 2025-02-01 --to 2025-01-01",
        "quality declare credit-office --item red-black-list --period 2025 --count 1",
        "rejects list nobody",
        "rejects close credit-office",
        "worker --stage nothing",
        "worker --set nothing=1",
        "worker --set batch_records=none",
        "worker --set heartbeat_seconds=9",
        "demo --data nowhere",
    ],
)
def test_no_error_is_an_english_sentence(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDITBUS_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert cli.main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert english_in(said.err) == []


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("BOOTSTRAP_SERVERS", ""),
        ("BOOTSTRAP_SERVERS", "somewhere"),
        ("REGISTRY_URL", "somewhere"),
        ("REDIS_URL", "somewhere"),
    ],
)
def test_no_complaint_about_an_address_is_an_english_sentence(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"CREDITBUS_{name}", address)
    assert english_in(_run(capsys, "topics", "plan") + _run(capsys, "profile", "show", "x")) == []


_LOGIN = "user:secret"  # apart from its URL, so that it does not look like a leak


@pytest.mark.parametrize(
    "url", ["", "somewhere", f"http://{_LOGIN}@127.0.0.1:1", "http://127.0.0.1:1/?x", "ftp://127.0.0.1:1"]
)
def test_no_complaint_about_the_registry_is_an_english_sentence(url: str) -> None:
    with pytest.raises(UserError) as caught:
        SchemaRegistry(url, 0.1).subjects()
    assert english_in(caught.value.text().zh) == []


def test_connecting_a_file_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    said = _run(capsys, "connector", "init", "--department", "credit-office", "--source", "lists.csv", "--yes")
    for command in ("discover", "preview", "vanished", "list"):
        arguments = () if command == "list" else ("lists",)
        said += _run(capsys, "connector", command, *arguments)
    said += _run(capsys, "connector", "preview", "lists", "--rows", "1")
    assert "将退回" in said
    assert english_in(said) == []


def test_checking_a_connector_speaks_chinese(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(capsys, "connector", "init", "--department", "credit-office", "--source", "lists.csv", "--yes")
    (connector,) = (home / "connectors.d").glob("*.yaml")
    (home / "lists.csv").write_text("事件类型,备注二\n列入,x\n", encoding="utf-8")
    findings = check_source(load_connector(connector))
    assert english_in("\n".join(in_language(finding.message, "zh") for finding in findings)) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lists.csv", b""),
        ("lists.csv", '甲,乙\n"1,2\n'.encode()),
        ("lists.xlsx", b"%PDF-1.7"),
        ("lists.xlsx", b"<html><body>x</body></html>"),
        ("lists.json", b'[{"n": 1}'),
        ("lists.jsonl", b"text\n"),
        ("lists.xml", b"<!DOCTYPE x><a/>"),
        ("missing.csv", b""),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_chinese(
    name: str, content: bytes, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not name.startswith("missing"):
        (home / name).write_bytes(content)
    said = _run(capsys, "connector", "init", "--department", "credit-office", "--source", name, "--yes")
    assert said
    assert english_in(said) == []


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("kind: csv", "kind: nothing"),
        ("item: red-black-list", "item: nothing"),
        ("mapping: red-black-lists", "mapping: nothing"),
        ("mapping: red-black-lists", "mapping: judgments"),
        ("department: credit-office", "department: tax-bureau"),
        ("tells: state", "nothing: state"),
    ],
)
def test_what_is_wrong_with_a_configuration_is_said_in_chinese(
    line: str, change: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CREDITBUS_BOOTSTRAP_SERVERS")  # a bus that is away is named in a line of its own
    _run(capsys, "connector", "init", "--department", "credit-office", "--source", "lists.csv", "--yes")
    (file,) = (home / "connectors.d").glob("*.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace(line, change), encoding="utf-8")
    said = _run(capsys, "connector", "preview", "lists")
    assert said.startswith("creditbus: ")
    assert english_in(said) == []


def test_a_trace_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    said = _run(capsys, "connector", "init", "--department", "credit-office", "--source", "lists.csv", "--yes")
    said += _run(capsys, "trace", "lists", "--row", "1") + _run(capsys, "trace", "lists", "--row", "9")
    assert "ingest.credit-office" in said
    assert english_in(said) == []


def test_asking_speaks_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("nothing\ncredit-office\n\n\n"))
    assert english_in(_run(capsys, "connector", "init", "--source", "lists.csv")) == []


def test_the_catalogue_speaks_chinese(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    item = home / "items" / "example"
    item.mkdir(parents=True)
    (item / "v1.avsc").write_text(json.dumps({"type": "record", "name": "X", "fields": []}), encoding="utf-8")
    said = _run(capsys, "catalogue", "list") + _run(capsys, "catalogue", "show", "red-black-list")
    said += _run(capsys, "catalogue", "lint", str(home / "items"), "--scenarios", str(home))
    assert "处错误" in said
    assert english_in(said) == []


def _reading(monkeypatch: pytest.MonkeyPatch, name: str, found: Callable[..., Any]) -> None:
    async def read(*arguments: Any, **options: Any) -> Any:
        return found(*arguments, **options)

    monkeypatch.setattr(f"creditbus.services.query.{name}", read)


def _accounts() -> Accounts:
    origin: Any = {"department": "court", "run": "run", "file": "a.csv", "sheet": "", "row": 1}
    bookings = Bookings()
    bookings.book(origin, "item", Outcome.RECEIVED, count=3)
    bookings.book(origin, "item", Outcome.REJECTED, "ID_LOWER_CASE", 1)
    ledger = Ledger()
    ledger.add(bookings.deltas())
    waiting = TopicBacklog("ingest.court", 2, exact=False, oldest=0, cut=5, read=False)
    stages = [
        StageBacklog("intake", 1, 4, 4, (waiting,)),
        StageBacklog("profiles", 0, 4, 4, (TopicBacklog("credit.events", 2, True, 0, 0, False),)),
    ]
    return Accounts([Publication("court", "run", 12)], stages, ledger, through=False)


def test_the_ledger_speaks_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _reading(monkeypatch, "ledger.read_accounts", lambda _: _accounts())
    said = _run(capsys, "ledger", "--files") + _run(capsys, "ledger", "--accept-loss", "nothing", "--reason", "x")
    said += _run(capsys, "ledger", "--accept-loss", "ingest.court")
    assert "不平衡" in said
    assert english_in(said) == []


def test_what_waits_is_listed_in_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def event(state: Any, waits_for: Any) -> WaitingEvent:
        return WaitingEvent(state, waits_for, "9142", "a 1", 0, "court", "x", "r", "a.csv", "", 3, "item", "1")

    events = [event("parked", "registration"), event("parked", "code"), event("held", "record")]
    _reading(monkeypatch, "waiting_events.read_waiting", lambda *_: events)
    assert english_in(_run(capsys, "waiting")) == []


def test_quality_speaks_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    report = QualityReport(DateRange(date(2025, 1, 1), date(2025, 2, 1)), {}, {2031: 4})
    _reading(monkeypatch, "quality.read_quality", lambda *_: report)
    said = _run(capsys, "quality")
    assert "2031" in said
    assert english_in(said) == []


def test_a_feed_speaks_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    breaks = [Break(1, kind, 4, last) for kind in BreakKind for last in (4, 6)] + [Break(1, BreakKind.EXPIRED, 1, None)]

    async def follow(_bus: object, _name: object, found: Continuity, **_: object) -> AsyncGenerator[Break]:
        for one in breaks:
            found.breaks.append(one)
            yield one

    monkeypatch.setattr("creditbus.services.query.feed.follow_feed", follow)
    said = _run(capsys, "feed", "follow", "district-wuchang", "--until-end")
    assert said.count("分区 1：") == len(breaks)
    assert english_in(said) == []


def test_rejects_speak_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _reading(monkeypatch, "returned.read_returned", lambda *_: [])
    said = _run(capsys, "rejects", "list", "credit-office") + _run(capsys, "rejects", "export", "credit-office")
    said += _run(capsys, "rejects", "close", "credit-office", "3f9a", "--reason", "合计行")
    said += _run(capsys, "rejects", "close", "credit-office", "--because", "NOTHING", "--reason", "合计行")
    assert "退回 0 行" in said
    assert english_in(said) == []


def test_topics_speak_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    topic = Topic("ingest.court", "ingest", 4, 3, 2, {})
    change = ConfigChange("ingest.court", "retention.ms", "1", "2")
    plan = Plan(1, (topic,), (change,), (SchemaChange("x-value", {}),), (), ())
    monkeypatch.setattr("creditbus.deploy.bus.plan_bus", lambda _: BusPlan(plan, 1, (FileChange("city.yaml", "~"),)))
    said = _run(capsys, "topics", "plan")
    monkeypatch.setattr("creditbus.deploy.bus.plan_bus", lambda _: BusPlan(Plan(1, (), (), (), (), ()), 1, ()))
    assert english_in(said + _run(capsys, "topics", "plan")) == []


def test_status_speaks_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise UnavailableError("Kafka", messages.DOES_NOT_ANSWER())

    monkeypatch.setattr("creditbus.services.cli.servers.answers._SECONDS", 0.0)
    monkeypatch.setattr("creditbus.services.cli.servers.answers.admin", away)
    said = _run(capsys, "status")
    choose("zh")
    show_stages(
        [
            StageStatus("intake", 0, 0, 4, 0, exact=True, seconds=0),
            StageStatus("profiles", 1, 3, 4, 0, exact=True, seconds=0),
            StageStatus("fanout", 1, 4, 4, 9, exact=False, seconds=99),
        ]
    )
    monkeypatch.delenv("CREDITBUS_BOOTSTRAP_SERVERS")
    said += capsys.readouterr().out + _run(capsys, "status")
    assert "没有应答" in said
    assert english_in(said) == []


@pytest.mark.parametrize("tells", ["state", "news"])
def test_what_a_run_did_is_said_in_chinese(tells: str) -> None:
    class Connector:
        id = "lists"
        department = "credit-office"
        file = Path("connectors.d/lists.yaml")

    connector: Any = Connector()
    connector.tells = tells
    names = ("received", "duplicate", "stale", "rejected", "parked", "held")
    account = Account(Counter(dict.fromkeys(names, 2)))
    summary = RunSummary("lists", "lists-1", 9, 3, 2, 1, 1, 1.0, complete=True)
    again = RunSummary("lists", "lists-1", 0, 0, 0, 0, 4, 1.0, complete=True)
    choose("zh")
    lines = summary_lines(summary, connector, RunOutcomes(account, settled=False))
    assert english_in("\n".join([*lines, *summary_lines(again, connector)])) == []


def test_english_is_found_where_there_is_some() -> None:
    assert english_in("行数: it is not there") == ["it is not there"]
    assert english_in("下一步：creditbus connector run lists --resend；见 docs/x.md（`creditbus up`）") == []
