"""A watermark says no more than what every stage has read, and as much as the ingest topics show."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from creditbus.services.domain.evidence.watermark import CLOCK_MARGIN_MS, later_of
from creditbus.services.engine.batch import Partition
from creditbus.services.evidence import watermarks
from creditbus.services.evidence.watermarks import Patience, department_watermarks
from creditbus.services.query.reach import PartitionReach, StageReach
from creditbus.topics.connection import Connection

_BUS = Connection("localhost:1", "http://localhost:1", "", Path())
_NOW = 1_700_000_000_000
_TAX, _COURT = Partition("ingest.tax-bureau", 0), Partition("ingest.court", 0)
_UNRESOLVED, _EVENTS, _CHANGES = (Partition(f"credit.{one}", 0) for one in ("unresolved", "events", "changes"))


@dataclass(frozen=True, slots=True)
class _Stamped:
    topic: str
    partition: int
    offset: int
    timestamp: int


@dataclass
class _Bus:
    """Stages as Kafka says they stand, look after look; every partition holds records only at the offsets given."""

    intake: dict[Partition, PartitionReach] = field(default_factory=lambda: {_TAX: _read(5), _COURT: _read(3)})
    looks: list[Mapping[Partition, PartitionReach]] = field(default_factory=list)
    """Of the stages after intake; the last one stays."""
    records: dict[Partition, list[int]] = field(default_factory=dict)
    """Offsets of records; those after the stable offset are of transactions under way."""
    asked: int = 0
    paused: int = 0

    async def reaches(self, _: Connection) -> Sequence[StageReach]:
        look = self.looks[min(self.asked, len(self.looks) - 1)]
        self.asked += 1
        stages = (("resolver", _UNRESOLVED), ("profiles", _EVENTS), ("fanout", _CHANGES))
        later = [StageReach(name, 1, frozenset(), {place: look[place]}) for name, place in stages]
        return [StageReach("intake", 1, frozenset(), self.intake), *later]

    async def first(
        self, _: str, starts: Mapping[Partition, int], bounds: Any, *, committed: bool = True
    ) -> dict[Partition, Any]:
        found = {}
        for place, start in starts.items():
            end = bounds[place][1]
            for offset in self.records.get(place, ()):
                if start <= offset and (offset < end or not committed):
                    found[place] = _Stamped(place.topic, place.partition, offset, _NOW - 1000 * (100 - offset))
                    break
        return found

    def run(self) -> dict[str, int]:
        async def pause(_: float) -> None:
            self.paused += 1

        clock = iter(range(10_000))
        return asyncio.run(
            department_watermarks(
                _BUS, clock=lambda: _NOW / 1000 + next(clock), pause=pause, patience=Patience(seconds=5.0)
            )
        )


def _read(end: int, position: int | None = -1, stable: int | None = None) -> PartitionReach:
    """A partition; `position` -1: its stage has read all."""
    return PartitionReach(0, end if stable is None else stable, end, end if position == -1 else position)


_ALL_READ = {_UNRESOLVED: _read(2), _EVENTS: _read(9), _CHANGES: _read(9)}
_SILENT = _NOW - CLOCK_MARGIN_MS


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> _Bus:
    made = _Bus(looks=[_ALL_READ])
    monkeypatch.setattr(watermarks, "_reaches", made.reaches)
    monkeypatch.setattr(watermarks, "first_records", made.first)
    return made


def test_where_all_is_read_everything_is_in_up_to_the_question_less_what_clocks_differ(bus: _Bus) -> None:
    assert bus.run() == {"court": _SILENT, "tax-bureau": _SILENT}


def test_a_department_whose_records_intake_has_not_read_is_in_up_to_the_first_of_them(bus: _Bus) -> None:
    bus.intake[_TAX] = _read(50, position=40)
    bus.records[_TAX] = [38, 42, 45]
    assert bus.run() == {"court": _SILENT, "tax-bureau": _NOW - 58_000}


def test_a_topic_that_nobody_has_read_yet_is_in_up_to_its_first_record(bus: _Bus) -> None:
    bus.intake[_COURT] = _read(3, position=None)
    bus.records[_COURT] = [0]
    assert bus.run()["court"] == _NOW - 100_000


def test_what_a_transaction_under_way_holds_counts_as_published(bus: _Bus) -> None:
    bus.intake[_TAX] = _read(50, position=40, stable=40)
    bus.records[_TAX] = [41, 45]
    assert bus.run()["tax-bureau"] == _NOW - 59_000


def test_markers_alone_are_nothing_that_is_to_come(bus: _Bus) -> None:
    bus.intake[_TAX] = _read(50, position=49)
    assert bus.run()["tax-bureau"] == _SILENT


@pytest.mark.parametrize("place", [_UNRESOLVED, _EVENTS, _CHANGES])
def test_a_stage_that_is_behind_is_watched_until_it_has_read_what_was_there(bus: _Bus, place: Partition) -> None:
    behind = {**_ALL_READ, place: _read(20, position=12)}
    # it has read to 20 by then, and 30 more have come
    bus.looks = [behind, behind, {**_ALL_READ, place: _read(50, position=20)}]
    bus.records[place] = list(range(50))
    later = {_UNRESOLVED: 2, _EVENTS: 2, _CHANGES: 2}[place]
    assert bus.run() == {"court": _SILENT, "tax-bureau": _SILENT}
    assert bus.paused == later


def test_what_a_stage_wrote_for_the_next_one_meanwhile_has_to_be_read_too(bus: _Bus) -> None:
    bus.records = {_EVENTS: list(range(50)), _CHANGES: list(range(50))}
    bus.looks = [
        {**_ALL_READ, _EVENTS: _read(20, position=12)},
        {**_ALL_READ, _EVENTS: _read(20), _CHANGES: _read(17, position=9)},
        {**_ALL_READ, _EVENTS: _read(20), _CHANGES: _read(17)},
    ]
    bus.run()
    assert bus.paused == 2, "9 changes were there at the first look, and 17 when profiles had read all"


def test_a_stage_before_the_last_marker_has_read_all(bus: _Bus) -> None:
    bus.looks = [{**_ALL_READ, _CHANGES: _read(9, position=8)}]
    bus.records[_CHANGES] = [*range(8)]
    assert bus.run()["court"] == _SILENT


def test_a_transaction_under_way_between_stages_is_waited_for(bus: _Bus) -> None:
    bus.looks = [{**_ALL_READ, _EVENTS: _read(20, position=12, stable=12)}, {**_ALL_READ, _EVENTS: _read(20)}]
    assert bus.run()["court"] == _SILENT
    assert bus.paused == 1


def test_of_a_stage_that_stands_still_nothing_new_is_said(bus: _Bus) -> None:
    bus.looks = [{**_ALL_READ, _CHANGES: _read(20, position=12)}]
    bus.records[_CHANGES] = list(range(20))
    assert bus.run() == {}
    assert bus.paused == 5


def test_a_watermark_never_goes_back() -> None:
    assert later_of({"a": 5, "b": 7}, {"b": 6, "c": 1}, 7) == {"a": 5, "b": 7, "c": 1}


def test_a_watermark_of_a_clock_that_was_ahead_gives_way_to_the_present_one() -> None:
    day = 86_400_000
    wrong = {"court": _NOW + day, "customs": _NOW + day, "tax-bureau": _NOW + CLOCK_MARGIN_MS}
    assert later_of(wrong, {"court": _NOW - 5, "tax-bureau": _NOW - 5}, _NOW) == {
        "court": _NOW - 5,
        "tax-bureau": _NOW + CLOCK_MARGIN_MS,
    }
    assert later_of({"court": _NOW - 5}, wrong, _NOW)["court"] == _NOW - 5


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_clock_that_is_set_meanwhile_ends_the_watch(bus: _Bus, jump: int) -> None:
    bus.looks = [{**_ALL_READ, _EVENTS: _read(20, position=12)}]
    bus.records[_EVENTS] = list(range(50))
    clock = iter([_NOW / 1000, *(_NOW / 1000 + jump + second for second in range(4))])

    async def pause(_: float) -> None:
        bus.paused += 1

    assert asyncio.run(department_watermarks(_BUS, clock=lambda: next(clock), pause=pause)) == {}
    assert bus.paused == 0
