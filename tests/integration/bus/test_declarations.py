"""A running, loaded bus takes up what its city changes: each event is judged by one version, and one only."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.services.cli import main as cli
from creditbus.topics.admin import admin
from creditbus.topics.city import example_city, read_city, use_city
from creditbus.topics.city.adoptions import version_at
from creditbus.topics.city.publishing import adoptions, versions
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.leftover import remove_topic
from creditbus.topics.names import CHANGES, DECLARATIONS
from tests.harness.city_folder import CityFolder
from tests.harness.cluster import start_afresh
from tests.harness.traffic import party, penalty, registration
from tests.harness.waiting import until
from tests.harness.wire import Message, Observer, Place, Record, Wire, ingest_key
from tests.harness.workers import Worker

_SUBJECTS = 40
_DISTRICTS = ("420106", "420103")
_PAUSE_SECONDS = 0.05
_BURST = 4
_STAGES = ("intake", "resolver", "profiles", "fanout")


class Load(threading.Thread):
    """Penalties of all departments that publish now, one after another, until it is ended."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(daemon=True)
        self._wire = wire
        self._number = 0
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._source: dict[str, str] = {}
        self.sources = [("administrative-enforcement", "administrative-penalty")]

    def run(self) -> None:
        while not self._ended.wait(_PAUSE_SECONDS):
            self.burst()

    def burst(self) -> None:
        with self._turn:
            self._wire.publish([self._next(*source) for source in self.sources for _ in range(_BURST)])

    def end(self) -> None:
        self._ended.set()
        self.join()

    def sent_by(self, department: str) -> Callable[[dict[str, Any]], bool]:
        """Whether a record of a feed is of what a department has published."""
        return lambda record: self._source.get(record["document_no"]) == department

    def _next(self, department: str, item: str) -> Message:
        self._number += 1
        event = penalty(party(self._number % _SUBJECTS), self._number, "0.5")
        self._source[event["header"]["document_no"]] = department
        return _message(self._wire, event, department, item, self._number)


def _message(wire: Wire, event: dict[str, Any], department: str, item: str, row: int) -> Message:
    origin = {"department": department, "run": "run-1", "file": "load", "row": row}
    header = event["header"] | {"item": item, "origin": origin}
    return Message(f"ingest.{department}", ingest_key(header), wire.encode(item, event | {"header": header}))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[CityFolder]:
    yield CityFolder(tmp_path / "city")
    use_city(example_city())


