"""What a copy reports: every retraction at least once and never too early, its position, and nothing holds it up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from creditbus.services.engine.consume.topic_reader import Chunk
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.subscriber import earlier
from creditbus.services.subscriber import reporting as module
from creditbus.services.subscriber.batch import Batch, Taken
from creditbus.services.subscriber.earlier import EarlierRetractions
from creditbus.services.subscriber.json_lines import JsonLinesCopy
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.reporting import Reporting
from creditbus.services.subscriber.reports import Noted
from creditbus.services.subscriber.syncing import Progress, sync
from creditbus.topics.errors import UserError
from tests.feed_copies import BUS, TOPIC, KeptReports, MadeFeed


class _Killed(BaseException):
    """In place of a signal."""


class _Copy(JsonLinesCopy):
    """A copy whose process ends at a random moment: before a batch is written, or as soon as it is."""

    def __init__(self, path: Path, dies: Any = None) -> None:
        super().__init__(path, TOPIC)
        self.held: set[tuple[int, int]] = set()
        self._dies = dies or (lambda: False)

    def take(self, batch: Batch) -> Taken:
        if self._dies():
            raise _Killed
        taken = super().take(batch)
        self.held |= {(one.partition, one.fields["feed"]["feed_seq"]) for one in batch.changes}
        if self._dies():
            raise _Killed
        return taken


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


def _grow(feed: MadeFeed, chance: random.Random, count: int) -> None:
    for number in range(count):
        state = chance.choice(["ACTIVE", "WITHDRAWN", "WITHHELD", "EXPIRED", "REPAIRED", "EXITED"])
        feed.put(chance.randrange(feed.partitions), f"S{number}", state=state)


def _sync(copy: JsonLinesCopy, reports: KeptReports, *, receipts: bool = True, **more: Any) -> tuple[int, list[str]]:
    said: list[str] = []
    told: Any = lambda error: said.append(str(error))  # noqa: E731 -- as the command gives one
    reporting = Reporting(reports, EarlierRetractions(BUS, TOPIC) if receipts else None, told)

    async def run() -> None:
        with copy:
            await sync(FeedReader(BUS, TOPIC), copy, Progress(), follow=False, reporting=reporting, **more)

    asyncio.run(run())
    return reporting.confirmed, said


def test_retractions_of_every_kind_are_confirmed_and_the_position_is_noted(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, random.Random(1), 40)
    reports = KeptReports()
    confirmed, said = _sync(_Copy(tmp_path / "copy.jsonl"), reports)
    assert said == []
    assert set(reports.receipts) == feed.retractions()
    assert confirmed == len(reports.receipts) == len(feed.retractions())
    assert reports.positions == {lane: Noted(feed.bounds(lane)[1], feed.bounds(lane)[1]) for lane in (0, 1)}
    assert _sync(_Copy(tmp_path / "copy.jsonl"), reports) == (0, []), "nothing is confirmed twice without a reason"


def test_whatever_fails_and_wherever_it_is_killed_each_is_confirmed_after_it_is_in_the_copy(
    feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(module, "_FIRST_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(module, "_LAST_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 4)
    chance = random.Random(2)
    path = tmp_path / "copy.jsonl"
    held: set[tuple[int, int]] = set()

    class _Watched(KeptReports):
        def confirm(self, retractions: Any) -> None:
            assert {(one.partition, one.feed_seq) for one in retractions} <= held | copy.held
            super().confirm(retractions)

    dead = False

    def dies() -> bool:
        nonlocal dead
        dead = dead or chance.random() < 0.08
        return dead

    # nothing is reported by a process that is dead
    reports = _Watched(fails=lambda _: dead or chance.random() < 0.1)
    ended = 0
    for _ in range(40):
        _grow(feed, chance, 12)
        dead, copy = False, _Copy(path, dies)
        try:
            _sync(copy, reports)
            ended += 1
        except _Killed:
            held |= copy.held
        held |= copy.held
    assert 0 < ended < 40
    reports.fails = lambda _: False
    copy = _Copy(path)
    _sync(copy, reports)
    assert set(reports.receipts) == feed.retractions()
    assert {noted.receipts for noted in reports.positions.values()} == {feed.bounds(0)[1], feed.bounds(1)[1]}


def test_a_copy_from_before_there_were_receipts_confirms_what_the_feed_still_holds(
    feed: MadeFeed, tmp_path: Path
) -> None:
    _grow(feed, random.Random(3), 30)
    reports = KeptReports()
    assert _sync(_Copy(tmp_path / "copy.jsonl"), reports, receipts=False) == (0, [])
    assert reports.receipts == []
    assert {noted.receipts for noted in reports.positions.values()} == {0}, "that none is confirmed stays known"
    feed.expire(0, 3)
    left = {(lane, number) for lane, number in feed.retractions() if lane or number > 3}
    confirmed, _ = _sync(_Copy(tmp_path / "copy.jsonl"), reports)
    assert set(reports.receipts) == left
    assert confirmed == len(left)


def test_a_bus_that_takes_no_reports_is_named_once_and_the_copy_goes_on(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, random.Random(4), 30)
    copy = _Copy(tmp_path / "copy.jsonl")
    confirmed, said = _sync(copy, KeptReports(fails=lambda call: call == "confirm"))
    assert confirmed == 0
    assert said == ["kafka: confirm fails"]
    assert len(copy.held) == 30


def test_a_position_is_noted_although_receipts_fail(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, random.Random(5), 30)
    reports = KeptReports(fails=lambda call: call == "confirm")
    _sync(_Copy(tmp_path / "copy.jsonl"), reports)
    assert {lane: noted.offset for lane, noted in reports.positions.items()} == {
        0: feed.bounds(0)[1],
        1: feed.bounds(1)[1],
    }
    assert {noted.receipts for noted in reports.positions.values()} == {0}


def test_an_error_of_the_bus_is_told_again_only_after_it_worked() -> None:
    said: list[UserError] = []
    reports = KeptReports(fails=lambda _: True)

    async def run() -> None:
        reporting = Reporting(reports, None, said.append)
        await reporting.begin({})
        for failing in (True, True, False, True):
            reports.fails = (lambda _: True) if failing else (lambda _: False)
            await reporting._report()
        await reporting.end(report=False)

    asyncio.run(run())
    assert [str(error) for error in said] == ["kafka: noted fails", "kafka: note fails", "kafka: note fails"]


def test_retention_that_is_faster_than_reading_again_and_a_broker_that_goes_away_end_no_reports(
    feed: MadeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(feed, random.Random(6), 40)
    whole, served = feed.retractions(), vars(earlier)["read_partitions"]
    errors: list[KafkaError] = [OffsetOutOfRangeError({})]

    async def overtaken(*given: Any, **named: Any) -> AsyncGenerator[Chunk]:
        async for chunk in served(*given, **named):
            yield chunk
            if errors:
                feed.expire(0, 8)
                raise errors.pop()

    async def found() -> set[tuple[int, int]]:
        ends = {lane: feed.bounds(lane)[1] for lane in (0, 1)}
        pieces = EarlierRetractions(BUS, TOPIC)({0: 0, 1: 0}, ends)
        return {(one.partition, one.feed_seq) async for piece in pieces for one in piece}

    monkeypatch.setattr(earlier, "read_partitions", overtaken)
    assert {place for place in whole if place[0] or place[1] > 8} <= asyncio.run(found()) <= whole
    errors.append(KafkaError("away"))
    with pytest.raises(DependencyDownError):
        asyncio.run(found())
