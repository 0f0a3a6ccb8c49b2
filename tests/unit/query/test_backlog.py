"""What waits for each stage, without servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiokafka.errors import OffsetOutOfRangeError

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.topic_reader import Chunk
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.query import backlog as module
from creditbus.services.query.backlog import StageBacklog, TopicBacklog, read_backlog
from creditbus.services.query.reach import PartitionReach, StageReach, topics_of
from creditbus.topics.connection import Connection

CONNECTION = Connection("", "", "", Path())
HERE, THERE = Partition("ingest.court", 0), Partition("ingest.court", 1)


async def _as_they_are(_: Connection, stages: list[StageReach]) -> list[StageReach]:
    return stages


class Bus:
    """What Kafka says, and which offsets hold records."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **records: list[int]) -> None:
        self.records = {HERE: records.get("here", []), THERE: records.get("there", [])}
        self.fails = False
        monkeypatch.setattr(module, "read_reaches", lambda _: self.stages)
        monkeypatch.setattr(module, "with_own_progress", _as_they_are)
        monkeypatch.setattr(module, "read_partitions", self._read)

    async def _read(self, _servers: str, starts: Mapping[Partition, int]) -> AsyncIterator[Chunk]:
        if self.fails:
            raise OffsetOutOfRangeError({})
        for place, start in starts.items():
            found: list[Record] = [
                ConsumedRecord(place.topic, place.partition, offset, 1000 + offset, None, b"")
                for offset in self.records[place]
                if offset >= start
            ]
            yield Chunk(found, {place: 100})

    def ask(
        self, reaches: Mapping[Partition, PartitionReach], counted: int = 10, read: frozenset[Partition] = frozenset()
    ) -> StageBacklog:
        self.stages = [StageReach("intake", 1, read, reaches)]
        (found,) = asyncio.run(read_backlog(CONNECTION, counted=counted))
        return found


def test_marks_of_transactions_and_aborted_records_are_nothing_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = Bus(monkeypatch, here=[3, 4])
    assert bus.ask({HERE: PartitionReach(0, 9, 9, 5)}).clear


def test_what_waits_is_counted_and_told_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = Bus(monkeypatch, here=[3, 4, 6], there=[0, 1])
    found = bus.ask(
        {HERE: PartitionReach(0, 9, 9, 4), THERE: PartitionReach(0, 3, 3, None)}, read=frozenset({HERE, THERE})
    )
    assert found.topics == (TopicBacklog("ingest.court", 4, exact=True, oldest=1000, cut=0, read=True),)
    assert (found.records, found.exact, found.oldest, found.clear) == (4, True, 1000, False)


def test_what_came_after_the_question_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Bus(monkeypatch, here=[3, 9, 10]).ask({HERE: PartitionReach(0, 9, 9, 0)}).records == 1


def test_what_a_transaction_under_way_hides_may_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Bus(monkeypatch).ask({HERE: PartitionReach(0, 5, 9, 5)})
    assert (found.records, found.exact, found.oldest) == (4, False, None)


def test_what_was_cut_before_it_was_read_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = Bus(monkeypatch, here=[8])
    (topic,) = bus.ask({HERE: PartitionReach(8, 9, 9, 2), THERE: PartitionReach(4, 4, 4, None)}).topics
    assert (topic.cut, topic.records, topic.exact, topic.read) == (6 + 4, 1, True, False)


@pytest.mark.parametrize("counted", [0, 2])
def test_more_than_is_counted_is_a_bound(monkeypatch: pytest.MonkeyPatch, counted: int) -> None:
    bus = Bus(monkeypatch, here=[0, 1, 2], there=[0, 1])
    reaches = {HERE: PartitionReach(0, 5, 5, None), THERE: PartitionReach(0, 5, 5, None)}
    found = bus.ask(reaches, counted)
    assert not found.exact
    assert found.records == (3 + 5 if counted else 10)


def test_what_is_cut_while_it_is_counted_stays_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = Bus(monkeypatch, here=[0])
    bus.fails = True
    found = bus.ask({HERE: PartitionReach(0, 5, 5, None)})
    assert (found.records, found.exact) == (5, False)


def test_intake_reads_the_topics_of_all_departments_also_of_those_that_no_worker_knows() -> None:
    topics = ["credit.events", "ingest.new", "ingest.court", "rejects.court", "credit.events.old"]
    assert topics_of("intake", topics) == ["ingest.court", "ingest.new"]
    assert topics_of("profiles", topics) == ["credit.events"]
