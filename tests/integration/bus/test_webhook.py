"""The receiver of the page on a working bus: it and the sync are killed again and again, and nothing is missing."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.embedded.ports import choose
from creditbus.services.cli import main as cli
from tests.documentation import DOCS
from tests.harness.receiving import receiver_example
from tests.harness.traffic import Traffic
from tests.harness.waiting import until
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_NAME = "agency-xinda"
_FEED = f"feed.{_NAME}"
_GONE = {"WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"}
_ROUNDS = 5


class _Received:
    """The page's receiver as a process, and what it has stored."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = choose((), ())
        self.url = f"http://127.0.0.1:{self._port}/inbox"
        (folder / "receiver.py").write_text(receiver_example((DOCS / "feed-sync.md").read_text(encoding="utf-8")))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "receiver.py", str(self._port)]
        self._process = subprocess.Popen(command, cwd=self._folder, stderr=subprocess.DEVNULL)
        until(self._listens, "the receiver listens")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def records(self) -> list[tuple[str, Any]]:
        """Return subject and record of all that is stored, in the order in which it was."""
        with closing(sqlite3.connect(self._folder / "received.db")) as database:
            rows = database.execute("SELECT subject, record FROM received ORDER BY rowid").fetchall()
        return [(subject, json.loads(record)) for subject, record in rows]

    def count(self) -> int:
        """Return how many are stored."""
        with closing(sqlite3.connect(self._folder / "received.db")) as database:
            return int(database.execute("SELECT count(*) FROM received").fetchone()[0])

    def grows_by(self, count: int) -> None:
        """Wait until this many more are stored."""
        wanted = self.count() + count
        until(lambda: self.count() >= wanted, f"{count} records have come")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


@pytest.fixture
def received(tmp_path: Path) -> Iterator[_Received]:
    (tmp_path / "webhook.secret").write_text("0123456789abcdef" * 4 + "\n", encoding="utf-8")
    found = _Received(tmp_path)
    try:
        yield found
    finally:
        found.kill()


@contextmanager
def _syncing(live: Observer, received: _Received, folder: Path) -> Iterator[None]:
    """Follow the feed until the block ends, which kills it."""
    addresses = {f"CREDITBUS_{key.upper()}": value for key, value in live.wire.bus.endpoints().items()}
    environment = os.environ | addresses | {"CREDITBUS_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "creditbus.services.cli", "feed", "sync", _NAME, "--to", received.url]
    options = ["--secret-file", str(folder / "webhook.secret")]
    with subprocess.Popen([*command, *options], env=environment, stderr=subprocess.DEVNULL) as process:
        yield
        assert process.poll() is None, "it was at work when it was killed"
        process.send_signal(signal.SIGKILL)


def test_both_are_killed_again_and_again_and_every_record_is_there_in_its_subject_s_order(
    live: Observer, say: Say, tmp_path: Path, received: _Received
) -> None:
    chance = random.Random(8)
    messages = Traffic(41, 300).messages(live.wire)
    part = len(messages) // _ROUNDS
    for number in range(_ROUNDS):
        received.start()
        growing = threading.Thread(target=live.wire.publish, args=(messages[number * part : (number + 1) * part],))
        growing.start()
        with _syncing(live, received, tmp_path):
            received.grows_by(chance.randrange(1, 15))
            received.kill()
            if number % 2:
                received.start()
                received.grows_by(chance.randrange(1, 15))
        received.kill()
        growing.join()
    received.start()
    live.wire.publish(messages[_ROUNDS * part :])
    live.settle()
    options = ("--to", received.url, "--secret-file", "webhook.secret")
    say("feed", "sync", _NAME, *options, "--once")

    wanted: dict[str, list[tuple[int, int]]] = {}
    retracted = 0
    for seen in live.of(_FEED):
        if seen.place.topic == _FEED:
            fields = live.wire.decode(seen.value)
            place = seen.place.partition, fields["feed"]["feed_seq"]
            wanted.setdefault(fields["subject"]["code"], []).append(place)
            retracted += fields["record"]["state"] in _GONE
    found: dict[str, list[tuple[int, int]]] = {}
    for subject, record in received.records():
        assert record["idempotency_key"] == f"{_FEED}/{record['partition']}/{record['feed']['feed_seq']}"
        found.setdefault(subject, []).append((record["partition"], record["feed"]["feed_seq"]))
    assert sum(map(len, wanted.values())) > 200
    assert found == wanted
    receipts = say("feed", "receipts", _NAME)
    assert (receipts["retractions"], receipts["unconfirmed"]) == (retracted, 0)
    assert say("feed", "sync", _NAME, *options, "--once")["records"] == 0


@pytest.mark.usefixtures("say")
def test_a_receiver_that_has_another_secret_ends_it_with_one_line(
    live: Observer, tmp_path: Path, received: _Received, capsys: pytest.CaptureFixture[str]
) -> None:
    live.wire.publish(Traffic(42, 20).messages(live.wire))
    live.settle()
    received.start()
    (tmp_path / "other.secret").write_text("x" * 40, encoding="utf-8")
    options = ("--to", received.url, "--secret-file", "other.secret", "--once")
    assert cli.main(["feed", "sync", _NAME, *options, "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith(
        f"creditbus: {received.url}: answers with status 401; the receiver refuses"
    )
    assert received.records() == []
