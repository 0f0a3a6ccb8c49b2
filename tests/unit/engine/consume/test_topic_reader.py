"""Partitions are read to the ends that they had, by positions and not by records, or for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume import topic_reader
from creditbus.services.engine.consume.fetcher import NOWHERE, Taken
from creditbus.services.engine.consume.topic_reader import FROM_END, FROM_START, Chunk, read_partitions
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.local.bus import ConsumedRecord

_A, _B = Partition("feed.x", 0), Partition("feed.x", 1)


def _record(partition: Partition, offset: int) -> Record:
    return ConsumedRecord(partition.topic, partition.partition, offset, 0, None, b"value")


class _Kafka:
    """In place of a consumer and of what fetches for it.

    Attributes:
        answers: what is taken, one after the other; nothing once all were.
        sought: where reading began.
        stopped: whether the consumer was stopped.

    """

    def __init__(self, bounds: Mapping[Partition, tuple[int, int]], answers: list[list[Taken]]) -> None:
        self.answers = answers
        self.sought: dict[Partition, int] = {}
        self.stopped = False
        self.away = False
        self._bounds = bounds

    async def start(self) -> None:
        if self.away:
            raise KafkaConnectionError

    async def stop(self) -> None:
        self.stopped = True

    async def beginning_offsets(self, partitions: list[Partition]) -> dict[Partition, int]:
        return {one: self._bounds[one][0] for one in partitions}

    async def end_offsets(self, partitions: list[Partition]) -> dict[Partition, int]:
        return {one: self._bounds[one][1] for one in partitions}

    def assign(self, partitions: list[Partition]) -> None:
        assert set(partitions) == set(self._bounds)

    def seek(self, partition: Partition, offset: int) -> None:
        self.sought[partition] = offset

    async def take(self, wanted: Mapping[Partition, int], seconds: float, most: int) -> list[Taken]:
        assert (set(wanted), seconds, most > 0) == (set(self._bounds), 0.5, True)
        return self.answers.pop(0) if self.answers else []

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(topic_reader, "AIOKafkaConsumer", lambda *_, **__: self)
        monkeypatch.setattr(topic_reader, "stage_fetcher", lambda *_: self)


def _read(starts: Mapping[Partition, int], **options: Any) -> list[Chunk]:
    async def chunks() -> list[Chunk]:
        return [chunk async for chunk in read_partitions("nowhere:1", starts, as_stage=True, **options)]

    return asyncio.run(chunks())


def test_it_ends_where_the_positions_reach_the_ends_whatever_takes_up_the_last_offsets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # of the first partition the last offset is the marker of a transaction, of the second there are markers alone
    answers = [
        [Taken(_A, [_record(_A, 3), _record(_A, 4)], 3, 5), Taken(_B, [], 0, 2)],
        [Taken(_A, [], 5, 6)],
    ]
    kafka = _Kafka({_A: (3, 6), _B: (0, 2)}, answers)
    kafka.serve(monkeypatch)
    first, last = _read({_A: FROM_START, _B: 0})
    assert [one.offset for one in first.records] == [3, 4]
    assert (first.positions, last) == ({_A: 5, _B: 2}, Chunk([], {_A: 6, _B: 2}))
    assert (kafka.sought, kafka.stopped) == ({_A: 3, _B: 0}, True)


@pytest.mark.parametrize(("start", "sought"), [(FROM_START, 3), (FROM_END, 6), (4, 4), (2, 3), (7, 3)])
def test_a_start_that_is_not_in_the_log_is_the_first_offset(
    start: int, sought: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = _Kafka({_A: (3, 6)}, [[Taken(_A, [], sought, 6)]])
    kafka.serve(monkeypatch)
    _read({_A: start})
    assert kafka.sought == {_A: sought}


def test_what_retention_deletes_under_the_reader_is_an_error_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = _Kafka({_A: (0, 9)}, [[Taken(_A, [_record(_A, 0)], 0, 1)], [Taken(_A, [], NOWHERE, NOWHERE)]])
    kafka.serve(monkeypatch)
    with pytest.raises(OffsetOutOfRangeError) as caught:
        _read({_A: 0})
    assert (caught.value.args, kafka.stopped) == (({_A: 1},), True)


@pytest.mark.parametrize(("client_id", "seconds_long"), [(None, 15), ("a-subscriber-with-a-quota", 60)])
def test_nothing_for_long_on_the_way_to_the_ends_is_a_server_that_is_away(
    client_id: str | None, seconds_long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(step=6)
    monkeypatch.setattr(topic_reader, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    _Kafka({_A: (0, 9)}, [[Taken(_A, [_record(_A, 0)], 0, 1)]]).serve(monkeypatch)
    with pytest.raises(DependencyDownError, match=f"nothing came for {seconds_long} s"):
        _read({_A: 0}, client_id=client_id)


def test_no_broker_at_the_beginning_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = _Kafka({_A: (0, 9)}, [])
    kafka.away = True
    kafka.serve(monkeypatch)
    with pytest.raises(DependencyDownError, match="nowhere:1"):
        _read({_A: 0})
    assert kafka.stopped
