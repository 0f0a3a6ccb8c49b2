"""What `feed status` prints of feeds, in both languages, for programs and for Prometheus, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from creditbus.services.cli import main as cli
from creditbus.services.cli.feed.standing_text import trouble_line
from creditbus.services.domain.evidence.feed_standing import FeedProblem, FeedStanding, Trouble
from creditbus.services.domain.evidence.standing import PartitionStanding, ReaderStanding, Reading
from creditbus.services.evidence.feed_metrics import REGISTRY, set_standings
from tests.english import english_in

_NOW = 1_700_000_000_000
_DAY = 86_400_000
_PARTS = (
    PartitionStanding(0, 1234, bytes.fromhex("3fa9" * 16), 1, _NOW + 30 * _DAY, 1200, 34, _NOW + 60 * _DAY),
    PartitionStanding(1, 0, b"", 1, None, 0, 0, None),
)
_READER = ReaderStanding("wuchang-loader", 1, (Reading(0, 1230, 5, 0, _NOW + 80 * _DAY), Reading(1, 1, 0, 0, None)))
_FEED = FeedStanding("feed.district-wuchang", "district-wuchang", _NOW, 90 * _DAY, _PARTS, (_READER,), 7, _NOW - 1000)
_LOST = ReaderStanding("archive", 0, (Reading(0, 1, 1234, 12, _NOW + _DAY), Reading(1, 1, 0, 0, None)))

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def asked() -> list[Sequence[str]]:
    return []


@pytest.fixture
def run(
    asked: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    monkeypatch.setattr("creditbus.services.cli.declared._take", lambda _: None)

    def ran(*arguments: str, found: FeedStanding = _FEED, lang: str = "en") -> tuple[int, str]:
        async def standings(_: object, subscribers: Sequence[str], __: object) -> list[FeedStanding]:
            asked.append(list(subscribers))
            return [found]

        monkeypatch.setattr("creditbus.services.evidence.standing.feed_standings", standings)
        code = cli.main(["feed", "status", *arguments, "--lang", lang])
        return code, capsys.readouterr().out

    return ran


def test_a_feed_that_is_well_shows_its_partitions_its_readers_and_its_last_manifest(run: Run) -> None:
    code, out = run("district-wuchang")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith(
        "feed.district-wuchang: 1,234 records kept, each for 90 days; last manifest 7, of 2023-11-"
    )
    assert lines[0].endswith(", and 34 records in none")
    assert lines[1].split("  ")[0] == "partition"
    assert lines[2].split()[:4] == ["0", "1,234", "3fa9" * 4, "1"]
    assert lines[2].split()[-2:] == ["1,200", "34"]
    assert lines[3].split() == ["1", "0", "-", "1", "-", "0", "0"]
    assert lines[5].split()[:3] == ["wuchang-loader", "1", "5"]
    assert lines[6].split()[:4] == ["partition", "0", "1,230", "5"]
    assert len(lines) == 8


def test_all_subscribers_are_asked_for_when_none_is_named(run: Run, asked: list[Sequence[str]]) -> None:
    run()
    run("agency-xinda")
    assert asked == [["agency-xinda", "department-housing", "district-wuchang"], ["agency-xinda"]]


def test_a_reader_that_lost_something_is_named_and_the_exit_code_is_1(run: Run) -> None:
    code, out = run(found=replace(_FEED, readers=(_READER, _LOST)))
    assert code == 1
    assert "! partition 0: at most 12 records expired before archive had read them\n" in out
    assert "! partition 0: archive has 1,234 records unread, of which the first may expire from 2023-11-" in out


def test_departments_are_named_by_how_far_they_are_in(run: Run) -> None:
    found = replace(_FEED, watermarks={"tax-bureau": _NOW, "court": _NOW, "customs": _NOW - _DAY})
    _, out = run(found=found)
    line = next(
        one for one in out.splitlines() if one.startswith("all that departments published is in the manifests: ")
    )
    assert line.partition(": ")[2].startswith("customs up to 2023-11-")
    assert "; court, tax-bureau up to 2023-11-" in line
    assert english_in(run(found=found, lang="zh")[1]) == []


def test_a_feed_without_readers_and_manifests_says_so(run: Run) -> None:
    code, out = run(found=replace(_FEED, readers=(), manifest=0, retention_ms=None))
    assert code == 0
    assert "1,234 records kept; no manifest yet\n" in out
    assert "no consumer group has noted a position in this feed\n" in out


def test_it_speaks_chinese(run: Run) -> None:
    troubled = replace(_FEED, readers=(_LOST,), manifest_doubted=True, manifest=0)
    for found in (_FEED, troubled, replace(_FEED, readers=())):
        assert english_in(run(found=found, lang="zh")[1]) == []


def test_a_moment_that_no_calendar_has_is_shown_all_the_same(run: Run) -> None:
    for moment in (1 << 62, 253_402_300_800_000):
        code, out = run(found=replace(_FEED, manifest_ms=moment, watermarks={"court": moment}))
        assert code == 1
        assert f"last manifest 7, of {moment} ms" in out
        assert "! the last manifest, or a moment" in out


def test_every_problem_has_its_sentence() -> None:
    lines = {trouble_line("x", Trouble(one, 3, 5, "loader", _NOW)) for one in FeedProblem}
    assert len(lines) == len(FeedProblem)


def test_a_program_gets_all_facts(run: Run) -> None:
    code, out = run("--json", found=replace(_FEED, readers=(_READER, _LOST)))
    facts: Any = json.loads(out)[0]
    assert code == 1
    assert facts["partitions"][0]["last_hash"] == "3fa9" * 16
    assert facts["manifest"] == {"number": 7, "made_ms": _NOW - 1000, "watermarks": {}}
    assert facts["readers"][0]["partitions"][0] == {
        "partition": 0,
        "next": 1230,
        "unread": 5,
        "expired_unread_at_most": 0,
        "expires_ms": _NOW + 80 * _DAY,
    }
    assert [(one["problem"], one["group"]) for one in facts["problems"]] == [
        ("expired-unread", "archive"),
        ("expires-unread", "archive"),
    ]


def test_prometheus_gets_lag_what_is_unsigned_and_problems_and_nothing_of_before() -> None:
    set_standings([replace(_FEED, readers=(_READER, _LOST))])
    served = generate_latest(REGISTRY).decode()
    assert 'creditbus_feed_lag_records{group="wuchang-loader",subscriber="district-wuchang"} 5.0' in served
    assert 'creditbus_feed_unsigned_records{subscriber="district-wuchang"} 34.0' in served
    assert 'creditbus_feed_problems{problem="expired-unread",subscriber="district-wuchang"} 1.0' in served
    set_standings([_FEED])
    assert "archive" not in generate_latest(REGISTRY).decode()
