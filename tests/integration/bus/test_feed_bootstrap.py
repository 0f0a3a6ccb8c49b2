"""Snapshots of a feed on a real broker: the view while it grows, and a way back for a copy that was away too long."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import fastavro
import pytest
import sqlalchemy as sa

from creditbus.services.cli import main as cli
from tests.harness.broker import delete_records
from tests.harness.copied import CopiedTables
from tests.harness.traffic import Traffic
from tests.harness.waiting import until
from tests.harness.wire import Observer, Place
from tests.integration.bus.conftest import Say

_NAME = "agency-xinda"
_FEED = f"feed.{_NAME}"
_GONE = {"WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"}
_LATEST_S = 3.0
"""Until after the command has ended, on a machine with other work."""

View = dict[str, dict[tuple[str, str, str], Any]]


def _view(live: Observer, last: Mapping[int, int]) -> View:
    """Work out what the feed shows from its records up to these numbers, by partition."""
    held: View = {}

    def read() -> dict[int, list[Any]]:
        live.poll()
        found: dict[int, list[Any]] = {partition: [] for partition in last}
        for seen in live.of(_FEED):
            if seen.place.topic == _FEED:
                fields = live.wire.decode(seen.value)
                if fields["feed"]["feed_seq"] <= last[seen.place.partition]:
                    found[seen.place.partition].append(fields)
        return found if all(len(found[one]) == number for one, number in last.items()) else {}

    for records in until(read, "the feed was read as far as the copy").values():
        for fields in records:
            record = fields["record"]
            rows = held.setdefault(record["item"], {})
            key = (fields["subject"]["code"], record["authority"], record["document_no"])
            rows.pop(key, None)
            if record["state"] not in _GONE:
                rows[key] = fields
    return {item: rows for item, rows in held.items() if rows}


def _snapshot(folder: Path) -> View:
    """Read a snapshot as anybody would, with fastavro alone."""
    found: View = {}
    for path in folder.glob("*.avro"):
        with path.open("rb") as file:
            for entry in fastavro.reader(file):
                fields: Any = entry
                del fields["partition"], fields["offset"]
                record = fields["record"]
                record["received_at"] = round(record["received_at"].timestamp() * 1000)
                key = (fields["subject"]["code"], record["authority"], record["document_no"])
                assert found.setdefault(record["item"], {}).setdefault(key, fields) is fields
    return found


def _last(made: Any) -> dict[int, int]:
    return {one["partition"]: one["last"] for one in made["partitions"]}


def _read(made: list[Any]) -> int:
    return sum(_last(made[-1]).values()) if made else 0


def _has_grown(live: Observer, since: int) -> bool:
    live.poll()
    return sum(one.place.topic == _FEED for one in live.of(_FEED)) > since


def _retractions(live: Observer) -> int:
    records = (live.wire.decode(seen.value)["record"] for seen in live.of(_FEED) if seen.place.topic == _FEED)
    return sum(record["state"] in _GONE for record in records)


def _held(url: str) -> dict[int, int]:
    """Return up to which number a copy has read each partition."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT partition_no, feed_seq FROM creditbus_feed_position")).all()
    return {row.partition_no: row.feed_seq for row in rows}


def _expire(live: Observer, made: Any) -> None:
    """Let retention take what a snapshot was made of."""
    delete_records(live.wire.bus, {Place(_FEED, one["partition"]): one["next_offset"] for one in made["partitions"]})


