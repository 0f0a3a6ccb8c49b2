"""Open objections: since when they are, and by when the office that handles them owes the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from creditbus.services.domain.catalogue import ObjectionRule
from creditbus.services.domain.city_time import numbered_day
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.working_days import Uncovered, WorkingCalendar

__all__ = ["Judged", "ObjectionClock", "ObjectionStanding", "OpenObjection", "open_objection"]


class OpenObjection(NamedTuple):
    """An objection that is not answered.

    Attributes:
        since: its day; None: the department's row says that there is one, and no event says since when.

    """

    since: date | None


def open_objection(record: Record) -> OpenObjection | None:
    """Return the objection that is open against a record; None: there is none."""
    if record.standing is not RecordState.DISPUTED:
        return None
    # the day is that of the last objection: one that a status column states may be another
    if record.procedural is not RecordState.DISPUTED or record.disputed_on is None:
        return OpenObjection(None)
    return OpenObjection(numbered_day(record.disputed_on))


class ObjectionStanding(StrEnum):
    """How an open objection stands to its clock."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"
    #: It cannot be said when it is due.
    UNKNOWN = "unknown"


class Judged(NamedTuple):
    """An open objection on a day.

    Attributes:
        since: as of `OpenObjection`.
        due: the last day on which an answer is in time; None: it is not known, or no rule says it.
        overdue: whether that day is over; None: it cannot be said.
        lacks_year: the year whose working days are not known, so that the day is not; None: it is not for that.

    """

    since: date | None
    due: date | None = None
    overdue: bool | None = None
    lacks_year: int | None = None

    @property
    def standing(self) -> ObjectionStanding:
        """How it stands."""
        if self.overdue is None:
            return ObjectionStanding.UNKNOWN
        return ObjectionStanding.OVERDUE if self.overdue else ObjectionStanding.IN_TIME


@dataclass(frozen=True, slots=True)
class ObjectionClock:
    """Says when objections are due.

    Attributes:
        rules: the catalogue's.
        calendar: the city's working days.

    """

    rules: Sequence[ObjectionRule]
    calendar: WorkingCalendar

    def judged(self, objection: OpenObjection, today: date) -> Judged:
        """Judge an open objection by the rule that was in force on its day."""
        since = objection.since
        rule = None if since is None else next((rule for rule in self.rules if rule.in_force(since)), None)
        if since is None or rule is None:
            return Judged(since)
        due = self.calendar.due(since, rule.working_days)
        if isinstance(due, Uncovered):
            return Judged(since, lacks_year=due.year)
        return Judged(since, due, today > due)
