"""What `feed receipts` prints, in both languages, for programs and for Prometheus, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from creditbus.services.cli import main as cli
from creditbus.services.domain.evidence.retraction import Retraction
from creditbus.services.evidence.feed_metrics import REGISTRY, set_receipts
from creditbus.services.evidence.receipts import ReceiptStanding, ReceiptWatch
from tests.english import english_in

_NOW = 1_700_000_000_000
_HOUR = 3_600_000
_OLD = Retraction(0, 7, 12, "S1|tax-credit-grade|某局|1号", "ab", "WITHDRAWN", _NOW - 26 * _HOUR)
_NEW = Retraction(1, 3, 4, "S2|tax-credit-grade|某局|2号", "cd", "WITHHELD", _NOW - 61_000)
_ALL: dict[str, ReceiptStanding] = {
    "agency-xinda": ReceiptStanding("agency-xinda", _NOW, 4, (), 0),
    "department-housing": ReceiptStanding("department-housing", _NOW, 0, (), 0),
    "district-wuchang": ReceiptStanding("district-wuchang", _NOW, 12, (_OLD, _NEW), 2),
}

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    monkeypatch.setattr("creditbus.services.cli.declared._take", lambda _: None)

    async def look(watch: ReceiptWatch) -> ReceiptStanding:
        return _ALL[watch._subscriber]

    monkeypatch.setattr(ReceiptWatch, "look", look)

    def ran(*arguments: str, lang: str = "en") -> tuple[int, str]:
        code = cli.main(["feed", "receipts", *arguments, "--lang", lang])
        return code, capsys.readouterr().out

    return ran


def test_what_is_not_confirmed_is_listed_the_oldest_first(run: Run) -> None:
    code, out = run("district-wuchang")
    assert code == 1
    assert out.splitlines() == [
        "0/7  2023-11-14 04:13:20+08:00  1 day  WITHDRAWN  S1|tax-credit-grade|某局|1号",
        "1/3  2023-11-15 06:12:19+08:00  1 minute  WITHHELD  S2|tax-credit-grade|某局|2号",
        "12 retractions: 10 confirmed, 2 unconfirmed, 2 listed",
        "! 2 records on acks.district-wuchang were passed over: they are not receipts of this subscriber",
    ]


def test_what_waits_for_less_does_not_count(run: Run) -> None:
    code, out = run("district-wuchang", "--older-than", "1h")
    assert (code, out.count("\n")) == (1, 3)
    code, out = run("district-wuchang", "--older-than", "2d")
    assert (code, out.splitlines()[0]) == (0, "12 retractions: 10 confirmed, 2 unconfirmed, 0 listed")
    assert run("agency-xinda") == (0, "4 retractions: 4 confirmed, 0 unconfirmed, 0 listed\n")


def test_without_a_name_all_are_summed(run: Run) -> None:
    code, out = run("--older-than", "1h")
    assert code == 1
    assert [line.split()[:4] for line in out.splitlines()[:4]] == [
        ["subscriber", "retractions", "unconfirmed", "late"],
        ["agency-xinda", "4", "0", "0"],
        ["department-housing", "0", "0", "0"],
        ["district-wuchang", "12", "2", "1"],
    ]
    assert run("--older-than", "2d")[0] == 0
    code, out = run()
    assert (code, out.splitlines()[0].split()) == (1, ["subscriber", "retractions", "unconfirmed", "oldest"])


def test_a_program_gets_all_facts(run: Run) -> None:
    facts: Any = json.loads(run("district-wuchang", "--json")[1])
    assert facts["list"][0] == {
        "partition": 0,
        "feed_seq": 7,
        "record_key": "S1|tax-credit-grade|某局|1号",
        "event_id": "ab",
        "state": "WITHDRAWN",
        "written_ms": _NOW - 26 * _HOUR,
        "waiting_seconds": 93_600.0,
    }
    assert (facts["unconfirmed"], facts["late"], facts["oldest_seconds"]) == (2, 2, 93_600.0)
    code, out = run("--json", "--older-than", "1h")
    assert code == 1
    assert [(one["subscriber"], one["unconfirmed"], one["late"]) for one in json.loads(out)] == [
        ("agency-xinda", 0, 0),
        ("department-housing", 0, 0),
        ("district-wuchang", 2, 1),
    ]


def test_it_speaks_chinese(run: Run) -> None:
    said = "".join(run(*arguments, lang="zh")[1] for arguments in ((), ("district-wuchang",)))
    said = said.replace("S1|tax-credit-grade", "").replace("S2|tax-credit-grade", "")
    assert english_in(said) == []


@pytest.mark.parametrize("text", ["long", "0s", "5"])
def test_a_time_that_is_not_one_is_refused(text: str, run: Run) -> None:
    assert run("--older-than", text) == (2, "")


def test_prometheus_gets_how_many_are_open_and_the_age_of_the_oldest() -> None:
    set_receipts(list(_ALL.values()))
    served = generate_latest(REGISTRY).decode()
    assert 'creditbus_feed_unconfirmed_retractions{subscriber="district-wuchang"} 2.0' in served
    assert 'creditbus_feed_unconfirmed_retraction_age_seconds{subscriber="district-wuchang"} 93600.0' in served
    assert 'creditbus_feed_unconfirmed_retraction_age_seconds{subscriber="agency-xinda"} 0.0' in served
    set_receipts([_ALL["agency-xinda"]])
    assert "district-wuchang" not in generate_latest(REGISTRY).decode()
