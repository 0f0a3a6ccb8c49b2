"""A story in which records are taken back: rows that vanish from their source, and subjects that move away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random
from typing import Final, NamedTuple

from story import Step, decisions, known_subjects, registering, withdrawn
from whole.loads import SEED

from creditbus.deploy.demo.subjects import DISTRICTS, DemoSubject

__all__ = ["Story", "story"]

#: Subjects that are known before, and what each of them has.
_SUBJECTS: Final = 5000
_RECORDS: Final = 4
#: Of the events: records that are withdrawn, and subjects that move.
_WITHDRAWN: Final = 0.05
_MOVING: Final = 0.005
#: A district whose platform is a subscriber: what leaves it is retracted there.
_LEFT: Final = "420106"
_REGISTRATION: Final = "registration"
#: State of a licence that is withdrawn by its row.
_OUT_OF_FORCE: Final = "2"
_REGISTERED_DISTRICT: Final = "住所所在行政区划"


class Story(NamedTuple):
    """Events, and which of them move subjects.

    Attributes:
        steps: all of them, in order.
        first: how many of them come before everything that is measured.
        moving: by subject the place of the step by which it moves.

    """

    steps: Sequence[Step]
    first: int
    moving: Mapping[str, int]


def story(events: int) -> Story:
    """Tell of registrations, licences and penalties, and then of this many events, some of which take records back.

    Licences are withdrawn by their rows, too, as in other stories. A subject that moves has nothing else happen to it
    then, and a record that is withdrawn by itself is in no other event of that part: the events come by several topics,
    and what must come of them does not depend on which of these is read first.
    """
    random = Random(SEED)
    known = known_subjects(random, _SUBJECTS)
    movers = [subject for subject in known if subject.district == _LEFT][: int(events * _MOVING)]
    registered = list(registering(random, known))
    leaving = {subject.uscc for subject in movers}
    flow = decisions(random, known, _SUBJECTS * _RECORDS + events, 0.0, settled=True)
    before = list(islice(flow, _SUBJECTS * _RECORDS))
    after = [step for step in islice(flow, events) if _subject(step) not in leaving]
    again = {_identity(step) for step in after}
    lost = [step for step in {_identity(step): step for step in before}.values() if _identity(step) not in again]
    lost = [step for step in lost if _subject(step) not in leaving and step.cells.get("XK_ZT") != _OUT_OF_FORCE]
    taken = [Step(withdrawn(step.kind), step.cells) for step in random.sample(lost, int(events * _WITHDRAWN))]
    moved = _moved(random, movers, registered)
    ordinary = after[: events - len(taken) - len(moved)]
    measured = [*ordinary, *taken, *moved]
    random.shuffle(measured)
    # amendments follow what they amend: the ordinary ones keep their order among each other
    in_order = iter(ordinary)
    kinds = set(map(id, ordinary))
    measured = [next(in_order) if id(step) in kinds else step for step in measured]
    first = len(registered) + len(before)
    places = {id(step): place for place, step in enumerate(measured)}
    moving = {subject.uscc: places[id(step)] for subject, step in zip(movers, moved, strict=True)}
    return Story([*registered, *before, *measured], first, moving)


def _moved(random: Random, movers: Sequence[DemoSubject], registered: Sequence[Step]) -> list[Step]:
    elsewhere = [name for code, name in DISTRICTS.items() if code != _LEFT]
    by_subject = {str(step.cells["统一社会信用代码"]): step for step in registered}
    return [
        Step(_REGISTRATION, by_subject[subject.uscc].cells | {_REGISTERED_DISTRICT: random.choice(elsewhere)})
        for subject in movers
    ]


def _subject(step: Step) -> str:
    return str(next(value for name, value in step.cells.items() if name.endswith("_XDR_SHXYM")))


def _identity(step: Step) -> tuple[str, ...]:
    """Name the record of a step."""
    number = "XK_WSH" if step.kind == "licences" else "CF_WSH"
    return step.kind, _subject(step), str(step.cells[number])
