"""What departments tell in a campaign: seeded, fictional, endless.

Of all events 5 % repeat one that was reported before, 5 % amend one, 5 % name their subject by a legacy code before its
registration. Some name a subject that nobody registers, some are refused, some take an entry off a list, some say
that a subject takes the place of another, or that it does not. Some say that a subject moved or has another name; a few
move one subject with very many records twice, one right after the other. Some say that a subject consents to being
queried, or does so no more. Where the department publishes by itself, some say that a registration does not hold, or
holds again, or that there is a second one; and the register gives numbers to the wrong subjects, and corrects itself.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any, NamedTuple

from tests.harness.code_story import CodeStory
from tests.harness.consent_story import ConsentStory, Receiver
from tests.harness.traffic import (
    DISTRICTS,
    Party,
    list_entry,
    party,
    penalty,
    registration,
    second_registration,
    succession,
    withdrawn,
)

__all__ = ["CONSENT", "ENTRY", "PENALTY", "REGISTRATION", "SUCCESSION", "Step", "Story"]

REGISTRATION, PENALTY, ENTRY, SUCCESSION = "registration", "penalty", "entry", "succession"
CONSENT = "consent"

_RECENT = 2000
_LATEST = 1500
_SHARE_OF_THE_LARGE = 0.03
"""Of all penalties; one subject has them."""
_SHARE_BACK_AT_ONCE = 0.5
_SHARE_ENDING = 0.1
"""Of the penalties, those that state the last day of their publication."""


class Step(NamedTuple):
    """One event of a story.

    Attributes:
        kind: which department's file it belongs to.
        event: as the wire has it, its origin not yet filled in.
        late: it registers a subject that was named by a legacy code before.

    """

    kind: str
    event: dict[str, Any]
    late: bool = False


class Story:
    """Draws events; parties are numbered from `first`, so that two stories never speak of the same one.

    `by_itself`: the department writes its events itself, so they say more than rows of a file can. `lasts` are the days
    on which publications and consents end; the latter are to the receivers, half of them to the first.
    """

    def __init__(
        self,
        random: Random,
        first: int,
        lasts: Sequence[date],
        receivers: Sequence[Receiver],
        *,
        by_itself: bool = False,
    ) -> None:
        self._random = random
        self._lasts = lasts
        self.moves = 0
        """Registrations that lead to another district."""
        self.late = 0
        """Registrations that come after something else of their subject."""
        self._numbers = itertools.count(first)
        self._documents = itertools.count(1)
        self._told = 0
        self._known: list[Party] = []
        self._unlisted: list[Party] = []
        self._listed: list[Party] = []
        self._succeeded: dict[str, tuple[Party, Party]] = {}
        self._gone: list[Party] = []
        self._next: deque[Step] = deque()
        self._recent: deque[Step] = deque(maxlen=_RECENT)
        self._late: list[tuple[int, int, Party]] = []
        self._consents = ConsentStory(random, receivers, lasts, by_itself=by_itself)
        self._codes = CodeStory(random, self._new)
        shares: dict[Callable[[], Step | None], float] = {
            self._repetition: 0.05,
            self._amendment: 0.05,
            self._before_registration: 0.05,
            self._registration: 0.15,
            self._unregistered: 0.005,
            self._refused: 0.01,
            self._entry: 0.135,
            self._removal: 0.05,
            self._succession: 0.02,
            self._annulment: 0.01,
            self._move: 0.01,
            self._rename: 0.003,
            self._move_of_the_large: 0.0005,
            self._plain: 0.47,
            self._consent: 0.04,
            self._consent_before_registration: 0.004,
        }
        if by_itself:
            shares |= {self._invalid: 0.004, self._valid_again: 0.003, self._second: 0.002}
            shares |= {self._correction: 0.01, self._by_number: 0.02, self._old_row: 0.002}
        self._makers, self._shares = list(shares), list(shares.values())

    def steps(self) -> Iterator[Step]:
        """Tell on and on."""
        while True:
            self._told += 1
            if self._late and self._late[0][0] <= self._told:
                yield self._register(heapq.heappop(self._late)[2], late=True)
            elif self._next:
                yield self._next.popleft()
            else:
                yield self._draw()

    def rest(self) -> list[Step]:
        """End the story: the registrations and corrections that are still owed."""
        owed = [self._register(one, late=True) for *_, one in sorted(self._late)]
        self._late.clear()
        return [*self._next, *owed, *(Step(REGISTRATION, row) for row in self._codes.rest())]

    def _draw(self) -> Step:
        drawn = self._random.choices(self._makers, self._shares)[0]()
        return drawn or self._register(self._new())

    def _repetition(self) -> Step | None:
        return self._random.choice(self._recent) if self._recent else None

    def _plain(self) -> Step | None:
        if not self._known:
            return None
        large = self._random.random() < _SHARE_OF_THE_LARGE
        one = self._known[0] if large else self._random.choice(self._known)
        event = penalty(one, next(self._documents), "0.5")
        if self._random.random() < _SHARE_ENDING:
            last = self._random.choice(self._lasts).isoformat()
            event = {**event, "content": {**event["content"], "CF_GSJZQ": last}}
        return self._keep(Step(PENALTY, event))

    def _registration(self) -> Step:
        return self._register(self._new())

    def _unregistered(self) -> Step:
        return self._keep(Step(PENALTY, penalty(self._new(), next(self._documents), "0.5")))

    def _new(self) -> Party:
        return party(next(self._numbers), self._random.choice(DISTRICTS))

    def _keep(self, step: Step) -> Step:
        self._recent.append(step)
        return step

    def _register(self, one: Party, *, late: bool = False) -> Step:
        self._known.append(one)
        self._unlisted.append(one)
        self.late += late
        return self._keep(Step(REGISTRATION, registration(one, "虚构经营范围"), late))

    def _before_registration(self) -> Step:
        one, number = self._new(), next(self._documents)
        heapq.heappush(self._late, (self._told + self._random.randrange(20, _LATEST), number, one))
        return self._keep(Step(PENALTY, penalty(one, number, "0.5", one.organisation_code)))

    def _amendment(self) -> Step | None:
        step = self._random.choice(self._recent) if self._recent else None
        if step is None or step.kind in (ENTRY, SUCCESSION, CONSENT):  # a list is corrected by removals
            return self._plain()
        column = {REGISTRATION: "OPSCOPE", PENALTY: "BZ"}[step.kind]
        content = {**step.event["content"], column: f"虚构更正{self._told}"}
        return self._keep(step._replace(event={**step.event, "content": content}, late=False))

    def _move(self) -> Step | None:
        return self._moved(self._random.randrange(len(self._known))) if self._known else None

    def _move_of_the_large(self) -> Step | None:
        if not self._known:
            return None
        there = self._moved(0)
        if self._random.random() < _SHARE_BACK_AT_ONCE:
            self._next.append(self._moved(0))
        return there

    def _moved(self, place: int) -> Step:
        one = self._known[place]
        district = next(other for other in DISTRICTS if other != one.district)
        self._known[place] = replace(one, district=district)
        self._told += 1
        self.moves += 1
        return self._keep(Step(REGISTRATION, registration(self._known[place], f"虚构迁移{self._told}")))

    def _rename(self) -> Step | None:
        if not self._known:
            return None
        place = self._random.randrange(len(self._known))
        self._known[place] = replace(self._known[place], name=f"{self._known[place].name}甲")
        return self._keep(Step(REGISTRATION, registration(self._known[place], f"虚构更名{self._told}")))

    def _invalid(self) -> Step | None:
        if not self._known:
            return None
        one = self._random.choice(self._known)
        self._gone.append(one)
        return self._keep(Step(REGISTRATION, withdrawn(one, f"虚构作废{self._told}")))

    def _valid_again(self) -> Step | None:
        if not self._gone:
            return None
        one = self._gone.pop(self._random.randrange(len(self._gone)))
        return self._keep(Step(REGISTRATION, registration(one, f"虚构恢复{self._told}")))

    def _second(self) -> Step | None:
        if not self._known:
            return None
        return self._keep(Step(REGISTRATION, second_registration(self._random.choice(self._known))))

    def _refused(self) -> Step | None:
        if not self._known:
            return None
        one = self._random.choice(self._known)
        wrong = one.code[:-1] + ("0" if one.code[-1] != "0" else "1")
        return Step(PENALTY, penalty(one, next(self._documents), "0.5", wrong))

    def _entry(self) -> Step | None:
        if not self._unlisted:
            return None
        one = self._unlisted.pop(self._random.randrange(len(self._unlisted)))
        self._listed.append(one)
        return self._keep(Step(ENTRY, list_entry(one, one.code, {"SJLX": "列入"})))

    def _removal(self) -> Step | None:
        if not self._listed:
            return None
        one = self._listed.pop(self._random.randrange(len(self._listed)))
        why = self._random.choice(("到期", "撤销"))
        return self._keep(Step(ENTRY, list_entry(one, one.code, {"SJLX": "移出", "YCRQ": "2019-03-01", "YCYY": why})))

    def _succession(self) -> Step | None:
        if len(self._known) <= 1:
            return None
        first, second = self._random.sample(self._known, 2)
        if first.code in self._succeeded:
            return None
        self._succeeded[first.code] = first, second
        code = self._random.choice((second.code, second.code, second.organisation_code))
        return self._keep(Step(SUCCESSION, succession(first, second, (first.code, code))))

    def _annulment(self) -> Step | None:
        if not self._succeeded:
            return None
        first, second = self._random.choice(list(self._succeeded.values()))
        return self._keep(Step(SUCCESSION, succession(first, second, (first.code, second.code), "2019-03-01")))

    def _consent(self) -> Step | None:
        # the one with very many records now and then
        parties = [*self._known[:1], *self._known[-_RECENT:], *self._codes.parties[-_RECENT:]]
        return self._consented(self._consents.next_of(self._random.choice(parties))) if parties else None

    def _consent_before_registration(self) -> Step:
        one, number = self._new(), next(self._documents)
        heapq.heappush(self._late, (self._told + self._random.randrange(20, _LATEST), number, one))
        return self._consented(self._consents.given(one))

    def _consented(self, events: Sequence[dict[str, Any]]) -> Step:
        first, *others = (self._keep(Step(CONSENT, event)) for event in events)
        self._next += others
        return first

    # not kept: to be sent again and amended is part of their story
    def _correction(self) -> Step:
        return Step(REGISTRATION, self._codes.correction())

    def _by_number(self) -> Step:
        return Step(PENALTY, self._codes.by_number())

    def _old_row(self) -> Step:
        return Step(REGISTRATION, self._codes.old_row())
