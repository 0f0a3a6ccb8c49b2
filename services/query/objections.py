"""Open objections of all records, and when they are due, from the profile store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.event import Verb
from creditbus.services.domain.profile.objection import Judged, ObjectionClock, OpenObjection, open_objection
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.query.profile import ProfileReader
from creditbus.services.query.profile_walk import ProfileWalk
from creditbus.services.query.working_calendar import working_calendar
from creditbus.topics.names import PROFILES

__all__ = ["RecordObjection", "clock_of", "judged_as_json", "objection_shown", "read_objections"]


@dataclass(frozen=True, slots=True, repr=False)
class RecordObjection:
    """An open objection and its record.

    Attributes:
        subject: code of the record's subject.
        record: what names the record, as `profile show --json` names it.
        judged: the objection on the day that was asked for.

    """

    subject: str
    record: dict[str, str]
    judged: Judged

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus objections list --json` prints of it."""
        return {"subject": self.subject, **self.record, **judged_as_json(self.judged)}


def clock_of(catalogue: Catalogue) -> ObjectionClock:
    """Return the clock by the catalogue's rules and the city's working days; errors as of `working_calendar`."""
    return ObjectionClock(catalogue.objections, working_calendar())


def judged_as_json(judged: Judged) -> dict[str, Any]:
    """Return an open objection as JSON prints it."""
    return {
        "since": None if judged.since is None else judged.since.isoformat(),
        "due": None if judged.due is None else judged.due.isoformat(),
        "overdue": judged.overdue,
        "year_without_working_days": judged.lacks_year,
    }


def objection_shown(clock: ObjectionClock, today: date) -> Callable[[Record], dict[str, Any] | None]:
    """Return what `ProfileReader.profile` shows of the open objection to a record on a day."""

    def shown(record: Record) -> dict[str, Any] | None:
        objection = open_objection(record)
        return None if objection is None else judged_as_json(clock.judged(objection, today))

    return shown


async def read_objections(reader: ProfileReader, clock: ObjectionClock, today: date) -> list[RecordObjection]:
    """Return all open objections: those that are due first stand first, those of which it is not known last.

    It reads every record that may be under objection, some hundred at a time.

    Raises:
        StoreBehindError, DependencyDownError: it cannot be said now.

    """
    walk = ProfileWalk(reader.states[PROFILES.name], [one.id for one in reader.catalogue if Verb.DISPUTE in one.verbs])
    found: list[RecordObjection] = []
    for lane in await walk.lanes():
        async for codes in walk.subjects(lane):
            async for records in walk.records(lane.lane, codes):
                for record, objection in _disputed(decode_record(one.value) for one in records):
                    found.append(_named(reader, record, clock.judged(objection, today)))
    return sorted(found, key=lambda one: (one.judged.due or date.max, one.judged.since or date.max, one.subject))


def _disputed(records: Iterator[Record]) -> Iterator[tuple[Record, OpenObjection]]:
    for record in records:
        objection = open_objection(record)
        if objection is not None:
            yield record, objection


def _named(reader: ProfileReader, record: Record, judged: Judged) -> RecordObjection:
    header = reader.codec.open(record.content).header
    names = ("item", "authority", "authority_name", "document_no")
    named: dict[str, str] = {name: header[name] for name in names}  # type: ignore[literal-required] # texts of a header
    return RecordObjection(header["subject"], named, judged)