def test_what_a_city_declares_takes_effect_while_the_bus_runs_and_workers_die(
    cluster: Cluster,
    folder: CityFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bus = cluster.connection()
    use_city(read_city(folder.path))
    start_afresh(bus)
    wire = Wire(bus)
    wire.publish(_registrations(wire))
    load = Load(wire)
    with (
        Worker(bus, tmp_path / "first.log", instance="slot-1") as first,
        Worker(bus, tmp_path / "second.log", instance="slot-2") as second,
    ):
        # a feed by districts has nothing of an enterprise before it is registered
        _shown(wire, "feed.agency-xinda", lambda record: record["document_no"] == party(_SUBJECTS - 1).code)
        load.start()
        try:
            _shown(wire, "feed.district-wuchang", load.sent_by("administrative-enforcement"))
            _declare_more(wire, folder, load)
            _declare_less(wire, folder, load, (first, second))
        finally:
            load.end()
        with closing(Observer(wire)) as observer:
            observer.open()
            observer.settle()
            _check(observer, {one.version: one.files for one in versions(bus)})
            _expect_grant_history(bus, monkeypatch, capsys)
            _remove_a_department(observer, folder, load)
            _come_back(wire, folder)


@pytest.mark.parametrize("deleted", [True, False], ids=["no topic", "no version"])
def test_a_worker_on_a_bus_where_nothing_was_published_names_the_command(
    cluster: Cluster, tmp_path: Path, *, deleted: bool
) -> None:
    bus = cluster.connection()
    start_afresh(bus)
    with admin(bus) as kafka:
        kafka.delete_topics([DECLARATIONS])
        until(lambda: DECLARATIONS not in kafka.list_topics(), "the topic is gone")
        if not deleted:
            kafka.create_topics({DECLARATIONS: {"num_partitions": 1, "replication_factor": 1}})
            until(lambda: DECLARATIONS in kafka.list_topics(), "the topic is there")
    worker = Worker(bus, tmp_path / "worker.log")
    worker.start()
    assert worker.process is not None
    assert worker.process.wait(60) == 2
    last = (tmp_path / "worker.log").read_text(encoding="utf-8").splitlines()[-1]
    assert last.startswith(f"creditbus: topic {DECLARATIONS}: ")
    assert last.endswith("run `creditbus topics apply`")


def _expect_grant_history(bus: Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Read the history of grants as operators do, also that of one who is removed."""
    for name, value in bus.endpoints().items():
        monkeypatch.setenv(f"CREDITBUS_{name.upper()}", value)

    def history(subscriber: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert cli.main(["grants", "history", subscriber, "--json"]) == 0
        steps: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return steps

    wuchang = history("district-wuchang")
    assert [(one["version"], one["step"]) for one in wuchang] == [(1, "begins"), (3, "changes"), (5, "changes")]
    assert wuchang[1]["changes"] == [{"key": "items", "added": ["water-penalty"], "removed": []}]
    assert wuchang[2]["changes"] == [{"key": "items", "added": [], "removed": ["administrative-penalty"]}]
    assert [(one["version"], one["step"]) for one in history("agency-xinda")] == [(1, "begins"), (6, "ends")]
    assert cli.main(["grants", "history", "nobody"]) == 2


def _apply(wire: Wire, folder: CityFolder) -> int:
    use_city(read_city(folder.path))
    return apply_bus(wire.bus).version


def _declare_more(wire: Wire, folder: CityFolder, load: Load) -> None:
    folder.add_department("water-bureau")
    assert _apply(wire, folder) == 2
    load.sources.append(("water-bureau", "administrative-penalty"))
    _shown(wire, "feed.district-wuchang", load.sent_by("water-bureau"))

    folder.add_item("water-penalty", "WaterPenalty")
    folder.grant("district-wuchang", items=[*folder.items("district-wuchang"), "water-penalty"])
    assert _apply(wire, folder) == 3
    load.sources.append(("administrative-enforcement", "water-penalty"))
    _shown(wire, "feed.district-wuchang", lambda record: record["item"] == "water-penalty")

    jianghan = {"districts": ["420103"], "items": ["administrative-penalty"]}
    folder.grant("district-jianghan", "district-wuchang", **jianghan)
    assert _apply(wire, folder) == 4
    _shown(wire, "feed.district-jianghan", load.sent_by("water-bureau"))


def _declare_less(wire: Wire, folder: CityFolder, load: Load, workers: Sequence[Worker]) -> None:
    """Narrow a grant and remove a subscriber, and kill a worker right after each."""
    narrowed = [item for item in folder.items("district-wuchang") if item != "administrative-penalty"]
    folder.grant("district-wuchang", items=narrowed)
    assert _apply(wire, folder) == 5
    workers[0].restart()
    until(lambda: _taken_up(wire, 5), "all lanes work by version 5")
    load.burst()

    folder.remove("subscribers/agency-xinda")
    assert _apply(wire, folder) == 6
    workers[1].restart()
    until(lambda: _taken_up(wire, 6), "all lanes work by version 6")


def _remove_a_department(observer: Observer, folder: CityFolder, load: Load) -> None:
    wire = observer.wire
    folder.remove("departments/water-bureau")
    assert _apply(wire, folder) == 7
    until(lambda: _taken_up(wire, 7), "all lanes work by version 7")
    received = observer.totals()["received"]
    load.sources = [("water-bureau", "administrative-penalty"), load.sources[0]]
    load.burst()
    until(lambda: observer.totals()["received"] == received + _BURST, "what another department publishes is read")
    assert not observer.of("rejects."), "what a removed one publishes is not even refused"


def _come_back(wire: Wire, folder: CityFolder) -> None:
    """Declare a removed subscriber again: what its feed holds from before would not be taken back."""
    folder.grant("agency-xinda", "district-wuchang")
    with pytest.raises(ConfigurationError, match=r"agency-xinda\.yaml.*topics remove feed\.agency-xinda"):
        _apply(wire, folder)
    folder.remove("subscribers/agency-xinda")
    use_city(read_city(folder.path))
    assert remove_topic(wire.bus, declarations(), "feed.agency-xinda") > 0
    folder.grant("agency-xinda", "district-wuchang")
    assert _apply(wire, folder) == 8


def _registrations(wire: Wire) -> Iterator[Message]:
    for number in range(_SUBJECTS):
        event = registration(party(number, _DISTRICTS[number % 2]), "虚构经营范围")
        yield _message(wire, event, "market-supervision", "enterprise-registration", number)


def _shown(wire: Wire, topic: str, shown: Callable[[dict[str, Any]], bool]) -> None:
    found: list[bool] = []

    def look(record: Record, _: int) -> None:
        if record.place.topic == topic and shown(wire.decode(record.value)["record"]):
            found.append(True)

    with closing(Observer(wire, told=look)) as observer:
        observer.open()
        # not all of it: under load there is always more
        until(lambda: observer.take(0.2) >= 0 and found, f"{topic} has what it is granted now")


def _taken_up(wire: Wire, version: int) -> bool:
    lanes = {(one.stage, one.lane) for one in adoptions(wire.bus) if one.version == version}
    return lanes == {(stage, lane) for stage in _STAGES for lane in range(declarations().topics[CHANGES].partitions)}


def _check(observer: Observer, published: Mapping[int, Mapping[str, str]]) -> None:
    """Hold each feed, record by record, against the grants by which each change is shown, and those before it."""
    taken = adoptions(observer.wire.bus)
    grants = {version: _grants(city) for version, city in published.items()}
    expected: dict[Place, list[tuple[str, bool]]] = {}
    judged: set[int] = set()
    last: dict[tuple[str, str], int] = {}
    for record in observer.of("credit.changes"):
        partition = record.place.partition
        version = version_at(taken, "fanout", CHANGES, partition, record.offset)
        judged.add(version)
        header = observer.wire.decode(record.value)["header"]
        now, named = header["applied"]["policy"]["version"], (header["subject"], header["document_no"])
        assert now <= version, "the grants of a version are known that changes name"
        before = last.get(named)
        last[named] = now
        # whoever is not a subscriber any more is given nothing, whatever the change says
        for subscriber in grants[version]:
            held = before is not None and _has(grants[before].get(subscriber), header)
            has = _has(grants[now].get(subscriber), header)
            if has != held or (has and header["applied"]["change"] != "RESTATED"):
                shown_as = header["document_no"], has
                expected.setdefault(Place(f"feed.{subscriber}", partition), []).append(shown_as)
    assert judged | {5} == {1, 2, 3, 4, 5, 6}
    shown: dict[Place, list[tuple[str, bool]]] = {}
    for record in observer.of("feed."):
        entry = observer.wire.decode(record.value)["record"]
        assert entry["withheld_for"] in (None, "GRANT")
        shown.setdefault(record.place, []).append((entry["document_no"], entry["state"] != "WITHHELD"))
    assert shown == expected


def _has(grant: Mapping[str, Any] | None, header: Mapping[str, Any]) -> bool:
    districts = {_district(header["subject"]), "all"}
    return grant is not None and header["item"] in grant["items"] and bool(districts & set(grant["districts"]))


def _grants(city: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    declared = (yaml.safe_load(text) for path, text in city.items() if path.startswith("subscribers/"))
    return {one["id"]: one["grant"] for one in declared}


@cache
def _district(code: str) -> str:
    return {party(number).code: _DISTRICTS[number % 2] for number in range(_SUBJECTS)}[code]
