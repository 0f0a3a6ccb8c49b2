"""Data quality of departments over a period, read from ledger, records, rejects and declarations.

All outcomes of a run count in the period in which the bus received its first row, so that what was received and what
became of it are the same rows. A record's timing counts in the period in which the bus received it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.entitlement import is_entitled
from creditbus.services.domain.ledger import Entry, Outcome
from creditbus.services.domain.profile.objection import ObjectionClock, ObjectionStanding
from creditbus.services.domain.quality import Declared, ItemCounts, Timing, figures, total
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.statements import Declaration, Statement
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.stage.ledger_writer import read_deltas
from creditbus.services.query.held_records import HeldRecord, read_all, read_held
from creditbus.services.query.rejects import read_rejects
from creditbus.services.query.returned import ReturnedRow, returned_rows
from creditbus.services.query.statements import Statements, read_statements
from creditbus.services.query.timeliness import TimelinessJudge
from creditbus.services.query.working_calendar import working_calendar
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from creditbus.topics.names import LEDGER

__all__ = ["DateRange", "DepartmentQuality", "QualityReport", "read_quality"]


class DateRange(NamedTuple):
    """Days of the city's calendar, both ends included."""

    first_day: date
    last_day: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class DepartmentQuality:
    """One department in a period.

    Attributes:
        department: its id.
        items: counts by catalogue item, of all items that it may publish.
        returned: its refused rows and their corrections, whenever they were refused.
        objections: how many of its records are under objection today, whenever they came.

    """

    department: str
    items: Mapping[str, ItemCounts]
    returned: list[ReturnedRow] = field(default_factory=list)
    objections: Mapping[ObjectionStanding, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus quality --json` prints of it."""
        summed = total(self.items.values())
        provided = sum(counts.provided > 0 for counts in self.items.values())
        overall = figures(summed, provided_items=provided, entitled_items=len(self.items))
        return {
            "department": self.department,
            "counts": _counts(summed),
            "figures": asdict(overall),
            "missing_items": sorted(item for item, counts in self.items.items() if counts.provided <= 0),
            "items": {
                item: {"counts": _counts(counts), "figures": asdict(figures(counts))}
                for item, counts in sorted(self.items.items())
            },
            "seconds_to_fix": _spread(self.fix_seconds),
            "closed_because": self.closed_because,
            "open_objections": {standing.value: self.objections.get(standing, 0) for standing in ObjectionStanding},
        }

    @property
    def closed_because(self) -> dict[str, int]:
        """How many rows were closed for each reason, whenever they were refused; the most frequent first."""
        closings = (row.closing for row in self.returned if row.status == "closed")
        return dict(Counter(one.reason for one in closings if one is not None).most_common())

    @property
    def fix_seconds(self) -> list[float]:
        """How long each corrected row took, in order."""
        return sorted(row.seconds_to_fix for row in self.returned if row.seconds_to_fix is not None)


@dataclass(frozen=True, slots=True)
class QualityReport:
    """All departments in a period.

    Attributes:
        period: the days.
        departments: by id.
        uncovered: years whose working days are not known, with the records that are not judged for want of them.

    """

    period: DateRange
    departments: Mapping[str, DepartmentQuality]
    uncovered: Mapping[int, int]

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus quality --json` prints."""
        return {
            "from": self.period.first_day.isoformat(),
            "to": self.period.last_day.isoformat(),
            "departments": [one.as_json() for _, one in sorted(self.departments.items())],
            "years_without_working_days": dict(sorted(self.uncovered.items())),
        }


async def read_quality(
    connection: Connection, departments: Iterable[str], period: DateRange, today: date
) -> QualityReport:
    """Read what a report needs. It reads all records that the bus holds: about half a minute for a million.

    Args:
        connection: where the servers are.
        departments: ids.
        period: days on which the bus received what is counted.
        today: the city's day, on which objections are overdue or not.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: there is no such department, or topics are missing.

    """
    wanted = list(departments)
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    catalogue = Catalogue.parse(raw_catalogue())
    declared = declarations().departments
    found = {
        name: {item.id: ItemCounts() for item in catalogue if name in declared and is_entitled(item, declared[name])}
        for name in wanted
    }
    runs = _Runs(period)
    async for record in read_all(connection, facts, LEDGER):
        runs.add(city_day(record.timestamp), read_deltas(record.value or b""))
    _book(found, runs.entries())
    held = [one for one in await read_held(connection, facts) if one.department in found]
    calendar = working_calendar()
    judge, clock = TimelinessJudge(catalogue, calendar), ObjectionClock(catalogue.objections, calendar)
    objections = {name: Counter[ObjectionStanding]() for name in found}
    for one in held:
        if one.objection is not None:
            objections[one.department][clock.judged(one.objection, today).standing] += 1
        if period.holds(one.received) and one.item in found[one.department]:
            timing = judge(one)
            if timing is not None:
                found[one.department][one.item].timing[timing] += 1
    said = await read_statements(connection)
    _declare(found, held, said, period)
    reports = {}
    for name in wanted:
        events = [event async for event in read_rejects(connection, name, "")]
        returned = returned_rows(events, Statements.of(name, said))
        _replace(found[name], returned, runs)
        reports[name] = DepartmentQuality(name, found[name], returned, objections[name])
    return QualityReport(period, reports, judge.uncovered)


class _Runs:
    """The ledger's deltas by run: a run belongs to the day of its first one."""

    def __init__(self, period: DateRange) -> None:
        self._period = period
        self._days: dict[tuple[str, str], date] = {}
        self._counts: dict[Entry, int] = {}

    def add(self, day: date, deltas: Iterable[tuple[Entry, int]]) -> None:
        for entry, count in deltas:
            run = (entry.department, entry.run)
            self._days[run] = min(day, self._days.get(run, day))
            self._counts[entry] = self._counts.get(entry, 0) + count

    def hold(self, department: str, run: str) -> bool:
        day = self._days.get((department, run))
        return day is not None and self._period.holds(day)

    def entries(self) -> Iterator[tuple[Entry, int]]:
        return ((entry, count) for entry, count in self._counts.items() if self.hold(entry.department, entry.run))


def _book(found: Mapping[str, dict[str, ItemCounts]], entries: Iterable[tuple[Entry, int]]) -> None:
    for entry, count in entries:
        counts = found.get(entry.department, {}).get(entry.item)
        if counts is None:
            continue
        match entry.outcome:
            case Outcome.RECEIVED:
                counts.received += count
            case Outcome.APPLIED:
                counts.applied += count
            case Outcome.DUPLICATE | Outcome.STALE:
                counts.repeated += count
            case Outcome.HELD | Outcome.PARKED:
                counts.waiting += count
            case Outcome.REJECTED if entry.reason == Reason.CAT_NATURAL_PERSON:
                counts.persons += count
            case Outcome.REJECTED:
                counts.refused += count


def _replace(items: Mapping[str, ItemCounts], returned: Iterable[ReturnedRow], runs: _Runs) -> None:
    """Count the refusals that a later word on the same row replaces or closes, in the period of their own run."""
    for row in returned:
        fields = row.event.fields
        counts = items.get(fields["item"])
        if counts is None:
            continue
        if any(one["reason"] == Reason.CAT_NATURAL_PERSON for one in fields["findings"][:1]):
            continue  # these are counted apart, whatever became of them
        *earlier, last = (runs.hold(fields["department"], run) for run in row.runs)
        counts.replaced += sum(earlier)
        if row.status == "closed":
            counts.closed += last
        elif row.status != "open":
            counts.replaced += last


def _declare(
    found: Mapping[str, dict[str, ItemCounts]], held: Iterable[HeldRecord], said: Iterable[Statement], period: DateRange
) -> None:
    for one in (one for one in said if isinstance(one, Declaration)):
        counts = found.get(one.department, {}).get(one.item)
        if counts is not None and period.holds(one.first_day) and period.holds(one.last_day):
            counts.declared.append(Declared(one.first_day, one.last_day, one.count))
    for kept in held:
        counts = found[kept.department].get(kept.item)
        if counts is not None:
            day = kept.decided or kept.received
            for declared in counts.declared:
                declared.reported += declared.first_day <= day <= declared.last_day


def _counts(counts: ItemCounts) -> dict[str, Any]:
    return {
        "provided": counts.provided,
        "received": counts.received,
        "repeated": counts.repeated,
        "applied": counts.applied,
        "waiting": counts.waiting,
        "refused": counts.open,
        "corrected": counts.replaced,
        "closed": counts.closed,
        "natural_persons": counts.persons,
        **{timing.value: counts.timing[timing] for timing in Timing},
        "declared": [
            {
                "from": one.first_day.isoformat(),
                "to": one.last_day.isoformat(),
                "declared": one.count,
                "reported": one.reported,
                "missing": max(one.count - one.reported, 0),
            }
            for one in sorted(counts.declared, key=lambda one: one.first_day)
        ],
    }


def _spread(seconds: list[float]) -> dict[str, float] | None:
    """Return median and ninth decile of sorted values."""
    if not seconds:
        return None
    return {"rows": len(seconds), "p50": seconds[len(seconds) // 2], "p90": seconds[len(seconds) * 9 // 10]}
