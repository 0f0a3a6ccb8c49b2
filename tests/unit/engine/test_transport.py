"""What the consumer thread tells a lane of one fetch, on a stand-in for aiokafka's consumer."""

import asyncio
from types import SimpleNamespace
from typing import Any

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.transport import ConsumerThread

ONE, OTHER = Partition("a", 0), Partition("b", 0)


class State:
    """Position of one partition."""

    has_valid_position = True

    def __init__(self) -> None:
        self.position = 5


class Consumer:
    """Moves positions as a test says and returns the records that it gives."""

    _max_poll_records = 10

    def __init__(self, moved: dict[Partition, int], records: dict[Partition, list[Any]]) -> None:
        self._moved, self._records = moved, records
        self.states = {tp: State() for tp in (ONE, OTHER)}
        assignment = SimpleNamespace(tps=set(self.states), state_value=self.states.__getitem__)
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))
        self._fetcher = self

    async def fetched_records(self, *_: Any, **__: Any) -> dict[Partition, list[Any]]:
        for tp, position in self._moved.items():
            self.states[tp].position = position
        return self._records


def fetched(moved: dict[Partition, int], records: dict[Partition, list[Any]]) -> list[Batch]:
    consumer = Consumer(moved, records)
    thread: Any = SimpleNamespace(
        _ensure_consumer=lambda: consumer,
        consumer=SimpleNamespace(flow_active=True),
        _incarnations={ONE: 3, OTHER: 4},
    )
    return asyncio.run(ConsumerThread._fetch(thread, {ONE, OTHER}, 0))


def test_a_batch_reaches_from_the_position_before_the_fetch_to_that_behind_it() -> None:
    record = object()
    assert fetched({ONE: 8}, {ONE: [record]}) == [Batch(ONE, [record], 5, 8, 3)]  # type: ignore[list-item]


def test_a_fetch_of_markers_alone_is_told_so_that_the_next_batch_has_no_gap_before_it() -> None:
    assert fetched({OTHER: 6}, {}) == [Batch(OTHER, [], 5, 6, 4)]


def test_a_fetch_in_vain_tells_nothing() -> None:
    assert fetched({}, {}) == []
