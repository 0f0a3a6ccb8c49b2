"""Each feed is what its grant admits now, where a grant begins, changes or ends, and where a day has come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.topics.city import example_city, read_city, use_city
from tests.harness.city_folder import CityFolder
from tests.harness.cluster import start_afresh
from tests.harness.dated_cli import DAY_FILE
from tests.harness.traffic import party, penalty, registration
from tests.harness.waiting import until
from tests.harness.wire import Message, Observer, Wire, ingest_key
from tests.harness.workers import Worker

#: More than a chunk of a lane's subjects holds.
_SUBJECTS = 300
_WUCHANG, _JIANGHAN = "420106", "420103"
_TODAY = date(2026, 9, 1)
_PENALTY = "administrative-penalty"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[CityFolder]:
    yield CityFolder(tmp_path / "city")
    use_city(example_city())


def test_feeds_are_what_grants_admit_when_these_change_and_when_days_pass(
    cluster: Cluster, folder: CityFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = cluster.connection()
    monkeypatch.setitem(os.environ, DAY_FILE, str(tmp_path / "day"))
    day = tmp_path / "day"
    day.write_text(_TODAY.isoformat(), encoding="ascii")
    use_city(read_city(folder.path))
    start_afresh(bus)
    wire = Wire(bus)
    with (
        Worker(bus, tmp_path / "worker.log", program="tests.harness.dated_cli") as worker,
        closing(Observer(wire)) as observer,
    ):
        observer.open()
        wire.publish(_registrations(wire))
        observer.settle()
        wire.publish(_penalties(wire))
        observer.settle()
        everywhere, wuchang, jianghan = (_numbers(districts) for districts in ("both", _WUCHANG, _JIANGHAN))
        _expect_view(observer, "agency-xinda", everywhere)
        _expect_view(observer, "district-wuchang", wuchang)

        # a subscriber comes: its feed is filled, by a worker that is killed meanwhile, and nobody else gets anything
        known = _lengths(observer)
        folder.grant("district-jianghan", "district-wuchang", districts=[_JIANGHAN])
        _apply(observer, folder)
        worker.restart()
        _expect_view(observer, "district-jianghan", jianghan)
        observer.settle()
        assert _lengths(observer) | known == _lengths(observer), "others get nothing for it"

        # a grant is narrowed, another gets a mask, and a third one begins and the first ends on days to come
        items = [item for item in folder.items("district-wuchang") if item != _PENALTY]
        folder.grant("district-wuchang", items=items)
        folder.grant("district-jianghan", masks={_PENALTY: {"CF_XDR_MC": [1, 0]}})
        folder.grant("agency-xinda", valid_until=_TODAY + timedelta(days=1))
        folder.grant("district-hanyang", "district-wuchang", districts=[_WUCHANG], items=[_PENALTY])
        folder.grant("district-hanyang", valid_from=_TODAY + timedelta(days=3))
        _apply(observer, folder)
        worker.restart()
        _expect_view(observer, "district-wuchang", set())
        until(lambda: _masked(observer) == jianghan, "every record is shown masked")
        _expect_view(observer, "agency-xinda", everywhere)
        _expect_view(observer, "district-hanyang", set())

        day.write_text((_TODAY + timedelta(days=2)).isoformat(), encoding="ascii")
        _expect_view(observer, "agency-xinda", set())
        _expect_view(observer, "district-hanyang", set())
        day.write_text((_TODAY + timedelta(days=3)).isoformat(), encoding="ascii")
        _expect_view(observer, "district-hanyang", wuchang)
        _expect_view(observer, "agency-xinda", set())
        observer.settle()
        known = _lengths(observer)

        # a restart, and a day on which nothing begins or ends, change nothing
        day.write_text((_TODAY + timedelta(days=4)).isoformat(), encoding="ascii")
        worker.expect(f"by the grants of {_TODAY + timedelta(days=4)}")
        worker.restart()
        wire.publish(_penalties(wire, again=True))
        observer.settle()
        assert _lengths(observer) == known


def _apply(observer: Observer, folder: CityFolder) -> None:
    use_city(read_city(folder.path))
    apply_bus(observer.wire.bus)
    # it watches the topics that are there
    observer.close()
    observer.open()


def _registrations(wire: Wire) -> Iterator[Message]:
    for number in range(_SUBJECTS):
        event = registration(party(number, _district(number)), "虚构经营范围")
        yield _message(wire, event, "market-supervision", "enterprise-registration", number)


def _penalties(wire: Wire, *, again: bool = False) -> Iterator[Message]:
    for number in range(_SUBJECTS):
        event = penalty(party(number), number, "0.5")
        yield _message(wire, event, "administrative-enforcement", _PENALTY, number + _SUBJECTS * again)


def _message(wire: Wire, event: dict[str, Any], department: str, item: str, row: int) -> Message:
    origin = {"department": department, "run": "run-1", "file": "grants", "row": row}
    header = event["header"] | {"item": item, "origin": origin}
    return Message(f"ingest.{department}", ingest_key(header), wire.encode(item, event | {"header": header}))


def _district(number: int) -> str:
    return _WUCHANG if number % 3 else _JIANGHAN


def _numbers(district: str) -> set[str]:
    """Return the document numbers of the penalties of a district's enterprises."""
    return {
        penalty(party(number), number, "0.5")["header"]["document_no"]
        for number in range(_SUBJECTS)
        if district in (_district(number), "both")
    }


def _entries(observer: Observer, subscriber: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for record in observer.of(f"feed.{subscriber}"):
        if record.place.topic == f"feed.{subscriber}":
            entry = observer.wire.decode(record.value)
            if entry["record"]["item"] == _PENALTY:
                yield (record.key or b"").decode(), entry


def _view(observer: Observer, subscriber: str) -> dict[str, dict[str, Any]]:
    newest = dict(_entries(observer, subscriber))
    return {key: entry for key, entry in newest.items() if entry["record"]["state"] == "ACTIVE"}


def _expect_view(observer: Observer, subscriber: str, expected: set[str]) -> None:
    def is_there() -> bool:
        observer.poll()
        return {entry["record"]["document_no"] for entry in _view(observer, subscriber).values()} == expected

    until(is_there, f"{subscriber} holds its {len(expected)} records")


def _masked(observer: Observer) -> set[str]:
    observer.poll()
    shown = _view(observer, "district-jianghan").values()
    return {one["record"]["document_no"] for one in shown if one["content"]["CF_XDR_MC"].endswith("*")}


def _lengths(observer: Observer) -> dict[str, int]:
    """Return how many records each feed has."""
    found: dict[str, int] = {}
    for record in observer.of("feed."):
        found[record.place.topic] = found.get(record.place.topic, 0) + 1
    return found
