"""A department's own client writes an event twice, though it promises to write each once: the bus books a duplicate.

librdkafka with idempotence does so when the answer to one record is lost, and a record for another partition is taken
before the one that precedes it: it begins a new epoch for all partitions, and sends again what was not acknowledged. A
broker that comes back from a power cut brings both about.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from tests.harness.checker import FOREIGN, check
from tests.harness.cluster import running_cluster
from tests.harness.doublings import doublings
from tests.harness.identities import Identity, identity_of
from tests.harness.meddler import Fate, Meddler
from tests.harness.recomputation import ingest_place
from tests.harness.traffic import Party, party, penalty, registration
from tests.harness.waiting import until
from tests.harness.wire import QUIETLY, Observer, Record, Wire, ingest_key, partition_of
from tests.harness.workers import Worker

_CLIENT = "department"
_LOST, _LATER = "ingest.market-supervision", "ingest.administrative-enforcement"
#: Of its partition's records the one that the broker wants to take later.
_REFUSED = 1


class BadMoment:
    """What happens to the client's requests from `begin` on, until it has begun a new epoch."""

    def __init__(self) -> None:
        self.answer_lost = self.over = False
        self._bad = False

    def begin(self) -> None:
        self._bad = True

    def fate(self, topic: str, epoch: int, sequence: int) -> Fate:
        if epoch > 0:
            self.over = True
        if not self._bad or self.over:
            return Fate.THROUGH
        if topic == _LOST and not self.answer_lost:
            self.answer_lost = True
            return Fate.ANSWER_LOST
        return Fate.THROUGH if topic == _LATER and sequence > _REFUSED else Fate.LATER


@pytest.fixture
def moment() -> BadMoment:
    return BadMoment()


@pytest.fixture
def cluster(moment: BadMoment, tmp_path: Path) -> Iterator[Cluster]:
    """Servers whose broker is reached through a meddler."""
    with Meddler(_CLIENT, moment.fate) as meddler:
        advertised = {"advertised.listeners": f"PLAINTEXT://127.0.0.1:{meddler.port}"}
        with running_cluster(tmp_path / "home", broker_settings=advertised) as servers:
            meddler.target = int(servers.connection().bootstrap_servers.rpartition(":")[2])
            yield servers


class Department:
    """Publishes events by a client of its own."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._row = 0
        settings = {"bootstrap.servers": wire.bus.bootstrap_servers, "client.id": _CLIENT, **QUIETLY}
        self._producer = Producer({**settings, "enable.idempotence": True, "batch.num.messages": 1})
        self.answers: list[Any] = []

    def send(self, event: dict[str, Any]) -> None:
        header = event["header"]
        self._row += 1
        origin = {**header["origin"], "run": "run", "file": "direct", "row": self._row}
        value = self._wire.encode(header["item"], {**event, "header": {**header, "origin": origin}})
        topic, key = f"ingest.{origin['department']}", ingest_key(header)
        answered = lambda error, _: self.answers.append(error)  # noqa: E731 -- shorter than a method
        self._producer.produce(topic, value, key, partition_of(key, 4), on_delivery=answered)

    def poll_until(self, happened: Callable[[], bool]) -> None:
        until(lambda: self._producer.poll(0) is not None and happened(), "the client's request has met its fate", 60)

    def flush(self) -> None:
        assert self._producer.flush(60) == 0
        assert not any(self.answers)


def lane(event: dict[str, Any]) -> int:
    return partition_of(ingest_key(event["header"]), 4)


def registered_alike() -> list[Party]:
    """Return two parties whose registrations go to one partition."""
    return [one for one in map(party, range(1, 60)) if lane(registration(one, "")) == 0][:2]


def test_what_a_foreign_client_sends_twice_is_booked_as_a_duplicate(
    cluster: Cluster, moment: BadMoment, tmp_path: Path
) -> None:
    bus = cluster.connection()
    apply_bus(bus)
    wire = Wire(bus)
    one, other = registered_alike()
    later = [event for event in (penalty(one, number, "0.5") for number in range(40)) if lane(event) == 0][:3]
    department = Department(wire)
    # the partitions know the client
    department.send(registration(one, "虚构经营范围"))
    department.send(later[0])
    department.flush()
    moment.begin()
    department.send(registration(other, "虚构经营范围"))
    department.poll_until(lambda: moment.answer_lost)
    for event in later[1:]:
        department.send(event)
    department.flush()
    assert moment.over
    with closing(Observer(wire)) as observer, Worker(bus, tmp_path / "worker.log"):
        observer.open()
        observer.settle()
        check(observer)
        received = observer.of(_LOST)
        copies = [record for record in received if record.value == received[-1].value]
        changing = {ingest_place(wire.decode(record.value), 4) for record in observer.of("credit.changes")}

        def identity(record: Record) -> Identity | None:
            return identity_of(record, [cluster.home / "data" / "kafka"])

        assert [problem.kind for problem in doublings("event", copies, identity, changing)] == [FOREIGN]
        totals = observer.totals()
        assert (totals["received"], totals["applied"], totals["duplicate"]) == (6, 5, 1)
