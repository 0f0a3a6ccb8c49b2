"""Batches wait for each other as long as the copy says, and are one batch then."""

from __future__ import annotations

from typing import Any

import pytest

from creditbus.services.subscriber.batch import Batch, Change
from creditbus.services.subscriber.gathering import Gathering
from creditbus.services.subscriber.position import AT_BEGINNING, Move, Position
from creditbus.services.subscriber.table_model import TableModel

_MODEL = TableModel("tax_credit_grade", "", ())


def _position(offset: int) -> Position:
    return Position(offset, offset, bytes([offset]) * 32) if offset else AT_BEGINNING


def _batch(partition: int, start: int, end: int) -> Batch:
    fields: dict[str, Any] = {}
    changes = [Change(_MODEL, partition, offset, fields) for offset in range(start, end)]
    return Batch(changes, {partition: Move(_position(start), _position(end))})


@pytest.fixture
def clock() -> list[float]:
    return [100.0]


def test_a_copy_that_asks_for_no_pause_gets_each_batch_at_once(clock: list[float]) -> None:
    gathering = Gathering(lambda: 0.0, lambda: clock[0])
    batch = _batch(0, 0, 2)
    assert gathering.add(batch) == batch
    assert gathering.rest() is None


def test_batches_wait_for_the_pause_and_are_one(clock: list[float]) -> None:
    gathering = Gathering(lambda: 5.0, lambda: clock[0])
    assert gathering.add(_batch(0, 0, 2)) is None
    assert gathering.add(_batch(1, 0, 1)) is None
    assert gathering.records == 3
    clock[0] += 4.9
    assert gathering.add(_batch(0, 2, 3)) is None
    clock[0] += 0.1
    due = gathering.add(Batch([], {}))
    assert due is not None
    assert [(one.partition, one.offset) for one in due.changes] == [(0, 0), (0, 1), (1, 0), (0, 2)]
    assert due.moves == {0: Move(_position(0), _position(3)), 1: Move(_position(0), _position(1))}
    assert gathering.records == 0
    # time begins with the first that waits
    clock[0] += 60.0
    assert gathering.add(_batch(0, 3, 4)) is None


def test_what_fills_the_memory_does_not_wait(clock: list[float]) -> None:
    gathering = Gathering(lambda: 5.0, lambda: clock[0], most=3)
    assert gathering.add(_batch(0, 0, 2)) is None
    due = gathering.add(_batch(0, 2, 4))
    assert due is not None
    assert len(due.changes) == 4
    assert gathering.rest() is None


def test_nothing_waits_where_nothing_came(clock: list[float]) -> None:
    gathering = Gathering(lambda: 5.0, lambda: clock[0])
    clock[0] += 9.0
    assert gathering.add(Batch([], {})) is None
    assert gathering.rest() is None
