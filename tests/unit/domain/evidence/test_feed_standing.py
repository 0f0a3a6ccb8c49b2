"""When a feed needs somebody, and when it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from creditbus.services.domain.evidence.feed_standing import NOTICE_MS, FeedProblem, FeedStanding
from creditbus.services.domain.evidence.standing import PartitionStanding, ReaderStanding, Reading

_NOW = 1_700_000_000_000
_PART = PartitionStanding(0, 20, b"h" * 32, 5, _NOW + 1, 18, 2, _NOW + NOTICE_MS)
_READ = Reading(0, 19, 2, 0, _NOW + NOTICE_MS)
_FEED = FeedStanding("feed.x", "x", _NOW, 1, (_PART,), (ReaderStanding("loader", 1, (_READ,)),), 3, _NOW - 1)


def _problems(feed: FeedStanding) -> list[FeedProblem]:
    return [one.problem for one in feed.troubles()]


def test_a_feed_whose_oldest_record_expires_soon_is_well_when_it_is_read_and_signed() -> None:
    assert _problems(_FEED) == []
    assert (_FEED.kept, _FEED.unsigned) == (16, 2)


@pytest.mark.parametrize(
    ("changed", "problem", "count"),
    [
        ({"signed": 21, "unsigned": 0, "unsigned_expires_ms": None}, FeedProblem.SIGNED_MISSING, 1),
        ({"signed": 2, "oldest": 5}, FeedProblem.EXPIRED_UNSIGNED, 2),
        ({"unsigned_expires_ms": _NOW + NOTICE_MS - 1}, FeedProblem.EXPIRES_UNSIGNED, 2),
    ],
)
def test_what_manifests_lack_is_named(changed: dict[str, int | None], problem: FeedProblem, count: int) -> None:
    feed = replace(_FEED, partitions=(replace(_PART, **changed),))  # type: ignore[arg-type]  # fields by name
    (found,) = feed.troubles()
    assert (found.problem, found.partition, found.count) == (problem, 0, count)
    assert replace(feed, manifest=0).troubles() == [], "nobody signs this feed"


@pytest.mark.parametrize(
    ("changed", "problem", "count"),
    [
        ({"expired": 3}, FeedProblem.EXPIRED_UNREAD, 3),
        ({"expires_ms": _NOW + NOTICE_MS - 1}, FeedProblem.EXPIRES_UNREAD, 2),
    ],
)
def test_what_a_reader_loses_is_named(changed: dict[str, int], problem: FeedProblem, count: int) -> None:
    feed = replace(_FEED, readers=(ReaderStanding("loader", 0, (replace(_READ, **changed),)),))
    (found,) = feed.troubles()
    assert (found.problem, found.group, found.count) == (problem, "loader", count)


def test_a_last_manifest_that_is_not_to_be_believed_is_named() -> None:
    assert _problems(replace(_FEED, manifest=0, manifest_doubted=True)) == [FeedProblem.MANIFEST_DOUBTED]


@pytest.mark.parametrize("ahead", [{"manifest_ms": _NOW + 60_000}, {"watermarks": {"court": _NOW + 60_000}}])
def test_a_last_manifest_of_a_moment_to_come_is_named(ahead: dict[str, Any]) -> None:
    assert _problems(replace(_FEED, **ahead)) == [FeedProblem.MANIFEST_AHEAD]
    assert _problems(replace(_FEED, at_ms=_NOW + 60_000, partitions=(), readers=(), **ahead)) == []


def test_a_partition_of_which_nothing_is_left_to_say_its_number_is_not_missing() -> None:
    gone = replace(_PART, last=0, oldest=1, unsigned=0, unsigned_expires_ms=None)
    assert _problems(replace(_FEED, partitions=(gone,), readers=())) == []
