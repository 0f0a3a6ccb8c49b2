"""A manifest is made of what came since the one before, and of nothing that is not whole."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from creditbus.services.domain.evidence.findings import FeedFault
from creditbus.services.domain.evidence.manifest import Manifest, ManifestFault, read_manifest
from creditbus.services.evidence.making import next_manifest
from creditbus.topics.errors import ConfigurationError
from tests.feed_evidence import Log, audited, kept_log, key_named, made_log

_KEY = key_named("credit.example")


def _next(
    log: Log,
    before: Manifest | None = None,
    cut: dict[int, int] | None = None,
    watermarks: Mapping[str, int] | None = None,
) -> Manifest | None:
    return asyncio.run(next_manifest(kept_log(log, cut), before, _KEY, 1_700_000_000_000, watermarks))


def _made(
    log: Log,
    before: Manifest | None = None,
    cut: dict[int, int] | None = None,
    watermarks: Mapping[str, int] | None = None,
) -> Manifest:
    made = _next(log, before, cut, watermarks)
    assert made is not None
    return made


@pytest.fixture
def log() -> Log:
    return made_log(random.Random(11))


def test_manifests_follow_each_other_and_hold_every_record_once(log: Log) -> None:
    early = {number: entries[:7] for number, entries in log.items()}
    first = _made(early)
    second = _made(log, first)
    assert (first.number, second.number) == (1, 2)
    assert second.previous == first.digest
    assert first.records + second.records == sum(map(len, log.values()))
    assert [(one.first, one.last) for one in first.spans] == [(1, 7)] * 3
    assert [one.first for one in second.spans] == [8] * 3
    assert audited(log, [first.document(), second.document()], _KEY) == []


def test_nothing_new_is_no_manifest(log: Log) -> None:
    assert _next(log, _made(log)) is None
    assert _next({0: [], 1: []}) is None


def test_what_is_silent_is_signed_when_watermarks_have_moved_and_they_never_go_back(log: Log) -> None:
    first = _made(log, watermarks={"court": 5, "tax-bureau": 7})
    assert first.watermarks == {"court": 5, "tax-bureau": 7}
    assert _next(log, first, watermarks={"court": 5}) is None
    assert _next(log, first) is None
    second = _made(log, first, watermarks={"court": 6, "tax-bureau": 3, "customs": 1})
    assert (second.records, second.watermarks) == (0, {"court": 6, "customs": 1, "tax-bureau": 7})
    assert audited(log, [first.document(), second.document()], _KEY) == []


def test_a_watermark_is_signed_and_manifests_without_one_stay_as_they_were(log: Log) -> None:
    plain, told = _made(log), _made(log, watermarks={"court": 5})
    assert (plain.facts()["format"], "watermarks" in plain.facts()) == (1, False)
    assert told.facts()["format"] == 2
    assert read_manifest(told.document()) == told
    forged = told.document().replace(b'"court":5', b'"court":9')
    assert read_manifest(forged) is ManifestFault.OTHER_FACTS


def test_a_partition_that_got_nothing_is_said_to_have_stayed_where_it_was(log: Log) -> None:
    first = _made({0: log[0], 1: log[1], 2: log[2][:5]})
    second = _made(log, first)
    assert [one.records for one in second.spans] == [0, 0, len(log[2]) - 5]
    assert second.spans[0].last_hash == first.spans[0].last_hash


def test_offsets_of_another_copy_of_the_feed_do_no_harm(log: Log) -> None:
    first = _made({number: entries[:7] for number, entries in log.items()})
    for offset in (0, 3, 9, 1000):
        elsewhere = replace(first, spans=tuple(replace(one, next_offset=offset) for one in first.spans))
        assert _made(log, elsewhere).root == _made(log, first).root
        late = {**log, 0: log[0][2:]}
        assert _made(late, elsewhere, cut={0: 2}).root == _made(log, first).root


@pytest.mark.parametrize("place", [0, 3])
def test_what_is_not_whole_is_not_signed(log: Log, place: int) -> None:
    del log[1][place]
    with pytest.raises(ConfigurationError, match=rf"partition 1, number {place + 1}: the feed is not whole"):
        _next(log)


@pytest.mark.parametrize("begins", [2, 6, 7])
def test_a_gap_after_what_was_signed_is_not_signed_although_the_beginning_has_expired(log: Log, begins: int) -> None:
    first = _made({number: entries[:7] for number, entries in log.items()})
    late = {**log, 0: log[0][begins:]}
    assert _made(late, first, cut={0: begins}).spans[0].first == 8
    del late[0][7 - begins]
    with pytest.raises(ConfigurationError, match="partition 0, number 8: the feed is not whole"):
        _next(late, first, cut={0: begins})


def test_a_gap_in_another_copy_of_the_feed_is_not_signed_although_its_beginning_has_expired(log: Log) -> None:
    first = _made({number: entries[:7] for number, entries in log.items()})
    elsewhere = replace(first, spans=tuple(replace(one, next_offset=0) for one in first.spans))
    late = {**log, 0: log[0][3:]}
    del late[0][4]
    with pytest.raises(ConfigurationError, match="partition 0, number 8: the feed is not whole"):
        _next(late, elsewhere, cut={0: 3})


def test_an_altered_record_is_not_signed(log: Log) -> None:
    key, value = log[2][4]
    log[2][4] = (key, value[:-1] + bytes([value[-1] ^ 1]))
    with pytest.raises(ConfigurationError, match="feed verify district-wuchang"):
        _next(log)


def test_a_first_manifest_begins_where_retention_has_left_the_feed(log: Log) -> None:
    del log[0][:5]
    made = _made(log, cut={0: 5})
    assert made.spans[0].first == 6
    assert [one.fault for one in audited(log, [made.document()], _KEY, cut=[0])] == [FeedFault.EXPIRED]


def test_records_that_expired_before_they_were_signed_are_told(log: Log) -> None:
    first = _made({number: entries[:7] for number, entries in log.items()})
    late = {**log, 0: log[0][9:]}
    second = _made(late, first, cut={0: 9})
    found = audited(late, [first.document(), second.document()], _KEY, cut=[0])
    assert [(one.fault, one.first, one.last) for one in found] == [
        (FeedFault.UNSIGNED, 8, 9),
        (FeedFault.EXPIRED, 1, 9),
    ]
