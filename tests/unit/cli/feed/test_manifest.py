"""`feed manifest` for all feeds, once and in rounds: what it says, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import ProducerFencedError

from creditbus.services.cli import main as cli
from creditbus.services.cli.durations import seconds_of
from creditbus.services.domain.evidence.watermark import CLOCK_MARGIN_MS
from creditbus.services.evidence import publishing
from creditbus.services.evidence.keys import create_key
from creditbus.topics import sole_writer
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.unit.cli.feed.conftest import SUBSCRIBER, FakeBus, FakeProducer, Run

_NAME = SUBSCRIBER
_COMMAND = "creditbus.services.cli.feed.manifest"


class _Stop:
    """Lets a number of rounds pass."""

    def __init__(self, rounds: int) -> None:
        self._left = rounds

    def wait(self, seconds: float) -> bool:
        assert 0 <= seconds <= 3600
        self._left -= 1
        return self._left <= 0

    def is_set(self) -> bool:
        return False


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def wanted(count: int) -> None:
        monkeypatch.setattr(f"{_COMMAND}.until_asked", lambda work: work(_Stop(count)))
        monkeypatch.setattr("creditbus.services.evidence.watermarks.present_watermarks", lambda _: {"court": 5})
        # a quarter past an hour: what is tested must not depend on the hour in which it is tested
        monkeypatch.setattr(f"{_COMMAND}.time", SimpleNamespace(time=lambda: 1_700_000_100.0))

    return wanted


@pytest.fixture(autouse=True)
def only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{_COMMAND}.subscribers", lambda: [_NAME])


def test_all_feeds_are_signed_when_none_is_named(run: Run, bus: FakeBus) -> None:
    run("keys", "--create", "credit.example")
    code, out, _ = run("manifest")
    assert (code, out.startswith(f"manifest 1 of feed.{_NAME}: ")) == (0, True)
    assert run("manifest")[1] == f"the feed of {_NAME} has no record since its last manifest\n"
    assert len(bus.documents) == 1


def test_one_that_is_not_whole_makes_the_exit_code_1(run: Run, bus: FakeBus) -> None:
    run("keys", "--create", "credit.example")
    del bus.log[1][3]
    code, out, err = run("manifest")
    assert (code, out) == (1, "")
    assert err.startswith("creditbus: ")
    assert "number 4: the feed is not whole, and is not signed" in err
    code, out, _ = run("manifest", "--json")
    assert (code, json.loads(out)[0]["manifest"]) == (1, None)


def test_signing_goes_on_after_records_have_expired_unsigned(run: Run, bus: FakeBus) -> None:
    run("keys", "--create", "credit.example")
    whole = {number: list(entries) for number, entries in bus.log.items()}

    def signs(begin: int, end: int) -> int:
        bus.log = {number: entries[begin:end] for number, entries in whole.items()}
        bus.begins = dict.fromkeys(whole, begin)
        return run("manifest", _NAME)[0]

    assert [signs(0, 4), signs(6, 8), signs(6, 10), signs(9, 12)] == [0, 0, 0, 0]
    assert len(bus.documents) == 4
    code, _, err = run("verify", _NAME)
    assert (code, err.count("no manifest was made of 5 to 6 before they expired")) == (0, len(whole))


def test_rounds_sign_once_in_an_interval_and_say_only_what_happens(
    run: Run, bus: FakeBus, rounds: Callable[[int], None]
) -> None:
    run("keys", "--create", "credit.example")
    rounds(3)
    code, out, err = run("manifest", "--every", "1h")
    assert (code, len(out.splitlines())) == (0, 1)
    assert out.startswith("manifest 1 of ")
    assert err == "signing feeds with the key credit.example every 3,600 s\n"
    del bus.log[0][-1]
    rounds(1)
    assert run("manifest", _NAME, "--every", "1h") == (0, "", err), "this hour has its manifest"


def test_a_feed_that_is_not_whole_is_said_in_each_round_and_signing_goes_on(
    run: Run, bus: FakeBus, rounds: Callable[[int], None]
) -> None:
    run("keys", "--create", "credit.example")
    del bus.log[1][3]
    rounds(2)
    code, out, err = run("manifest", "--every", "1h", lang="zh")
    assert (code, out) == (0, "")
    assert err.count("订阅流不完整，不予签名") == 2
    out = run("manifest", "--every", "1h", "--json")[1]
    assert "the feed is not whole" in json.loads(out.splitlines()[0])["error"]


def test_a_manifest_of_a_clock_that_was_ahead_is_followed_in_the_next_round_and_said(
    run: Run, bus: FakeBus, rounds: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("keys", "--create", "credit.example")
    rounds(1)
    now = 1_700_000_100.0

    def signs(clock: float, lang: str = "en") -> tuple[dict[str, Any], str]:
        monkeypatch.setattr(f"{_COMMAND}.time", SimpleNamespace(time=lambda: clock))
        found = {"court": int(clock * 1000) - CLOCK_MARGIN_MS}
        monkeypatch.setattr("creditbus.services.evidence.watermarks.present_watermarks", lambda _: found)
        err = run("manifest", "--every", "1h", lang=lang)[2]
        return json.loads(bus.documents[-1]), err

    ahead, err = signs(now + 86_400)
    assert (ahead["number"], "a clock is or was wrong" in err) == (1, False)
    right, err = signs(now)
    assert (right["number"], right["watermarks"]) == (2, {"court": int(now * 1000) - CLOCK_MARGIN_MS})
    assert "the manifest before manifest 2 of feed.district-wuchang says that it was made at 2023-11-1" in err
    assert (signs(now + 60)[0]["number"], "wrong" in signs(now + 60)[1]) == (2, False), "this hour has its manifest"
    again, err = signs(now + 3600)
    assert (again["number"], "wrong" in err) == (3, False)
    assert signs(now + 2 * 86_400)[0]["number"] == 4
    assert "时钟曾有误或现在有误" in signs(now + 86_400, lang="zh")[1]
    assert run("verify", _NAME)[0] == 0


@pytest.mark.parametrize("seconds", [5.0, 10.0])
def test_clocks_of_two_machines_may_differ_a_little(
    run: Run, bus: FakeBus, rounds: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    run("keys", "--create", "credit.example")
    for clock in (1_700_000_100.0 + seconds, 1_700_000_100.0):
        rounds(1)
        monkeypatch.setattr(f"{_COMMAND}.time", SimpleNamespace(time=lambda at=clock: at))
        run("manifest", "--every", "1h")
    assert len(bus.documents) == 1


def test_without_a_key_nothing_begins(run: Run) -> None:
    code, _, err = run("manifest", "--every", "1h")
    assert (code, "there is no signing key" in err) == (2, True)


@pytest.mark.usefixtures("bus")
def test_whoever_is_shut_out_by_another_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class _Fenced(FakeProducer):
        def commit_transaction(self) -> None:
            raise ProducerFencedError

    monkeypatch.setattr(sole_writer, "transactional_producer", lambda *_, **__: _Fenced([]))
    key = create_key(tmp_path / "home", "credit.example", "ed25519")
    connection = Connection.from_environment(store=False)
    with pytest.raises(UnavailableError, match="another command signs this feed"):
        publishing.publish_manifest(connection, _NAME, key)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("2d", 172_800)])
def test_a_length_of_time_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert seconds_of(text, "--every", 60) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1.5h", "-1h", "59s", "0d", "1 h", "1w"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a length of time"):
        seconds_of(text, "--every", 60)


def test_the_command_refuses_it_in_one_line(run: Run) -> None:
    run("keys", "--create", "credit.example")
    code, _, err = run("manifest", "--every", "hourly")
    assert code == 2
    assert err == (
        "creditbus: --every: 'hourly' is not a length of time that will do; "
        "write 90s, 30m, 1h or 1d, at least 60 seconds\n"
    )
    assert cli.main(["feed", "manifest", "--every", "1s", "--lang", "zh"]) == 2
