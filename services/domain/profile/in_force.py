"""Whether a record was in force on a day, by what is known of it: its term, and the acts that came over it.

A withdrawn record was never rightly in force, on whatever day. Days are ISO dates, which compare as texts do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from creditbus.services.domain.event import RecordState, Verb

__all__ = ["Absence", "DatedAct", "Lifetime", "absence", "still_counting"]

_ENDING: Final = {
    Verb.END.value: RecordState.EXITED,
    Verb.REPAIR.value: RecordState.REPAIRED,
    Verb.EXPIRE.value: RecordState.EXPIRED,
}
_ENDED: Final = frozenset(_ENDING.values())
_TAKEN_BACK: Final = (Verb.END.value, Verb.WITHDRAW.value)


class Absence(StrEnum):
    """Why a record was not in force."""

    NOT_YET = "not_yet"
    #: Its own term had run out.
    OVER = "over"
    ENDED = "ended"
    REPAIRED = "repaired"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


_ABSENCES: Final = {
    RecordState.EXITED: Absence.ENDED,
    RecordState.REPAIRED: Absence.REPAIRED,
    RecordState.EXPIRED: Absence.EXPIRED,
}


class DatedAct(NamedTuple):
    """An act on a record.

    Attributes:
        verb: what it does.
        on: the day from which it counts.
        state: the record's after it.
        lifts: it takes back an end or a withdrawal of before.

    """

    verb: str
    on: str
    state: RecordState
    lifts: bool


class Lifetime(NamedTuple):
    """What is known of when a record is in force.

    Attributes:
        state: the record's.
        stated: what its content states.
        begins: first day; None: nobody says.
        ends: last day of its term; None: it has no end.
        stated_end: of a content that states that the record is over, since when; None: nobody says.
        acts: those that count, in the order in which they were applied.
        expired: the first day after its publication, where that is over and none of `acts` says so; None: it is not
            over, one of them says it, or nobody knows.

    """

    state: RecordState
    stated: RecordState
    begins: str | None
    ends: str | None
    stated_end: str | None
    acts: Sequence[DatedAct]
    expired: str | None = None

    def state_on(self, day: str) -> RecordState:
        """Return the state of a record in force on a day: with or without an objection."""
        acts = [act for act in self.acts if act.on <= day]
        if acts and acts[-1].state is RecordState.DISPUTED:
            return RecordState.DISPUTED
        return RecordState.DISPUTED if self.stated is RecordState.DISPUTED and not acts else RecordState.ACTIVE


def still_counting(acts: Iterable[DatedAct]) -> list[DatedAct]:
    """Leave out what was taken back, and what took it back."""
    counting: list[DatedAct] = []
    for act in acts:
        if act.lifts:
            last = max((place for place, one in enumerate(counting) if one.verb in _TAKEN_BACK), default=None)
            if last is not None:
                del counting[last]
        else:
            counting.append(act)
    return counting


def absence(life: Lifetime, day: str) -> tuple[Absence, str | None] | None:
    """Tell why a record was not in force on a day, and since or until when; None: it was in force.

    The day is that of the withdrawal, the end or the beginning, or the last day of the term; None: it is not kept.
    """
    if life.state is RecordState.WITHDRAWN:
        days = [act.on for act in life.acts if act.verb == Verb.WITHDRAW.value]
        return Absence.WITHDRAWN, days[-1] if days else life.stated_end
    if life.begins is not None and day < life.begins:
        return Absence.NOT_YET, life.begins
    ended = [(act.on, _ABSENCES[_ENDING[act.verb]]) for act in life.acts if act.verb in _ENDING and act.on <= day]
    if life.stated in _ENDED and life.stated_end is not None and life.stated_end <= day:
        ended.append((life.stated_end, _ABSENCES[life.stated]))
    if life.expired is not None and life.expired <= day:
        ended.append((life.expired, Absence.EXPIRED))
    if life.ends is not None and life.ends < day:
        ended.append((life.ends, Absence.OVER))
    if ended:
        on, why = min(ended)
        return why, on
    if life.state in _ENDED and not _end_is_known(life):
        return _ABSENCES[life.state], None
    return None


def _end_is_known(life: Lifetime) -> bool:
    return (life.expired is not None or any(act.verb in _ENDING for act in life.acts)) or (
        life.stated in _ENDED and life.stated_end is not None
    )
