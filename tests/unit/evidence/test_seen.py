"""How a partition of a feed stands, from the few records of it that are looked at."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest

from creditbus.services.domain.evidence.feed_record import feed_place, value_hash
from creditbus.services.domain.evidence.manifest import NO_HASH, Span
from creditbus.services.evidence.seen import SeenPartition
from tests.feed_evidence import made_log

_DAY = 86_400_000
_LOG = made_log(random.Random(3), partitions=1)[0]
_LAST = len(_LOG)
#: Each record is followed by the marker of its transaction.
_STRIDE = 2


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    timestamp: int
    value: bytes
    key: bytes | None = None
    topic: str = "feed.x"
    partition: int = 0


def _record(number: int) -> _Record | None:
    if number > _LAST:
        return None
    return _Record((number - 1) * _STRIDE, number * _DAY, _LOG[number - 1][1])


def _offset(number: int) -> int:
    """Where a reader that is to read this number next stands, when it noted its position after the record before."""
    return max((number - 2) * _STRIDE + 1, 0)


def _signed(last: int) -> Span:
    return Span(0, 1, last, NO_HASH, value_hash(_LOG[last - 1][1]), _offset(last + 1))


def _seen(oldest: int = 1, signed: int = 0, **changed: Any) -> SeenPartition:
    facts: dict[str, Any] = {
        "number": 0,
        "begins": (oldest - 1) * _STRIDE,
        "ends": _LAST * _STRIDE,
        "retention_ms": 90 * _DAY,
        "first": _record(oldest),
        "last": _record(_LAST) if oldest <= _LAST else None,
        "signed": _signed(signed) if signed else None,
        "unsigned": _record(signed + 1) if signed else None,
    }
    return SeenPartition(**{**facts, **changed})


def test_a_partition_says_its_last_number_and_hash_and_when_its_oldest_record_expires() -> None:
    found = _seen(oldest=4).standing()
    assert (found.last, found.last_hash) == (_LAST, value_hash(_LOG[-1][1]))
    assert (found.oldest, found.oldest_expires_ms) == (4, (4 + 90) * _DAY)
    place = feed_place(_LOG[-1][1])
    assert place is not None
    assert place.sequence == found.last


def test_what_is_kept_for_ever_expires_never() -> None:
    assert _seen(retention_ms=None).standing().oldest_expires_ms is None


def test_records_after_the_last_manifest_are_in_none_and_the_first_of_them_says_when_they_expire() -> None:
    found = _seen(signed=5).standing()
    assert (found.signed, found.unsigned, found.unsigned_expires_ms) == (5, _LAST - 5, (6 + 90) * _DAY)
    whole = _seen(signed=_LAST).standing()
    assert (whole.unsigned, whole.unsigned_expires_ms) == (0, None)
    assert _seen().standing().unsigned == _LAST, "no manifest holds any"


def test_records_that_expired_between_two_manifests_are_counted() -> None:
    assert _seen(oldest=9, signed=5).standing().expired_unsigned == 3
    assert _seen(oldest=9, signed=5).standing().unsigned == _LAST - 8
    assert _seen(oldest=6, signed=5).standing().expired_unsigned == 0
    assert _seen(oldest=9).standing().expired_unsigned == 0, "there is no manifest yet"


def test_a_partition_whose_records_have_all_expired_ends_where_the_last_manifest_says() -> None:
    found = _seen(oldest=_LAST + 1, signed=_LAST).standing()
    assert (found.last, found.oldest, found.last_hash) == (_LAST, _LAST + 1, value_hash(_LOG[-1][1]))
    unknown = _seen(oldest=_LAST + 1).standing()
    assert (unknown.last, unknown.oldest, unknown.unsigned, unknown.last_hash) == (0, 1, 0, b"")


def test_a_reader_is_as_far_behind_as_there_are_records_that_it_has_not_read() -> None:
    found = _seen().reading(_offset(7), _record(7))
    assert (found.next, found.unread, found.expired, found.expires_ms) == (7, _LAST - 6, 0, (7 + 90) * _DAY)


def test_a_reader_before_the_last_marker_has_read_all() -> None:
    found = _seen().reading(_offset(_LAST + 1), None)
    assert (found.next, found.unread, found.expires_ms) == (_LAST + 1, 0, None)


@pytest.mark.parametrize("position", [None, _LAST * _STRIDE + 1])
def test_a_group_without_a_position_in_the_partition_has_read_nothing_and_missed_nothing(position: int | None) -> None:
    found = _seen(oldest=4).reading(position, None)
    assert (found.next, found.unread, found.expired) == (4, _LAST - 3, 0)


def test_what_expired_before_a_reader_came_to_it_is_counted_at_most() -> None:
    assert _seen(oldest=9).reading(_offset(5), _record(9)).expired == 9, "records and markers, for want of a manifest"
    assert _seen(oldest=9, signed=4).reading(_offset(5), _record(9)).expired == 4, "number 5 to 8, by the manifest"


def test_a_reader_of_a_quiet_feed_has_missed_nothing_when_the_last_marker_expires() -> None:
    found = _seen(oldest=_LAST + 1, signed=_LAST).reading(_offset(_LAST + 1), None)
    assert (found.unread, found.expired) == (0, 0)


def test_a_record_that_is_none_of_a_feed_has_number_0() -> None:
    assert _seen(last=_Record(0, 0, b"")).standing().last == 0
