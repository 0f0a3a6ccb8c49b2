"""`feed sync` into SQLite, over a feed in memory: what it says, its summary and its exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from creditbus.services.cli import main as cli
from creditbus.services.cli.feed.sync import SyncLines
from creditbus.services.subscriber.syncing import Progress
from tests.english import english_in
from tests.feed_copies import TOPIC, KeptReports, MadeFeed
from tests.harness.copied import CopiedTables
from tests.harness.receiving import running_receiver

_ORACLE = sa.URL.create("oracle+oracledb", "user", "secret", "host").render_as_string(hide_password=False)
Sync = Callable[..., tuple[int, str, str]]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made, kept = MadeFeed(), KeptReports()
    made.serve(monkeypatch)
    monkeypatch.setattr("creditbus.services.subscriber.bus_reports.BusReports", lambda *_: kept)
    return made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sync:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("creditbus.services.cli.declared._take", lambda _: None)
    monkeypatch.chdir(tmp_path)

    def run(*options: str, to: str = "sqlite:///copy.db", lang: str = "en") -> tuple[int, str, str]:
        code = cli.main(["feed", "sync", "district-wuchang", "--to", to, "--lang", lang, *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_it_says_what_it_did(feed: MadeFeed, run: Sync, tmp_path: Path) -> None:
    feed.put(0, "S1")
    feed.put(0, "S1", XYDJ="B")
    feed.put(1, "S2", state="WITHDRAWN")
    assert run("--once") == (0, "3 records read: 1 row written, 1 row taken away, 1 retraction confirmed\n", "")
    assert CopiedTables(f"sqlite:///{tmp_path}/copy.db").holds(feed.view())
    feed.put(0, "S1", state="EXPIRED")
    code, out, _ = run("--once", "--json")
    facts = json.loads(out)
    assert (code, facts.pop("seconds") >= 0) == (0, True)
    counts = {"records": 1, "written": 0, "removed": 1, "confirmed": 1}
    assert facts == {"feed": TOPIC, "to": "sqlite:///copy.db", **counts}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_folder_is_kept_and_compared(
    form: str, feed: MadeFeed, run: Sync, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed.put(0, "S1")
    feed.put(1, "S2")
    code, out, _ = run("--once", "--json", to=f"{form}:copy")
    assert (code, json.loads(out)["to"], json.loads(out)["written"]) == (0, f"{form}:copy", 2)
    feed.put(1, "S2", state="EXPIRED")
    assert (
        run("--once", to=f"{form}:copy")[1]
        == "1 record read: 0 rows written, 1 row taken away, 1 retraction confirmed\n"
    )
    compare = ["feed", "compare", "district-wuchang", "--to", f"{form}:copy", "--lang", "en"]
    assert (cli.main(compare), capsys.readouterr().out) == (0, "1 row as the feed says, 0 differences\n")
    shutil.copy(tmp_path / "copy" / "current" / f"tax_credit_grade.{form}", tmp_path / "old")
    feed.put(0, "S1", XYDJ="B")
    assert run("--once", to=f"{form}:copy")[0] == 0
    shutil.copy(tmp_path / "old", tmp_path / "copy" / "current" / f"tax_credit_grade.{form}")
    assert (cli.main(compare), capsys.readouterr().out.splitlines()[-1]) == (1, "0 rows as the feed says, 1 difference")


def test_it_follows_until_it_is_asked_to_stop(
    feed: MadeFeed, run: Sync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on a busy machine the process of the tests would be left after a second, as that of a user
    monkeypatch.setattr("creditbus.services.cli.stopping._PATIENCE_SECONDS", 60.0)
    feed.put(0, "S1")
    grown = False

    def grow() -> None:
        nonlocal grown
        threading.Event().wait(0.01)  # as a broker answers
        tables = CopiedTables(f"sqlite:///{tmp_path}/copy.db")
        if not grown and tables.names():
            grown = True
            feed.put(1, "S2")
        elif grown and len(tables.rows("tax_credit_grade")) == 2:
            feed.after_chunk = None
            os.kill(os.getpid(), signal.SIGTERM)

    feed.after_chunk = grow
    code, out, said = run()
    assert (code, out) == (0, "2 records read: 2 rows written, 0 rows taken away\n")
    assert said.startswith(f"{TOPIC} → sqlite:///copy.db: the copy is up to date, ")
    assert said.count("\n") == 1


def test_a_feed_that_is_not_whole_ends_it_with_one_line(feed: MadeFeed, run: Sync) -> None:
    for number in range(5):
        feed.put(0, f"S{number}")
    del feed.log[0][1]
    code, out, said = run("--once")
    assert (code, out) == (1, "")
    assert said == (
        "creditbus: partition 0: number 2 is missing; the copy stays as it was before that, nothing later was written: "
        "ask the operators of the bus\n"
    )


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (
            "nonsense",
            "--to: this is neither the URL of a database or a receiver, nor csv:FOLDER, ",
        ),
        (_ORACLE, "--to: there is no driver for it: "),
        ("sqlite:////nowhere/at/all.db", "sqlite:////nowhere/at/all.db: unable to open database file; "),
    ],
)
def test_a_place_that_cannot_be_reached_is_one_line(to: str, said: str, feed: MadeFeed, run: Sync) -> None:
    feed.put(0, "S1")
    code, _, err = run("--once", to=to)
    assert code == 2
    assert err.startswith(f"creditbus: {said}")
    assert err.count("\n") == 1
    assert "secret" not in err


def test_a_receiver_over_http_is_a_copy_too(feed: MadeFeed, run: Sync, tmp_path: Path) -> None:
    for number in range(3):
        feed.put(0, "S1", state=["ACTIVE", "ACTIVE", "WITHDRAWN"][number])
    (tmp_path / "webhook.secret").write_text("x" * 32, encoding="utf-8")
    secret = ("--secret-file", "webhook.secret")
    with running_receiver() as receiving:
        to = receiving.url + "?token=hidden"
        assert run("--once", *secret, to=to) == (
            0,
            "3 records read: 3 rows written, 0 rows taken away, 1 retraction confirmed\n",
            "",
        )
        assert [record["feed"]["feed_seq"] for record in receiving.records()] == [1, 2, 3]
        (position,) = (tmp_path / "home" / "feed-sync").glob(f"{TOPIC}-*.json")
        assert json.loads(position.read_bytes())["topic"] == TOPIC
        assert run("--once", *secret, to=to)[1].startswith("0 records read")
        assert run("--once", *secret, "--position-file", "other.json", to=to)[1].startswith("3 records read")
        feed.put(0, "S2")
        receiving.answer = lambda: 401
        code, out, said = run("--once", *secret, to=to)
        assert (code, out) == (2, "")
        assert said.startswith(f"creditbus: {receiving.url}: answers with status 401; the receiver refuses")
        receiving.answer = lambda: 503
        code, _, said = run("--once", *secret, "--retry-for", "1s", to=to)
        assert code == 2
        assert said.splitlines()[-1].startswith(f"creditbus: {receiving.url}: answers with status 503; run again")
        for lang_to, options in ((to, ()), ("http://example.org", secret), (to, (*secret, "--retry-for", "1x"))):
            code, _, said = run("--once", *options, to=lang_to, lang="zh")
            assert code == 2
            assert english_in(said.replace("example.org", "").replace("openssl rand -hex", "")) == []
            assert "hidden" not in said


def test_it_speaks_chinese(feed: MadeFeed, run: Sync) -> None:
    feed.put(0, "S1")
    feed.put(0, "S2")
    del feed.log[0][0]
    said = "".join(run("--once", to=to, lang="zh")[2] for to in ("sqlite:///copy.db", "nonsense"))
    assert "副本停在该处之前" in said
    assert english_in(said) == []


def test_a_copy_of_another_feed_is_said_so(feed: MadeFeed, run: Sync, tmp_path: Path) -> None:
    feed.put(0, "S1")
    run("--once")
    with sa.create_engine(f"sqlite:///{tmp_path}/copy.db").begin() as connection:
        connection.execute(sa.text("UPDATE creditbus_feed_position SET topic = 'feed.other'"))
    code, _, said = run("--once")
    assert code == 2
    assert said == (
        "creditbus: sqlite:///copy.db: it holds the copy of feed.other; "
        "give each feed a database, or a schema, of its own\n"
    )


def test_progress_is_a_line_every_five_seconds_with_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    lines = SyncLines(TOPIC, "sqlite://", lambda: now[0])
    for now[0], records, remaining in (
        (1.0, 1000, 7_000_000),
        (5.0, 10_000, 7_208_000),
        (9.0, 20_000, 5000),
        (10.0, 30_000, 0),
        (20.0, 31_000, 0),
    ):
        lines.report(Progress(records=records, remaining=remaining))
    assert capsys.readouterr().err.splitlines() == [
        f"{TOPIC} → sqlite://: 10,000 records, 2,000 a second, about 1:00:04 left",
        f"{TOPIC} → sqlite://: the copy is up to date, 30,000 records read",
    ]


def test_a_file_of_json_lines_is_a_copy_too(feed: MadeFeed, run: Sync, tmp_path: Path) -> None:
    feed.put(0, "S1", XYDJ="B")
    assert run("--once", to="copy.jsonl")[:2] == (0, "1 record read: 1 row written, 0 rows taken away\n")
    first = json.loads((tmp_path / "copy.jsonl").read_bytes().splitlines()[1])
    assert (first["subject"]["code"], first["content"]["XYDJ"]) == ("S1", "B")
    code, _, said = run("--once", to="nowhere/copy.jsonl")
    assert code == 2
    assert said == (
        "creditbus: nowhere/copy.jsonl: No such file or directory; "
        "check path, rights and room on the disk; run again, it goes on where it stood\n"
    )


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["tax_credit_grade S1 某税务局 1号: the row is missing", "1 row as the feed says, 1 difference"]),
        ("zh", ["tax_credit_grade S1 某税务局 1号：缺少该行", "1 行相符，1 行不符"]),
    ],
)
def test_compare_lists_what_differs(
    lang: str, lines: list[str], feed: MadeFeed, run: Sync, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed.put(0, "S1")
    feed.put(1, "S2")
    run("--once")
    compare = ["feed", "compare", "district-wuchang", "--to", "sqlite:///copy.db", "--lang", lang]
    assert cli.main(compare) == 0
    capsys.readouterr()
    CopiedTables(f"sqlite:///{tmp_path}/copy.db").run("DELETE FROM tax_credit_grade WHERE subject_code = 'S1'")
    assert cli.main(compare) == 1
    assert capsys.readouterr().out.splitlines() == lines
    assert cli.main([*compare, "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "equal": 1,
        "unproved": 0,
        "differences": [{"table": "tax_credit_grade", "key": ["S1", "某税务局", "1号"], "how": "missing"}],
    }
    del feed.log[0][0]
    assert cli.main(compare) == 1
    assert capsys.readouterr().err.startswith("creditbus: ")


@pytest.mark.parametrize("to", ["a.jsonl", "https://example.org/inbox", "http://127.0.0.1:1/inbox.jsonl", "nonsense"])
def test_compare_says_what_it_takes(to: str, feed: MadeFeed, run: Sync, capsys: pytest.CaptureFixture[str]) -> None:
    feed.put(0, "S1")
    run("--once", to="a.jsonl")
    assert cli.main(["feed", "compare", "district-wuchang", "--to", to, "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("creditbus: --to: only a database, csv:FOLDER and parquet:FOLDER can be compared")
    assert cli.main(["feed", "compare", "district-wuchang", "--to", to, "--lang", "zh"]) == 2
    assert "只能比较数据库" in capsys.readouterr().err


@pytest.mark.parametrize("to", ["sqlite:///nowhere.db", "csv:nowhere", "parquet:nowhere"])
def test_there_is_nothing_to_compare_where_no_copy_is(
    to: str, feed: MadeFeed, run: Sync, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed.put(0, "S1")
    run("--once")
    assert cli.main(["feed", "compare", "district-wuchang", "--to", to, "--lang", "en"]) == 2
    assert capsys.readouterr().err == (
        f"creditbus: {to}: there is no copy here; check --to; `creditbus feed sync` makes one\n"
    )
    assert not list(tmp_path.glob("nowhere*"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_receiver_that_was_away_too_long_gets_a_command_that_does_it(
    lang: str, feed: MadeFeed, run: Sync, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "webhook.secret").write_text("x" * 32, encoding="utf-8")
    feed.put(0, "S0")
    with running_receiver() as receiving:
        assert run("--once", "--secret-file", "webhook.secret", to=receiving.url)[0] == 0
        for number in range(3):
            feed.put(0, f"S{number}")
        assert cli.main(["feed", "bootstrap", "district-wuchang", "--to", "view", "--lang", "en"]) == 0
        capsys.readouterr()
        feed.expire(0, 2)
        code, _, said = run("--once", "--secret-file", "webhook.secret", to=receiving.url, lang=lang)
        assert code == 1
        (command,) = re.findall("`creditbus (feed sync .*?)`", said)
        assert command == (
            f"feed sync district-wuchang --from FOLDER --to {receiving.url} --secret-file FILE --position-file NEW"
        )
        for name, value in (("FOLDER", "view"), ("FILE", "webhook.secret"), ("NEW", "new.json")):
            command = command.replace(name, value)
        receiving.posts.clear()
        assert cli.main([*command.split(), "--once"]) == 0
        assert sorted(record["feed"]["feed_seq"] for record in receiving.records()) == [2, 3, 4]
