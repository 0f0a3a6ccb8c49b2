"""How long, and for how much, a request for records may wait."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from creditbus.services.engine.consume.long_polling import LongPollingFetcher


@pytest.fixture
def waiting() -> SimpleNamespace:
    """Whether a whole batch waits."""
    return SimpleNamespace(busy=False)


@pytest.fixture
def fetcher(waiting: SimpleNamespace) -> LongPollingFetcher:
    made: Any = object.__new__(LongPollingFetcher)
    made.__dict__ |= {"_fetch_max_wait_ms": 25, "_fetch_min_bytes": 1, "_records": {}}
    made.has_full_batch = lambda: waiting.busy
    made.sought()
    return made  # type: ignore[no-any-return]  # without aiokafka's own constructor, which starts its routine


def test_behind_a_seek_no_request_waits_long(fetcher: LongPollingFetcher) -> None:
    assert fetcher._fetch_max_wait_ms == 25
    fetcher.eager_until = time.monotonic()
    assert fetcher._fetch_max_wait_ms == 250
    fetcher.sought()
    assert fetcher._fetch_max_wait_ms == 25


def test_a_request_that_leaves_partitions_out_does_not_wait_long(fetcher: LongPollingFetcher) -> None:
    fetcher.eager_until = time.monotonic()
    fetcher._records["partition"] = "records"
    assert fetcher._fetch_max_wait_ms == 25


def test_a_longer_wait_that_was_set_stays(fetcher: LongPollingFetcher) -> None:
    fetcher.eager_until = time.monotonic()
    fetcher.__dict__["_fetch_max_wait_ms"] = 900
    assert fetcher._fetch_max_wait_ms == 900


def test_while_a_whole_batch_waits_more_comes_together(fetcher: LongPollingFetcher, waiting: SimpleNamespace) -> None:
    assert fetcher._fetch_min_bytes == 1
    waiting.busy = True
    assert fetcher._fetch_min_bytes == 1 << 18
