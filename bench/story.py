"""The stories that loads tell: registrations, then licences and penalties of these subjects; seeded, fictional."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from creditbus.deploy.demo.licences import Licences
from creditbus.deploy.demo.mixing import Maker, Naming
from creditbus.deploy.demo.penalties import Penalties
from creditbus.deploy.demo.registration import Registrations
from creditbus.deploy.demo.subjects import DISTRICTS, DemoSubject, authorities, subjects
from creditbus.deploy.demo.truth import Cells

__all__ = ["Step", "decisions", "known_subjects", "mixed", "registering", "withdrawn"]

_REPEATED = 0.05
_AMENDED = 0.05
_REGISTRATIONS = 0.2
_RECENT = 2000


class Step(NamedTuple):
    """One row of a story: the file that it stands in, or from which it has gone (`withdrawn`), and its cells."""

    kind: str
    cells: Cells


def withdrawn(kind: str) -> str:
    """Return the kind of a step that takes back what a row of this kind stated."""
    return f"{kind}, withdrawn"


def mixed(random: Random, events: int, legacy: float) -> Iterator[Step]:
    """Tell of a fifth registrations, then of decisions on these subjects; `legacy` is the share by an old code."""
    known = known_subjects(random, int(events * _REGISTRATIONS))
    yield from registering(random, known)
    yield from decisions(random, known, events - len(known), legacy)


def known_subjects(random: Random, count: int) -> list[DemoSubject]:
    """Return `count` subjects."""
    endless = subjects(random)
    return [next(endless) for _ in range(count)]


def registering(random: Random, known: Sequence[DemoSubject]) -> Iterator[Step]:
    """Tell of the registration of each subject."""
    maker = Registrations(random)
    for subject in known:
        yield Step("registration", maker.record(subject) | {"住所所在行政区划": DISTRICTS[subject.district]})


def decisions(
    random: Random, known: Sequence[DemoSubject], events: int, legacy: float, *, settled: bool = False
) -> Iterator[Step]:
    """Tell of licences and penalties, some repeated, some amended.

    Args:
        random: what everything is drawn from.
        known: whom they are about.
        events: how many.
        legacy: share of those that name the subject by its organisation code.
        settled: whether only what names its subject by the present code is repeated or amended. The detour of the
            others may change the order of two events of one record, and with it what must come of them.

    """
    organs = authorities()
    other = next(subjects(random, len(known) + 1))
    makers: dict[str, Maker] = {
        "licences": Licences(random, organs, other),
        "penalties": Penalties(random, organs, other),
    }
    kinds = tuple(makers)
    recent: list[Step] = []
    for number in range(events):
        chance = random.random()
        if chance < _REPEATED + _AMENDED and recent:
            step = recent.pop(random.randrange(len(recent)))
            if chance < _AMENDED:
                step = Step(step.kind, makers[step.kind].amend(step.cells))
        else:
            kind = kinds[number % 2]
            naming = Naming.ORGANISATION_CODE if random.random() < legacy else Naming.USCC
            step = Step(kind, makers[kind].record(random.choice(known), naming))
            if not settled or naming is Naming.USCC:
                recent.append(step)
            if len(recent) > 2 * _RECENT:
                del recent[:_RECENT]
        yield step
