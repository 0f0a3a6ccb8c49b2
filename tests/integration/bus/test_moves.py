"""A subject with very many records moves, on real servers, while others have their traffic and a worker is killed."""

from dataclasses import replace
from pathlib import Path

from creditbus.deploy.embedded import Cluster
from tests.harness.checker import check
from tests.harness.passages import passages_of
from tests.harness.traffic import DISTRICTS, Traffic, message, moved, party, penalty, registration
from tests.harness.views import held
from tests.harness.waiting import until
from tests.harness.wire import Observer
from tests.harness.workers import Worker

RECORDS, MOVES, SEED = 1000, 5, 3
LARGE = party(90_000_001, DISTRICTS[0])
FEED = "feed.district-wuchang"


def changes(observer: Observer) -> int:
    """How many changes the large subject has."""
    observer.poll()
    return sum(record.key == LARGE.code.encode() for record in observer.of("credit.changes"))


def in_the_district(observer: Observer) -> int:
    """How many of its records the district's platform holds."""
    return sum(key.startswith(LARGE.code) for key in held(observer, FEED))


def test_a_large_subject_moves_under_traffic_while_workers_are_killed(
    cluster: Cluster, observer: Observer, tmp_path: Path
) -> None:
    wire = observer.wire
    told = [registration(LARGE, "虚构经营范围"), *(penalty(LARGE, number, "0.5") for number in range(RECORDS))]
    others = Traffic(SEED, 120, large=100).messages(wire)
    share = len(others) // (2 * MOVES)
    with Worker(cluster.connection(), tmp_path / "worker.log") as worker:
        wire.publish(message(wire, row, event) for row, event in enumerate(told))
        observer.settle()
        assert in_the_district(observer) == RECORDS + 1
        for number in range(1, MOVES + 1):
            before = changes(observer)
            away = moved(replace(LARGE, name=f"{LARGE.name}第{number}处"), number)
            wire.publish([*others[:share], message(wire, number, away), *others[share : 2 * share]])
            others = others[2 * share :]
            # the registration and the first piece; the others are still to come, or under way
            until(lambda before=before: changes(observer) > before + 1, "the first records are restated")  # type: ignore[misc]
            worker.restart()
        wire.publish(others)
        observer.settle()
    check(observer)
    assert in_the_district(observer) == 0
    gone_and_come = passages_of(observer)
    assert gone_and_come["out"] > RECORDS
    assert gone_and_come["back"] > 0
