"""`feed bootstrap` and `feed sync --from`, over a feed in memory: what they say, their summaries and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.subscriber.snapshot.series import SnapshotSeries
from tests.english import english_in
from tests.feed_copies import TOPIC, KeptReports, MadeFeed
from tests.harness.copied import CopiedTables

Run = Callable[..., tuple[int, str, str]]
_COPY = "sqlite:///copy.db"
_LONG = "x" * 300


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made, kept = MadeFeed(), KeptReports()
    made.serve(monkeypatch)
    monkeypatch.setattr("creditbus.services.subscriber.bus_reports.BusReports", lambda *_: kept)
    return made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("creditbus.services.cli.declared._take", lambda _: None)
    monkeypatch.chdir(tmp_path)

    def run(command: str, *options: str, lang: str = "en") -> tuple[int, str, str]:
        code = cli.main(["feed", command, "district-wuchang", "--lang", lang, *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_it_says_what_it_wrote(feed: MadeFeed, run: Run) -> None:
    feed.put(0, "S1")
    feed.put(0, "S1", XYDJ="B")
    feed.put(1, "S2", state="WITHDRAWN")
    said = (
        "snapshot view: 1 record, of 3 that were read\n"
        "  tax-credit-grade  1\n"
        "  not signed: this machine has no signing key\n"
        "  complete: the view lacks no record\n"
    )
    assert run("bootstrap", "--to", "view") == (0, said, "")
    code, out, _ = run("bootstrap", "--to", "again", "--json")
    facts = json.loads(out)
    assert (code, facts["feed"], facts["records"], facts["read"], facts["complete"]) == (0, TOPIC, 1, 3, True)
    assert facts["items"] == {"tax-credit-grade": 1}
    assert [(one["partition"], one["first"], one["last"]) for one in facts["partitions"]] == [(0, 1, 2), (1, 1, 1)]


def test_it_is_signed_with_the_key_of_the_machine_and_checked_by_those_who_trust_it(feed: MadeFeed, run: Run) -> None:
    feed.put(0, "S1")
    cli.main(["feed", "keys", "--create", "credit.example"])
    assert "  signed by credit.example\n" in run("bootstrap", "--to", "view")[1]
    code, out, err = run("sync", "--to", _COPY, "--from", "view", "--once")
    assert (code, out) == (0, "0 records read: 1 row written, 0 rows taken away\n")
    assert "was not checked" not in err


def test_a_new_copy_begins_from_it_and_one_that_has_begun_goes_on(feed: MadeFeed, run: Run, tmp_path: Path) -> None:
    feed.put(0, "S1")
    run("bootstrap", "--to", "view")
    feed.put(0, "S2")
    code, out, err = run("sync", "--to", _COPY, "--from", "view", "--once")
    assert (code, out) == (0, "1 record read: 2 rows written, 0 rows taken away\n")
    assert err.startswith("the signature of the snapshot view was not checked, for want of a public key: ")
    feed.put(1, "S3")
    assert run("sync", "--to", _COPY, "--from", "view", "--once")[:2] == (
        0,
        "1 record read: 1 row written, 0 rows taken away\n",
    )
    assert CopiedTables(f"sqlite:///{tmp_path}/copy.db").holds(feed.view())


def test_a_copy_that_was_away_too_long_gets_one_line_and_the_command_does_what_it_says(
    feed: MadeFeed, run: Run, tmp_path: Path
) -> None:
    feed.put(0, "S1")
    feed.put(1, "S4")
    run("sync", "--to", _COPY, "--once")
    feed.put(0, "S1", state="WITHDRAWN")
    feed.put(0, "S2")
    feed.put(0, "S3")
    run("bootstrap", "--to", "view")
    feed.expire(0, 3)
    said = (
        "creditbus: partition 0: 2 to 3 have expired, and the copy has not read them; it stays as it was. Bring it to "
        "a snapshot, which the operators of the bus make: "
        "`creditbus feed bootstrap district-wuchang --resume FOLDER --to sqlite:///copy.db`\n"
    )
    assert run("sync", "--to", _COPY, "--once") == (1, "", said)
    code, out, _ = run("bootstrap", "--resume", "view", "--to", _COPY)
    assert code == 0
    assert out == (
        "sqlite:///copy.db: 3 rows written from the snapshot, 1 row taken away; go on with "
        "`creditbus feed sync district-wuchang --to …`\n"
    )
    assert run("sync", "--to", _COPY, "--once")[0] == 0
    assert CopiedTables(f"sqlite:///{tmp_path}/copy.db").holds(feed.view())
    # by a program, and a second time
    code, out, _ = run("bootstrap", "--resume", "view", "--to", _COPY, "--json")
    facts = json.loads(out)
    assert facts.pop("seconds") >= 0
    wanted = {"feed": TOPIC, "to": _COPY, "from": "view", "signer": "", "written": 3, "removed": 0}
    assert (code, facts) == (0, wanted)


def test_a_copy_is_held_against_a_snapshot_after_the_feed_has_expired(feed: MadeFeed, run: Run, tmp_path: Path) -> None:
    feed.put(0, "S1")
    feed.put(0, "S2")
    run("bootstrap", "--to", "view")
    feed.put(0, "S2", state="WITHDRAWN")
    feed.put(0, "S3")
    run("sync", "--to", _COPY, "--once")
    feed.expire(0, 2)
    assert run("compare", "--to", _COPY)[1] == "1 row as the feed says, 0 differences\n"
    assert run("compare", "--to", _COPY, "--from", "view")[1] == "2 rows as the feed says, 0 differences\n"
    CopiedTables(f"sqlite:///{tmp_path}/copy.db").run("DELETE FROM tax_credit_grade WHERE subject_code = 'S1'")
    code, out, _ = run("compare", "--to", _COPY, "--from", "view")
    assert (code, out.splitlines()[0]) == (1, "tax_credit_grade S1 某税务局 1号: the row is missing")
    feed.put(0, "S4")
    run("bootstrap", "--to", "later", "--base", "view")
    code, _, err = run("compare", "--to", _COPY, "--from", "later")
    assert code == 2
    assert "the copy has read up to number 4 only, and the snapshot ends at 5; give an earlier snapshot" in err


def test_a_file_begins_from_it_and_one_that_has_lines_keeps_them(feed: MadeFeed, run: Run, tmp_path: Path) -> None:
    feed.put(0, "S1")
    feed.put(0, "S2")
    run("sync", "--to", "old.jsonl", "--once")
    feed.put(0, "S2", state="WITHDRAWN")
    feed.put(0, "S3")
    run("bootstrap", "--to", "view")
    feed.put(1, "S4")
    feed.expire(0, 3)
    before = (tmp_path / "old.jsonl").read_bytes()
    code, _, err = run("sync", "--to", "old.jsonl", "--once")
    assert code == 1
    assert err.startswith(
        "creditbus: partition 0: number 3 has expired, and the copy has not read them; the file stays"
    )
    assert "`creditbus feed sync district-wuchang --from FOLDER --to NEW.jsonl`" in err
    assert run("bootstrap", "--resume", "view", "--to", "old.jsonl")[0] == 2
    assert (tmp_path / "old.jsonl").read_bytes() == before
    for count in (1, 0):
        code, out, _ = run("sync", "--to", "new.jsonl", "--from", "view", "--once", "--json")
        assert (code, json.loads(out)["records"]) == (0, count)
    lines = [json.loads(line) for line in (tmp_path / "new.jsonl").read_bytes().splitlines()]
    records = [line for line in lines if "record" in line]
    assert [(one["partition"], one["offset"], one["subject"]["code"]) for one in records] == [
        (0, 0, "S1"),
        (0, 6, "S3"),
        (1, 0, "S4"),
    ]


def test_a_beginning_that_has_expired_is_said_with_what_helps(feed: MadeFeed, run: Run) -> None:
    for number in range(4):
        feed.put(0, f"S{number}")
    run("bootstrap", "--to", "first")
    feed.put(0, "S0", XYDJ="B")
    feed.expire(0, 2)
    code, out, err = run("bootstrap", "--to", "view")
    assert (code, out) == (1, "")
    assert err == (
        "creditbus: partition 0: 1 to 2 have expired: the feed alone does not give the whole view any more, and no "
        "snapshot was made; give an earlier complete one with --base, or add --incomplete for the records that changed "
        "since\n"
    )
    code, out, _ = run("bootstrap", "--to", "view", "--base", "first")
    assert (code, "complete: the view lacks no record" in out) == (0, True)
    assert "made from the base and " in out
    code, out, _ = run("bootstrap", "--to", "part", "--incomplete")
    assert (code, "incomplete: the beginning of the feed has expired" in out) == (0, True)
    assert run("sync", "--to", _COPY, "--from", "part", "--once")[0] == 2
    assert run("sync", "--to", _COPY, "--from", "part", "--once", "--incomplete")[0] == 0
    feed.expire(0, 2)
    code, _, err = run("bootstrap", "--to", "late", "--base", "first", "--json")
    assert code == 0, err
    feed.put(0, "S9")
    feed.expire(0, 2)
    code, _, err = run("bootstrap", "--to", "later", "--base", "first")
    assert code == 1
    assert err.startswith("the signature of the snapshot first was not checked")
    assert "and the snapshot of --base ends before them; no snapshot was made: give a newer one" in err
    code, _, err = run("bootstrap", "--resume", "first", "--to", "sqlite:///other.db")
    assert code == 1
    assert "and the snapshot ends before them; the copy stays as it was: give a newer snapshot" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--to", "view", "--format", "csv"), "--format: there is no form 'csv'; there are: avro, parquet"),
        (("--to", _COPY), "--to: a snapshot goes into a folder, not into a database; make it first, and then "),
        (("--to", "nowhere/view"), "nowhere/view: No such file or directory; check path, rights and room on the disk"),
        (("--to", _COPY, "--resume", "view"), "view: there is no snapshot here: manifest.json is missing; "),
        (("--to", "view", "--base", "view"), "view: there is no snapshot here: manifest.json is missing; "),
        (("--to", "."), ".: this is not a folder's own name; give the name of a new folder"),
        (("--to", ""), ".: this is not a folder's own name; give the name of a new folder"),
        (("--to", "/"), "/: this is not a folder's own name; give the name of a new folder"),
        (("--to", "view/.."), "view/..: this is not a folder's own name; give the name of a new folder"),
        (("--to", _LONG), f"{_LONG}: File name too long; check path, rights and room on the disk"),
        (("--to", _LONG[:250]), f"{_LONG[:250]}: File name too long; check path, rights and room on the disk"),
        (("--to", "view", "--base", _LONG), f"{_LONG}/manifest.json: File name too long; "),
        (("--to", _COPY, "--resume", _LONG), f"{_LONG}/manifest.json: File name too long; "),
        (
            ("--to", "https://example.org/inbox", "--resume", "view"),
            "--to: what a receiver has got cannot be taken away",
        ),
        (("--to", "HTTP://127.0.0.1/inbox", "--resume", "view"), "--to: what a receiver has got cannot be taken away"),
        (
            ("--to", "nonsense", "--resume", "view"),
            "--to: this is neither the URL of a database, nor csv:FOLDER, parquet:FOLDER or a file whose name ends",
        ),
    ],
)
def test_what_cannot_be_is_one_line(options: tuple[str, ...], said: str, feed: MadeFeed, run: Run) -> None:
    feed.put(0, "S1")
    code, _, err = run("bootstrap", *options)
    assert code == 2
    assert err.startswith(f"creditbus: {said}")
    assert err.count("\n") == 1


def test_it_speaks_chinese(feed: MadeFeed, run: Run) -> None:
    feed.put(0, "S1")
    feed.put(0, "S2")
    said = [*run("bootstrap", "--to", "view", lang="zh")[1:], *run("bootstrap", "--to", "view", lang="zh")[1:]]
    feed.expire(0, 1)
    said += [*run("bootstrap", "--to", "part", lang="zh")[1:]]
    said += [*run("sync", "--to", _COPY, "--once", lang="zh")[1:]]
    said += [*run("bootstrap", "--resume", "view", "--to", _COPY, lang="zh")[1:]]
    assert "完整：视图中没有缺失的记录" in "".join(said)
    assert english_in("".join(said)) == []


class _Stop:
    """Lets a number of rounds pass, an hour after each other."""

    def __init__(self, clock: list[float], grow: list[Callable[[], None]]) -> None:
        self._clock = clock
        self._grow = grow

    def wait(self, seconds: float) -> bool:
        self._clock[0] += seconds
        if not self._grow:
            return True
        self._grow.pop(0)()
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_700_000_100.0]
    time = SimpleNamespace(time=lambda: now[0], monotonic=lambda: now[0])
    monkeypatch.setattr("creditbus.services.cli.feed.bootstrap.time", time)
    return now


def test_one_is_made_in_each_interval_from_the_one_before(
    feed: MadeFeed, run: Run, clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.put(0, "S1")
    feed.put(0, "S2")
    cli.main(["feed", "keys", "--create", "credit.example"])

    def expired() -> None:
        feed.put(0, "S3")
        feed.expire(0, 2)

    grow: list[Callable[[], None]] = [expired, lambda: feed.put(1, "S4"), lambda: feed.put(0, "S5")]
    monkeypatch.setattr("creditbus.services.cli.feed.bootstrap.until_asked", lambda work: work(_Stop(clock, grow)))
    code, out, err = run("bootstrap", "--to", "views", "--every", "1h", "--keep", "2")
    assert (code, "a snapshot every 3,600 s; the last 2 are kept\n" in err) == (0, True)
    assert out.count("  complete: the view lacks no record\n") == 4
    assert sorted(one.name for one in (tmp_path / "views").iterdir()) == ["20231115T000000Z", "20231115T010000Z"]
    # a restart within the hour makes none twice
    clock[0] -= 1
    assert run("bootstrap", "--to", "views", "--every", "1h", "--keep", "2")[1] == ""
    newest = json.loads((tmp_path / "views" / "20231115T010000Z" / "manifest.json").read_bytes())
    assert newest["items"] == {"tax-credit-grade": 5}


def test_a_feed_that_is_not_whole_is_said_in_each_interval(
    feed: MadeFeed, run: Run, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        feed.put(0, f"S{number}")
    del feed.log[0][1]
    grow: list[Callable[[], None]] = [lambda: None]
    monkeypatch.setattr("creditbus.services.cli.feed.bootstrap.until_asked", lambda work: work(_Stop(clock, grow)))
    code, out, err = run("bootstrap", "--to", "views", "--every", "1h", "--unsigned")
    assert (code, out, err.count("number 2 is missing")) == (0, "", 2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--every", "1h"), "there is no signing key"),
        (("--every", "1h", "--format", "parquet"), "has to be in the form avro; leave out --format, or --every"),
        (("--every", "5m"), "--every: "),
    ],
)
def test_what_cannot_go_on_does_not_begin(options: tuple[str, ...], said: str, feed: MadeFeed, run: Run) -> None:
    feed.put(0, "S1")
    code, _, err = run("bootstrap", "--to", "views", *options)
    assert (code, said in err, err.count("\n")) == (2, True, 1)


def test_of_what_is_hidden_only_what_was_renamed_here_goes(feed: MadeFeed, tmp_path: Path) -> None:
    assert feed.view() == {}
    names = (".20261129T000000Z.gone", ".backup.gone", ".20261129T000000Z.old.gone")
    for name in names:
        (tmp_path / name).mkdir()
    SnapshotSeries(tmp_path).keep(3)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(names[1:])
