"""Mix records, repetitions, amendments and defects into one file whose truth is known."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import cycle
from random import Random
from typing import Protocol

from creditbus.deploy.demo.defects import Defects
from creditbus.deploy.demo.subjects import DemoSubject
from creditbus.deploy.demo.truth import Cells, Fate, GroundTruthRow

__all__ = ["History", "Maker", "Naming", "code_of", "mix"]

History = list[GroundTruthRow]
"""The rows of one record, in the order in which they must stand."""

_REPEATED = 0.05
_AMENDED = 0.03
_UNKNOWN = 0.012
_DEFECTIVE = 0.06
_LEGACY = 0.14


class Naming(Enum):
    """The code by which a row names its subject. All rows of one record use the same."""

    USCC = auto()
    ORGANISATION_CODE = auto()
    REGISTRATION_NO = auto()


def code_of(subject: DemoSubject, naming: Naming) -> str:
    """Return the code by which a row names a subject."""
    return {
        Naming.USCC: subject.uscc,
        Naming.ORGANISATION_CODE: subject.organisation_code,
        Naming.REGISTRATION_NO: subject.registration_no,
    }[naming]


class Maker(Protocol):
    """Knows the rows of one kind of file."""

    defects: Defects

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give a valid row of a record that no other row of the file is about."""

    def amend(self, cells: Cells) -> Cells:
        """Give the same record with other content."""

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Give further histories that this kind of file alone has, drawn for one subject; often none."""


def mix(
    random: Random, maker: Maker, registered: Sequence[DemoSubject], unknown: Iterator[DemoSubject], size: int
) -> list[GroundTruthRow]:
    """Give about ``size`` rows: the shares above, the rest plain new records."""
    known = cycle(random.sample(registered, len(registered)))
    histories = [*_defective(random, maker, known, size), *_parked(random, maker, unknown, size)]
    rows = sum(map(len, histories))
    while rows < size:
        subject = next(known)
        naming = _naming(random)
        for history in (_history(random, maker.record(subject, naming), maker), *maker.histories(subject, naming)):
            histories.append(history)
            rows += len(history)
    return _interleave(random, histories)


def _defective(random: Random, maker: Maker, known: Iterator[DemoSubject], size: int) -> Iterator[History]:
    each = max(1, round(size * _DEFECTIVE / len(maker.defects))) if maker.defects else 0
    for reason, ways in maker.defects.items():
        for way in range(each):
            cells = maker.record(next(known), Naming.USCC)
            yield [GroundTruthRow(ways[way % len(ways)](cells, random), Fate.REJECTED, reason)]


def _parked(random: Random, maker: Maker, unknown: Iterator[DemoSubject], size: int) -> Iterator[History]:
    for _ in range(max(len(Naming), round(size * _UNKNOWN))):
        yield [GroundTruthRow(maker.record(next(unknown), random.choice(tuple(Naming))), Fate.PARKED)]


def _history(random: Random, cells: Cells, maker: Maker) -> History:
    history = [GroundTruthRow(cells, Fate.NEW)]
    if random.random() < _AMENDED:
        history.append(GroundTruthRow(maker.amend(cells), Fate.AMENDED))
    if random.random() < _REPEATED:
        history.append(GroundTruthRow(history[-1].cells, Fate.DUPLICATE))
    return history


def _naming(random: Random) -> Naming:
    if random.random() >= _LEGACY:
        return Naming.USCC
    return random.choice((Naming.ORGANISATION_CODE, Naming.REGISTRATION_NO))


def _interleave(random: Random, histories: Sequence[History]) -> list[GroundTruthRow]:
    places = ((sorted(random.random() for _ in history), history) for history in histories)
    placed = [(place, row) for at, history in places for place, row in zip(at, history, strict=True)]
    placed.sort(key=lambda pair: pair[0])
    return [row for _, row in placed]
