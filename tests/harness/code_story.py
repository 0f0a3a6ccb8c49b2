"""A register that gives numbers to the wrong enterprises, and corrects itself: records by them follow their owner."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.harness.traffic import DISTRICTS, Party, penalty, registration

__all__ = ["CodeStory"]

_ENTERPRISES = 3
"""Of one number: each may be given it."""
_SHARE_OF_THE_LARGE, _CORRECTIONS_OF_THE_LARGE = 0.3, 0.03
"""Of what is said by a number, and of the corrections: of the first one."""
_SHARE_OF_NEW = 0.08
"""Of the corrections, those that give an enterprise a number which nobody had."""
_SHARE_OF_YOUNG = 0.5
"""Of the others, those about numbers whose enterprises are not all registered yet."""
_SHARE_AT_ONCE = 0.3
"""Of the corrections, those whose number is given to a third one before the second has it."""

Event = dict[str, Any]


@dataclass(slots=True)
class _Number:
    number: str
    parties: list[Party]
    owner: int = 0
    """Whose it is once all that is owed has been said."""
    rows: deque[Event] = field(default_factory=deque)
    """Rows of the register that are owed."""
    told: list[Event] = field(default_factory=list)
    """Rows that were published."""
    penalties: list[int] = field(default_factory=list)


class CodeStory:
    """Draws what is said of numbers, and by them.

    Args:
        random: decides.
        new: makes an enterprise of which nobody else tells registrations.

    Attributes:
        parties: enterprises that are registered, or will be.

    """

    def __init__(self, random: Random, new: Callable[[], Party]) -> None:
        self.parties: list[Party] = []
        self._random = random
        self._new = new
        self._numbers: list[_Number] = []
        self._young: deque[_Number] = deque()
        self._told = 0

    def number(self) -> Event:
        """Register the enterprises of a number, the wrong one with it; what comes by it may come before."""
        parties = [self._new() for _ in range(_ENTERPRISES)]
        self.parties += parties
        made = _Number(f"4201{len(self._numbers):04}{parties[0].code[9:16]}", parties)
        self._numbers.append(made)
        self._young.append(made)
        made.rows += [self._row(made, place, held=place == 0) for place in range(_ENTERPRISES)]
        return self._penalty_by(made)

    def correction(self) -> Event:
        """Tell the next row that is owed; where none is, correct the register first."""
        if not self._numbers or self._random.random() < _SHARE_OF_NEW:
            return self.number()
        if self._young and self._random.random() < _SHARE_OF_YOUNG:
            of_it = self._young[0] if self._young[0].rows else self._young.popleft()
        else:
            of_it = self._drawn(_CORRECTIONS_OF_THE_LARGE)
        if not of_it.rows or (len(of_it.rows) == 1 and self._random.random() < _SHARE_AT_ONCE):
            self._correct(of_it)
        return self._next(of_it)

    def by_number(self) -> Event:
        """Tell a penalty by a number: a new one, one that says something else, or one that is sent again."""
        if not self._numbers:
            return self.number()
        return self._penalty_by(self._drawn(_SHARE_OF_THE_LARGE))

    def _penalty_by(self, of_it: _Number) -> Event:
        drawn = self._random.random()
        if not of_it.penalties or drawn < 0.7:
            of_it.penalties.append(1)
            return self._penalty(of_it, len(of_it.penalties) - 1)
        document = self._random.randrange(len(of_it.penalties))
        of_it.penalties[document] += drawn < 0.9
        return self._penalty(of_it, document)

    def old_row(self) -> Event:
        """Send a row of the register again, maybe one that holds no more."""
        if not self._numbers or not (of_it := self._drawn(_CORRECTIONS_OF_THE_LARGE)).told:
            return self.correction()
        return self._random.choice(of_it.told)

    def rest(self) -> Iterator[Event]:
        """Tell the rows that are still owed."""
        for of_it in self._numbers:
            while of_it.rows:
                yield self._next(of_it)

    def _drawn(self, share_of_the_large: float) -> _Number:
        return self._numbers[0] if self._random.random() < share_of_the_large else self._random.choice(self._numbers)

    def _next(self, of_it: _Number) -> Event:
        row = of_it.rows.popleft()
        of_it.told.append(row)
        return row

    def _correct(self, of_it: _Number) -> None:
        """Say of one enterprise that the number is not its own, and of another one that it is, in either order."""
        before = of_it.owner
        of_it.owner = self._random.choice([place for place in range(_ENTERPRISES) if place != before])
        if self._random.random() < 0.3:
            one = of_it.parties[of_it.owner]
            other = next(district for district in DISTRICTS if district != one.district)
            of_it.parties[of_it.owner] = replace(one, district=other)
        rows = [self._row(of_it, before, held=False), self._row(of_it, of_it.owner, held=True)]
        of_it.rows += rows if self._random.random() < 0.5 else rows[::-1]

    def _row(self, of_it: _Number, place: int, *, held: bool) -> Event:
        self._told += 1
        row = registration(of_it.parties[place], f"虚构登记{self._told}")
        return {**row, "claim": {**row["claim"], "registration_no": of_it.number if held else None}}

    def _penalty(self, of_it: _Number, document: int) -> Event:
        event = penalty(of_it.parties[0], document, f"0.{of_it.penalties[document]}")
        number = f"虚罚〔2018〕{of_it.number}-{document}号"
        return {
            **event,
            "header": {**event["header"], "document_no": number},
            "claim": {**event["claim"], "uscc": None, "registration_no": of_it.number},
            "content": {**event["content"], "CF_WSH": number},
        }
