"""A copy that is killed again and again while its feed grows holds the newest record of each key at the end."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

from tests.harness.copied import CopiedTables
from tests.harness.killed_sync import killed_sync
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_NAME = "agency-xinda"
_FEED = f"feed.{_NAME}"
_GONE = {"WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"}
_KILLS = 8
_EARLIEST_S, _LATEST_S = 0.7, 2.5
"""From before the command has connected until after it follows."""


def _view(live: Observer) -> dict[str, dict[tuple[str, str, str], Any]]:
    """Work out what a copy must hold from the records of the feed."""
    held: dict[str, dict[tuple[str, str, str], Any]] = {}
    for seen in sorted(live.of(_FEED), key=lambda record: (record.place.partition, record.offset)):
        if seen.place.topic != _FEED:
            continue
        fields = live.wire.decode(seen.value)
        record = fields["record"]
        rows = held.setdefault(record["item"], {})
        key = (fields["subject"]["code"], record["authority"], record["document_no"])
        rows.pop(key, None)
        if record["state"] not in _GONE:
            rows[key] = fields
    return held


def test_killed_again_and_again_while_the_feed_grows(live: Observer, say: Say, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/copy.db"
    chance = random.Random(5)
    messages = Traffic(21, 300).messages(live.wire)
    part = len(messages) // _KILLS
    for number in range(_KILLS):
        growing = threading.Thread(target=live.wire.publish, args=(messages[number * part : (number + 1) * part],))
        growing.start()
        killed_sync(live.wire.bus, _NAME, url, tmp_path / "home", chance.uniform(_EARLIEST_S, _LATEST_S))
        growing.join()
    live.wire.publish(messages[_KILLS * part :])
    live.settle()
    done = say("feed", "sync", _NAME, "--to", url, "--once")
    assert done["feed"] == _FEED
    view = _view(live)
    assert sum(map(len, view.values())) > 100
    assert CopiedTables(url).holds(view)
    assert say("feed", "sync", _NAME, "--to", url, "--once")["records"] == 0
    compared = say("feed", "compare", _NAME, "--to", url)
    assert compared == {"equal": sum(map(len, view.values())), "unproved": 0, "differences": []}
