"""Every interval that passes once in minutes, days or a week passes many times: shortened fifty-fold and more.

Idle for longer than all of them, loaded, idle again; nobody may notice. What lasts longer in earnest is `make soak`.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from tests.harness.account import Account
from tests.harness.cluster import running_cluster
from tests.harness.hurried import ENVIRONMENT
from tests.harness.log_tail import LogTail
from tests.harness.steady import Publisher
from tests.harness.subscriber import Reader
from tests.harness.waiting import until
from tests.harness.wire import Wire
from tests.harness.workers import Worker

_LOG = logging.getLogger(__name__)

_SEED = 20260701
_STAGES, _LANES = 4, 4
#: Each of the two workers has one of each stage.
_SPANS = 8
_RATE = 100.0
_EXPIRY_SECONDS = 30
#: Idle and loaded in turn: all but the expiry of transactional ids passes in each, that in the one in the middle.
_ROUNDS = ((22.0, 40.0), (_EXPIRY_SECONDS + 10.0, 28.0), (22.0, 28.0))
_FIRST_EVENT_SECONDS = 20.0

# the comment next to each is its default
_BROKER = {
    "connections.max.idle.ms": 12_000,  # 10 minutes
    "transactional.id.expiration.ms": _EXPIRY_SECONDS * 1000,  # a week
    "transaction.remove.expired.transaction.cleanup.interval.ms": 1000,  # an hour
    "producer.id.expiration.ms": 12_000,  # a day
    "producer.id.expiration.check.interval.ms": 1000,  # 10 minutes
    "offsets.retention.minutes": 1,  # a week; ten years in our own servers
    "offsets.retention.check.interval.ms": 2000,  # 10 minutes
    "log.roll.ms": 10_000,  # a week
    "log.retention.check.interval.ms": 6000,  # 5 minutes
    "max.incremental.fetch.session.cache.slots": 4,  # 1,000; the two workers would have eight sessions
    "min.incremental.fetch.session.eviction.ms": 2400,  # 2 minutes
}
_REDIS_IDLE_SECONDS = 3  # never


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Servers with short intervals."""
    with running_cluster(tmp_path_factory.mktemp("intervals"), broker_settings=_BROKER) as servers:
        yield servers


@contextmanager
def workers(bus: Connection, folder: Path) -> Iterator[list[Worker]]:
    """Two workers with short intervals that share all lanes; they end cleanly."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(Worker(bus, folder / f"{name}.log", instance=name, program="tests.harness.hurried"))
            for name in ("slot-1", "slot-2")
        ]


def ready(running: list[Worker]) -> bool:
    return sum(worker.metric("creditbus_lanes_ready") for worker in running) == _STAGES * _LANES


def passes(seconds: float, running: list[Worker], account: Account) -> None:
    """Wait until this many seconds have passed, during which every worker runs and nothing is wrong."""
    end = time.monotonic() + seconds

    def passed() -> bool:
        assert all(worker.runs for worker in running)
        assert not account.problems
        return time.monotonic() > end

    until(passed, "the interval has passed", seconds + 30)


def losses(running: list[Worker], **labels: str) -> float:
    return sum(worker.metric("creditbus_lane_losses_total", **labels) for worker in running)


def test_nobody_notices_any_interval(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    bus = cluster.connection()
    apply_bus(bus)
    redis.Redis.from_url(bus.redis_url).config_set("timeout", _REDIS_IDLE_SECONDS)
    wire = Wire(bus)
    account = Account([f"feed.{name}" for name in declarations().subscribers])
    publisher, reader = Publisher(wire, account, _SEED, _LANES), Reader(wire, account)
    with workers(bus, tmp_path) as running:
        until(lambda: ready(running), "every lane is ready")
        reader.start()
        publisher.start()
        for idle, loaded in _ROUNDS:
            passes(idle, running, account)
            expired, began = losses(running, reason="ForgottenError"), time.monotonic()
            publisher.one()
            until(lambda: not account.outstanding, "the first event after a pause is in every feed")
            took = time.monotonic() - began
            _LOG.info("seed %d: idle for %.0f s, then the first event took %.2f s", _SEED, idle, took)
            assert took < _FIRST_EVENT_SECONDS
            publisher.rate = _RATE
            passes(loaded, running, account)
            publisher.rate = 0.0
            until(lambda: account.through, "every event is in every feed and in the ledger")
            # an id that expired is taken again, which gives up what was under way; nothing else is given up
            expired = losses(running, reason="ForgottenError") - expired
            assert (idle > _EXPIRY_SECONDS) <= expired <= _SPANS
            assert losses(running) == losses(running, reason="ForgottenError")
            assert ready(running)
        publisher.end()
        reader.end()
    account.close()
    assert not account.problems
    assert not publisher.failed
    assert reader.problem is None
    for worker in running:
        told: list[str] = []
        tail = LogTail(worker.log, told.append)
        tail.look()
        assert not tail.alarming, told