def _killed(live: Observer, home: Path, seconds: float, *words: str) -> bool:
    """Run a command until SIGKILL comes; return whether it was still at work."""
    addresses = {f"CREDITBUS_{key.upper()}": value for key, value in live.wire.bus.endpoints().items()}
    environment = os.environ | addresses | {"CREDITBUS_HOME": str(home)}
    command = [sys.executable, "-m", "creditbus.services.cli", "feed", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        assert process.returncode == 0, said.decode()
        return False


def test_each_snapshot_is_the_view_at_its_positions_while_the_feed_grows(
    live: Observer, say: Say, tmp_path: Path
) -> None:
    say("feed", "keys", "--create", "credit.example", code=0)
    messages, made, parts = Traffic(31, 250).messages(live.wire), list[Any](), 6
    size = len(messages) // parts + 1
    for number in range(parts + 1):
        growing = threading.Thread(target=live.wire.publish, args=(messages[number * size : (number + 1) * size],))
        growing.start()
        if number == parts:
            live.settle()
        else:
            until(partial(_has_grown, live, _read(made)), "the feed has grown")
        # every second one goes on from the one before
        base = ["--base", str(tmp_path / f"view{number - 1}")] if number % 2 else []
        made.append(say("feed", "bootstrap", _NAME, "--to", str(tmp_path / f"view{number}"), *base))
        growing.join()
    assert len({one["records"] for one in made}) > 2
    assert made[-1]["records"] > 100
    for number, one in enumerate(made):
        assert _snapshot(tmp_path / f"view{number}") == _view(live, _last(one))
        assert one["complete"]
    url = f"sqlite:///{tmp_path}/copy.db"
    done = say("feed", "sync", _NAME, "--to", url, "--from", str(tmp_path / "view1"), "--once", "--group", "new-copy")
    assert done["records"] == sum(_held(url).values()) - sum(_last(made[1]).values()) > 0
    assert CopiedTables(url).holds(_view(live, _held(url)), lenient=True)
    compared = say("feed", "compare", _NAME, "--to", url)
    assert (compared["unproved"], compared["differences"]) == (0, [])
    # also those that the snapshot had obeyed
    assert done["confirmed"] == _retractions(live)
    assert say("feed", "receipts", _NAME)["unconfirmed"] == 0


def test_a_killed_snapshot_is_whole_or_not_there(live: Observer, say: Say, tmp_path: Path) -> None:
    chance = random.Random(12)
    live.settle()
    base = tmp_path / "base"
    assert say("feed", "bootstrap", _NAME, "--to", str(base))["records"] > 100
    killed = 0
    for number in range(8):
        folder = tmp_path / f"view{number}"
        words = ("bootstrap", _NAME, "--to", str(folder), "--base", str(base))
        killed += _killed(live, tmp_path / "home", chance.uniform(0.5, _LATEST_S), *words)
        if folder.exists():
            assert _snapshot(folder) == _snapshot(base)
        else:
            say("feed", *words)
        assert not (tmp_path / f".view{number}.unfinished").exists()
    assert killed


def test_a_copy_that_was_away_too_long_comes_back_to_the_view_however_often_it_is_killed(
    live: Observer, say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(11)
    url, view = f"sqlite:///{tmp_path}/copy.db", str(tmp_path / "view")
    live.wire.publish(Traffic(32, 120).messages(live.wire))
    live.settle()
    say("feed", "sync", _NAME, "--to", url, "--once")
    live.wire.publish(Traffic(33, 120).messages(live.wire))
    # the same subjects, with other acts on their records
    live.wire.publish(Traffic(32, 160).messages(live.wire))
    live.settle()
    made = say("feed", "bootstrap", _NAME, "--to", view)
    assert _snapshot(tmp_path / "view") == _view(live, _last(made))
    before = CopiedTables(url).rows("tax_credit_grade")
    _expire(live, made)
    live.wire.publish(Traffic(34, 60).messages(live.wire))
    live.settle()
    capsys.readouterr()
    assert cli.main(["feed", "sync", _NAME, "--to", url, "--once"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"`creditbus feed bootstrap {_NAME} --resume FOLDER --to {url}`" in said
    assert CopiedTables(url).rows("tax_credit_grade") == before
    resume = ("bootstrap", _NAME, "--resume", view, "--to", url)
    for _ in range(6):
        _killed(live, tmp_path / "home", chance.uniform(0.5, _LATEST_S), *resume)
    say("feed", *resume)
    done = say("feed", "sync", _NAME, "--to", url, "--once")
    assert done["records"] == sum(_held(url).values()) - sum(_last(made).values()) > 0
    assert CopiedTables(url).holds(_view(live, _held(url)), lenient=True)
    compared = say("feed", "compare", _NAME, "--to", url, "--from", view)
    assert compared == {"equal": sum(map(len, _view(live, _held(url)).values())), "unproved": 0, "differences": []}
    # the feed alone does not give the view any more, and with the snapshot before it does
    assert cli.main(["feed", "bootstrap", _NAME, "--to", str(tmp_path / "alone")]) == 1
    again = say("feed", "bootstrap", _NAME, "--to", str(tmp_path / "again"), "--base", view)
    assert again["complete"]
    assert _snapshot(tmp_path / "again") == _view(live, _last(again))
