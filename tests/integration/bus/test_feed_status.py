"""`feed status` on a working bus: numbers and hashes, a reader's place, what is signed, and what expired unread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from creditbus.services.domain.evidence.feed_record import value_hash
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer, Place, Record
from tests.integration.bus.conftest import Say

_NAME = "agency-xinda"
_FEED = f"feed.{_NAME}"
_DAY_MS = 86_400_000


def _publish(live: Observer, seed: int) -> Mapping[Place, list[Record]]:
    """Send some traffic through all stages; return what the feed holds then, by partition."""
    live.wire.publish(Traffic(seed, 60).messages(live.wire))
    live.settle()
    found: dict[Place, list[Record]] = {}
    for record in live.of(_FEED):
        if record.place.topic == _FEED:
            found.setdefault(record.place, []).append(record)
    return found


@pytest.fixture
def reader(live: Observer) -> Iterator[Consumer]:
    settings = {"bootstrap.servers": live.wire.bus.bootstrap_servers, "group.id": "xinda-loader"}
    with closing(Consumer({**settings, "enable.auto.commit": False})) as consumer:
        yield consumer


def _standing(say: Say, code: int = 0) -> Any:
    (found,) = say("feed", "status", _NAME, code=code)
    return found


def test_a_feed_says_how_far_it_goes_is_read_and_is_signed_and_what_expired(
    live: Observer, say: Say, reader: Consumer
) -> None:
    held = _publish(live, 7)
    count = sum(map(len, held.values()))
    found = _standing(say)
    assert (found["records"], found["unsigned"], found["manifest"], found["readers"]) == (count, count, None, [])
    for one in found["partitions"]:
        records = held.get(Place(_FEED, one["partition"]), [])
        last_hash = value_hash(records[-1].value or b"").hex() if records else ""
        assert (one["oldest"], one["last"], one["last_hash"]) == (1, len(records), last_hash)
        left_ms = one["oldest_expires_ms"] - found["at_ms"] if records else 90 * _DAY_MS
        assert 89 * _DAY_MS < left_ms <= 90 * _DAY_MS

    say("feed", "keys", "--create", "credit.example")
    assert say("feed", "manifest", _NAME)["records"] == count
    place, records = max(held.items(), key=lambda one: len(one[1]))
    read = len(records) // 2
    reader.commit(offsets=[TopicPartition(_FEED, place.partition, records[read - 1].offset + 1)], asynchronous=False)
    found = _standing(say)
    assert (found["unsigned"], found["manifest"]["number"]) == (0, 1)
    (group,) = found["readers"]
    by_partition = {one["partition"]: one for one in group["partitions"]}
    assert (group["group"], group["members"], group["unread"]) == ("xinda-loader", 0, count - read)
    assert (by_partition[place.partition]["next"], by_partition[place.partition]["unread"]) == (
        read + 1,
        len(records) - read,
    )

    grown = sum(map(len, _publish(live, 8).values()))
    assert _standing(say)["unsigned"] == grown - count

    admin = AdminClient({"bootstrap.servers": live.wire.bus.bootstrap_servers})
    cut = TopicPartition(_FEED, place.partition, records[read + 1].offset)
    for done in admin.delete_records([cut]).values():
        done.result()
    found = _standing(say, code=1)
    assert found["partitions"][place.partition]["oldest"] == read + 2
    (problem,) = found["problems"]
    assert (problem["problem"], problem["group"], problem["partition"]) == (
        "expired-unread",
        "xinda-loader",
        place.partition,
    )
    assert problem["records"] >= 1
    everybody = say("feed", "status", code=1)
    assert [one["subscriber"] for one in everybody] == ["agency-xinda", "department-housing", "district-wuchang"]
