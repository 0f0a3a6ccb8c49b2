"""What the consumer thread makes of what was fetched, on a stand-in for the fetcher."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.consumer_thread import ConsumerThread
from creditbus.services.engine.consume.fetcher import Taken

ONE, OTHER, IDLE = Partition("a", 0), Partition("b", 0), Partition("a", 1)
RECORD: Any = object()


class Fetcher:
    """Gives what a test says, whatever is wanted."""

    def __init__(self, *taken: Taken) -> None:
        self._taken = taken
        self.wanted: list[set[Partition]] = []

    async def take(self, wanted: set[Partition], *_: object) -> list[Taken]:
        self.wanted.append(wanted)
        return list(self._taken)


def fetched(fetcher: Fetcher, wanted: set[Partition], *, flow_active: bool = True) -> list[Batch]:
    thread: Any = SimpleNamespace(
        _ensure_consumer=lambda: SimpleNamespace(_max_poll_records=10),
        _fetcher=fetcher,
        consumer=SimpleNamespace(flow_active=flow_active),
        _assignment_epochs={ONE: 3, OTHER: 4},
    )
    return asyncio.run(ConsumerThread._fetch(thread, wanted, 0))


def test_a_batch_carries_the_assignment_epoch_of_its_partition() -> None:
    fetcher = Fetcher(Taken(ONE, [RECORD], 5, 8), Taken(OTHER, [], 5, 6))
    assert fetched(fetcher, {ONE, OTHER}) == [Batch(ONE, [RECORD], 5, 8, 3), Batch(OTHER, [], 5, 6, 4)]


def test_partitions_that_no_lane_has_acquired_are_not_taken() -> None:
    fetcher = Fetcher(Taken(IDLE, [RECORD], 5, 8))
    assert fetched(fetcher, {ONE, IDLE}) == []
    assert fetcher.wanted == [{ONE}]


@pytest.mark.parametrize(("wanted", "flow_active"), [({IDLE}, True), ({ONE}, False)])
def test_nothing_is_taken_where_nothing_may_be(wanted: set[Partition], flow_active: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    fetcher = Fetcher(Taken(ONE, [RECORD], 5, 8))
    assert fetched(fetcher, wanted, flow_active=flow_active) == []
    assert fetcher.wanted == []
