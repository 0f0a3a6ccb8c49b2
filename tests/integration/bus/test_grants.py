"""Each feed is what its grant admits now, where a grant begins, changes or ends, and where a day has come."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from creditbus.deploy.bus import apply_bus, plan_bus
from creditbus.deploy.embedded import Cluster
from creditbus.services.cli import main as cli
from creditbus.services.cli.chosen_city import CITY_VARIABLE
from creditbus.services.cli.topics.effects import planned_effects
from creditbus.services.domain.feed.effects import Effect
from creditbus.topics.city import example_city, read_city, use_city
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from tests.examples import EXAMPLES
from tests.harness.city_folder import CityFolder
from tests.harness.cluster import start_afresh
from tests.harness.dated_cli import DAY_FILE
from tests.harness.traffic import party, penalty, registration
from tests.harness.waiting import until
from tests.harness.wire import Message, Observer, Place, Record, Wire, ingest_key
from tests.harness.workers import Worker
from tests.step_harness import sent

#: More than a chunk of a lane's subjects holds.
_SUBJECTS = 300
_WUCHANG, _JIANGHAN = "420106", "420103"
_TODAY = date(2019, 12, 1)
_PENALTY, _GRADE, _REGISTRATION = "administrative-penalty", "tax-credit-grade", "enterprise-registration"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[CityFolder]:
    yield CityFolder(tmp_path / "city")
    use_city(example_city())


def test_feeds_are_what_grants_admit_when_these_change_and_when_days_pass(
    cluster: Cluster, folder: CityFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = cluster.connection()
    day = tmp_path / "day"
    for name, value in {DAY_FILE: str(day), **_addresses(bus)}.items():
        monkeypatch.setenv(name, value)
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
        planned = _apply(observer, folder, _TODAY)
        worker.restart()
        planned.expect(observer, {"district-jianghan": Counter(given=len(jianghan))})
        _expect_view(observer, "district-jianghan", jianghan)
        observer.settle()
        assert _lengths(observer) | known == _lengths(observer), "others get nothing for it"

        # a grant is narrowed, another gets a mask, and a third one begins and the first ends on days to come
        items = [item for item in folder.items("district-wuchang") if item != _PENALTY]
        folder.grant("district-wuchang", items=items)
        folder.grant("district-jianghan", masks={_PENALTY: {"CF_XDR_MC": [1, 0]}})
        folder.grant("agency-xinda", valid_until=_TODAY + timedelta(days=1))
        folder.grant("district-hanyang", "district-wuchang", items=[_PENALTY], valid_from=_TODAY + timedelta(days=3))
        planned = _apply(observer, folder, _TODAY)
        worker.restart()
        planned.expect(
            observer,
            {"district-wuchang": Counter(taken=len(wuchang)), "district-jianghan": Counter(altered=len(jianghan))},
        )
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


def test_publications_end_on_their_day_once(
    cluster: Cluster, folder: CityFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = cluster.connection()
    monkeypatch.setitem(os.environ, DAY_FILE, str(tmp_path / "day"))
    day = tmp_path / "day"
    day.write_text(_TODAY.isoformat(), encoding="ascii")
    use_city(read_city(folder.path))
    start_afresh(bus)
    wire = Wire(bus)
    lasts = {number: _TODAY + timedelta(days=number % 5) for number in range(_SUBJECTS) if number % 7}
    over = [number for number in range(_SUBJECTS) if number % 7 == 0]
    lasts |= dict.fromkeys(over, _TODAY - timedelta(days=1))
    published = {_number(number): last for number, last in lasts.items()}
    with (
        Worker(bus, tmp_path / "worker.log", program="tests.harness.dated_cli") as worker,
        closing(Observer(wire)) as observer,
    ):
        observer.open()
        wire.publish(_registrations(wire))
        wire.publish(_penalties(wire, lasts=lasts))
        observer.settle()
        for today in (_TODAY + timedelta(days=passed) for passed in range(6)):
            day.write_text(today.isoformat(), encoding="ascii")
            if today.day % 2:
                worker.restart()
            shown = {number for number, last in published.items() if last >= today}
            _expect_view(observer, "agency-xinda", shown)
            wire.publish(_penalties(wire, again=True, lasts=lasts))
            observer.settle()
            _expect_view(observer, "agency-xinda", shown)
        found = [entry["record"] for _, entry in _entries(observer, "agency-xinda")]
        assert not {_number(number) for number in over} & {one["document_no"] for one in found}, "nobody learns of them"
        ends = [one["document_no"] for one in found if one["verb"] == "EXPIRE"]
        assert sorted(ends) == sorted({_number(number) for number in lasts} - {_number(number) for number in over})


def test_an_item_shown_by_value_leaves_the_city_and_feeds_give_it_back(
    cluster: Cluster,
    folder: CityFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bus = cluster.connection()
    for name, value in _addresses(bus).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(CITY_VARIABLE, "")  # put back at the end, whatever a command makes of it
    use_city(read_city(folder.path))
    start_afresh(bus)
    wire, subject = Wire(bus), party(1, _WUCHANG)
    grade = EXAMPLES[_GRADE].claiming(tax_no=_WUCHANG + subject.code[8:17]).changed(XYDJ="A")
    header, act = sent(grade)
    with Worker(bus, tmp_path / "worker.log"), closing(Observer(wire)) as observer:
        observer.open()
        wire.publish([_message(wire, registration(subject, "虚构经营范围"), "market-supervision", _REGISTRATION, 1)])
        event = {"header": header, "act": act, "claim": grade.claim, "content": grade.content}
        wire.publish([_message(wire, event, "tax-bureau", _GRADE, 2)])
        observer.settle()
        shown = {topic.removeprefix("feed.") for topic, key in _on_show(observer) if f"|{_GRADE}|".encode() in key}
        assert shown == {"agency-xinda", "district-wuchang"}
        folder.close(_GRADE)
        _apply(observer, folder, _TODAY).expect_of(observer, {(name, _GRADE): Counter(taken=1) for name in shown})
        assert _GRADE in _said(capsys, 0, "profile", "show", subject.code)
        assert "--city" in _said(capsys, 2, "profile", "show", subject.code, "--city", str(folder.path))


def _said(capsys: pytest.CaptureFixture[str], code: int, *words: str) -> str:
    capsys.readouterr()
    assert cli.main(list(words)) == code
    found = capsys.readouterr()
    return found.out + found.err


def _number(number: int) -> str:
    document: str = penalty(party(number), number, "0.5")["header"]["document_no"]
    return document


def _addresses(bus: Connection) -> dict[str, str]:
    return {f"CREDITBUS_{name.upper()}": address for name, address in bus.endpoints().items()}


class _Planned:
    """What `topics plan` counted before a version was applied."""

    def __init__(self, observer: Observer, on: date) -> None:
        bus = observer.wire.bus
        observer.poll()
        facts = planned_effects(plan_bus(bus), on, count=True)
        assert facts["not_counted"] is None
        assert (facts["counted"]["lanes_restating"], facts["counted"]["lanes_behind"]) == (0, 0)
        places = {(feed["subscriber"], one["item"]): one for feed in facts["feeds"] for one in feed["items"]}
        counts = {
            place: Counter({effect.value: one[effect.value] for effect in Effect}) for place, one in places.items()
        }
        self._counts = {place: +one for place, one in counts.items() if one.total()}
        self._lengths = {place: len(records) for place, records in _feeds(observer)}
        self._held = _on_show(observer)

    def expect(self, observer: Observer, penalties: dict[str, Counter[str]]) -> None:
        """Wait until the feeds got that, and nothing else; of penalties it is this, by subscriber."""
        assert {name: counts for (name, item), counts in self._counts.items() if item == _PENALTY} == penalties
        self._wait(observer)

    def expect_of(self, observer: Observer, counts: dict[tuple[str, str], Counter[str]]) -> None:
        """Wait until the feeds got that, and nothing else, by subscriber and item."""
        assert self._counts == counts
        self._wait(observer)

    def _wait(self, observer: Observer) -> None:
        until(lambda: self._got(observer) == self._counts, "the feeds got what was counted")
        observer.settle()
        assert self._got(observer) == self._counts

    def _got(self, observer: Observer) -> dict[tuple[str, str], Counter[str]]:
        observer.poll()
        was, now = self._held, _on_show(observer)
        again = {
            (place.topic, record.key or b"")
            for place, records in _feeds(observer)
            for record in records[self._lengths.get(place, 0) :]
        }
        found: dict[tuple[str, str], Counter[str]] = {}
        for effect, shown in (("taken", was - now), ("given", now - was), ("altered", was & now & again)):
            for topic, key in shown:
                place = topic.removeprefix("feed."), key.decode().split("|")[1]
                found.setdefault(place, Counter())[effect] += 1
        return found


def _feeds(observer: Observer) -> Iterator[tuple[Place, list[Record]]]:
    names = {f"feed.{name}" for name in declarations().subscribers}
    return ((place, records) for place, records in observer.records.items() if place.topic in names)


def _on_show(observer: Observer) -> set[tuple[str, bytes]]:
    """Return topic and key of each record that a feed shows now."""
    newest = {
        (place.topic, record.key or b""): record.value for place, records in _feeds(observer) for record in records
    }
    return {place for place, value in newest.items() if observer.wire.decode(value)["record"]["state"] == "ACTIVE"}


def _apply(observer: Observer, folder: CityFolder, on: date) -> _Planned:
    use_city(read_city(folder.path))
    planned = _Planned(observer, on)
    apply_bus(observer.wire.bus)
    # it watches the topics that are there
    observer.close()
    observer.open()
    return planned


def _registrations(wire: Wire) -> Iterator[Message]:
    for number in range(_SUBJECTS):
        event = registration(party(number, _district(number)), "虚构经营范围")
        yield _message(wire, event, "market-supervision", "enterprise-registration", number)


def _penalties(
    wire: Wire, *, again: bool = False, lasts: Mapping[int, date] = MappingProxyType({})
) -> Iterator[Message]:
    for number in range(_SUBJECTS):
        event = penalty(party(number), number, "0.5")
        if number in lasts:
            event = {**event, "content": event["content"] | {"CF_GSJZQ": lasts[number].isoformat()}}
        yield _message(wire, event, "administrative-enforcement", _PENALTY, number + _SUBJECTS * again)


def _message(wire: Wire, event: dict[str, Any], department: str, item: str, row: int) -> Message:
    origin = {"department": department, "run": "run-1", "file": "grants", "row": row}
    header = event["header"] | {"item": item, "origin": origin}
    return Message(f"ingest.{department}", ingest_key(header), wire.encode(item, event | {"header": header}))


def _district(number: int) -> str:
    return _WUCHANG if number % 3 else _JIANGHAN


def _numbers(district: str) -> set[str]:
    """Return the document numbers of the penalties of a district's enterprises."""
    return {_number(number) for number in range(_SUBJECTS) if district in (_district(number), "both")}


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
