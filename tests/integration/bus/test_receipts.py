"""Retractions of a working bus are confirmed by a copy that is killed again and again, and by a plain Kafka client."""

from __future__ import annotations

import asyncio
import random
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from creditbus.services.evidence.receipts import ReceiptWatch
from tests.documentation import DOCS
from tests.harness.killed_sync import killed_sync
from tests.harness.traffic import Traffic
from tests.harness.waiting import until
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_NAME, _OTHER = "agency-xinda", "district-wuchang"
_GONE = {"WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"}
_KILLS = 6
_EARLIEST_S, _LATEST_S = 0.7, 3.0
"""From before the command has connected until after it follows."""


def _retractions(live: Observer, subscriber: str) -> dict[tuple[int, int], dict[str, Any]]:
    """Give the retractions of a feed by partition and number."""
    found = {}
    for seen in live.of(f"feed.{subscriber}"):
        if seen.place.topic == f"feed.{subscriber}":
            fields = live.wire.decode(seen.value)
            if fields["record"]["state"] in _GONE:
                found[seen.place.partition, fields["feed"]["feed_seq"]] = fields
    return found


def _receipts(live: Observer, subscriber: str) -> list[tuple[int, int]]:
    found = [live.wire.decode(seen.value) for seen in live.of(f"acks.{subscriber}")]
    return [(one["partition"], one["feed_seq"]) for one in found]


def _sums(say: Say, code: int) -> dict[str, Any]:
    return {one["subscriber"]: one for one in say("feed", "receipts", code=code)}


def test_a_copy_confirms_every_retraction_however_often_it_is_killed_and_operators_see_it(
    live: Observer, say: Say, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/copy.db"
    chance = random.Random(6)
    messages = Traffic(31, 300).messages(live.wire)
    part = len(messages) // _KILLS
    for number in range(_KILLS):
        growing = threading.Thread(target=live.wire.publish, args=(messages[number * part : (number + 1) * part],))
        growing.start()
        killed_sync(live.wire.bus, _NAME, url, tmp_path / "home", chance.uniform(_EARLIEST_S, _LATEST_S))
        growing.join()
    live.wire.publish(messages[_KILLS * part :])
    live.settle()
    wanted = _retractions(live, _NAME)
    assert len(wanted) > 10
    say("feed", "sync", _NAME, "--to", url, "--once")
    until(lambda: not live.take(0.1) and set(_receipts(live, _NAME)) >= wanted.keys(), "all receipts are there")
    assert set(_receipts(live, _NAME)) == wanted.keys(), "nothing else is confirmed"
    found = say("feed", "receipts", _NAME)
    assert (found["retractions"], found["unconfirmed"], found["list"]) == (len(wanted), 0, [])
    assert say("feed", "sync", _NAME, "--to", url, "--once")["confirmed"] == 0

    (standing,) = say("feed", "status", _NAME)
    (reader,) = standing["readers"]
    assert (reader["group"], reader["unread"]) == (f"{_NAME}.feed-sync", 0)
    sums = _sums(say, code=1)
    assert sums[_NAME]["unconfirmed"] == 0
    assert sums[_OTHER]["unconfirmed"] == len(_retractions(live, _OTHER))

    # the position of the group is lost: everything that is left is confirmed once more, and the copy stays
    admin = AdminClient({"bootstrap.servers": live.wire.bus.bootstrap_servers})
    for deleted in admin.delete_consumer_groups([f"{_NAME}.feed-sync"]).values():
        deleted.result()
    again = say("feed", "sync", _NAME, "--to", url, "--once")
    assert (again["records"], again["confirmed"]) == (0, len(wanted))


@pytest.mark.parametrize("page", ["feed-sync.md", "feed-sync.zh-CN.md"])
def test_the_example_for_a_plain_client_confirms(page: str, live: Observer, say: Say) -> None:
    live.wire.publish(Traffic(32 + len(page), 60).messages(live.wire))
    live.settle()
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (example,) = (block for block in blocks if "def confirm" in block)
    names: dict[str, Any] = {}
    exec(compile(example, page, "exec"), names)  # noqa: S102 -- the page's own code is what is tested
    watch = ReceiptWatch(live.wire.bus, _OTHER)
    asyncio.run(watch.look())
    waiting = say("feed", "receipts", _OTHER, code=1)["list"]
    assert [one["written_ms"] for one in waiting] == sorted(one["written_ms"] for one in waiting)
    retractions = _retractions(live, _OTHER)
    first, *others = waiting
    place = first["partition"], first["feed_seq"]
    record = retractions[place]["record"]
    assert first["record_key"].endswith(f"|{record['item']}|{record['authority']}|{record['document_no']}")
    assert first["event_id"] == record["event_id"]
    names["confirm"](_OTHER, place[0], retractions[place])
    left = say("feed", "receipts", _OTHER, code=1)["list"]
    assert [(one["partition"], one["feed_seq"]) for one in left] == [
        (one["partition"], one["feed_seq"]) for one in others
    ]
    looked = asyncio.run(watch.look())
    assert [(one.partition, one.feed_seq) for one in looked.unconfirmed] == [
        (one["partition"], one["feed_seq"]) for one in others
    ], "what is read on from the first look says the same"
    assert say("feed", "receipts", _OTHER, "--older-than", "1h")["late"] == 0
    for one in others:
        names["confirm"](_OTHER, one["partition"], retractions[one["partition"], one["feed_seq"]])
    assert say("feed", "receipts", _OTHER)["unconfirmed"] == 0
    live.wire.publish(Traffic(33 + len(page), 60).messages(live.wire))
    live.settle()
    grown = _retractions(live, _OTHER)
    looked = asyncio.run(watch.look())
    assert (looked.retractions, len(looked.unconfirmed)) == (len(grown), len(grown) - len(retractions))


def test_what_is_not_a_receipt_of_the_subscriber_is_counted_and_confirms_nothing(live: Observer, say: Say) -> None:
    before = say("feed", "receipts", "department-housing", code=1)
    producer = Producer({"bootstrap.servers": live.wire.bus.bootstrap_servers})
    stranger = next(one.value for one in live.of(f"acks.{_NAME}"))
    for value in (b"", b"\x00", b"\x00\x00\x00\x00\x01rubbish", stranger):
        producer.produce("acks.department-housing", value, b"0|1", partition=0)
    producer.flush(30)
    found = say("feed", "receipts", "department-housing", code=1)
    assert (found["foreign"], found["unconfirmed"]) == (4, before["unconfirmed"])
