"""No feed shows a record after its publication has ended, and none ends before, whatever is said, whenever days pass.

What must be shown is found day by day from a table of the rules that is written here by hand; nothing of it comes from
the stages.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import day_number, midnight_ms
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.services.profiles.app import profiles_stage
from creditbus.topics.declarations import declarations
from tests.effort import share
from tests.examples import CATALOGUE
from tests.harness.memory_observer import MemoryWire, observed, publish
from tests.harness.traffic import Event, acted, message, party, penalty, registration
from tests.harness.views import held
from tests.step_harness import Bus, machinery

Rules = tuple[tuple[date, date, dict[str, tuple[int, int]]], ...]

_ITEM, _FEED, _LANES = "administrative-penalty", "feed.agency-xinda", 1
_FIRST = date(2026, 2, 20)
#: The grant's.
_LAST = date(2027, 12, 31)
_PARTIES = [party(number, "420106") for number in range(2)]
#: First and last day, and for each class the months of the minimum and of the maximum.
_RULES: Rules = (
    (date(2023, 5, 1), date(2026, 3, 31), {"light": (3, 36), "ordinary": (3, 36), "grave": (3, 36)}),
    (date(2026, 4, 1), date.max, {"light": (0, 3), "ordinary": (3, 12), "grave": (12, 36)}),
)
#: As shipped, and as a city might have them.
_OF_A_CITY = tuple(
    (first, last, {name: (low, 2 * most) for name, (low, most) in of.items()}) for first, last, of in _RULES
)
_CLASSES = {
    "警告": "light",
    "罚款": "ordinary",
    "警告;罚款": "ordinary",
    "责令停产停业": "grave",
    "罚款;责令停产停业": "grave",
}


@dataclass
class Known:
    """What the department has said of a penalty last."""

    decided: date
    until: date | None
    kinds: str
    repaired: bool = False
    withdrawn: bool = False
    gone: bool = False
    """It is repaired, and no feed shows it any more: other rules do not bring it back."""

    def is_shown(self, today: date, rules: Rules) -> bool:
        """Tell whether it is published on a day: on none before that one its publication may have ended."""
        if self.withdrawn or self.gone:
            return False
        long, short = (self._is_over(today, rules, minimum=minimum) for minimum in (False, True))
        return not long and not (self.repaired and short)

    def _is_over(self, today: date, rules: Rules, *, minimum: bool) -> bool:
        day = self.decided
        while day <= today:
            if not minimum and self.until is not None and day > self.until:
                return True
            for first, last, classes in rules:
                months = classes[_CLASSES[self.kinds]][0 if minimum else 1]
                if first <= day <= last and day > _later(self.decided, months):
                    return True
            day += timedelta(1)
        return False


@cache
def _later(day: date, months: int) -> date:
    year, month = day.year + (day.month + months - 1) // 12, (day.month + months - 1) % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError(day)


@dataclass
class City:
    """A bus on which days pass, and what was said on it."""

    on: date = _FIRST
    known: dict[tuple[int, int], Known] = field(default_factory=dict)
    lines: int = 0
    rules: Rules = _RULES
    declared: bool = False

    def __post_init__(self) -> None:
        self.bus = Bus(_stages(self.on, of_a_city=False), now=midnight_ms(day_number(self.on)))
        self.wire = MemoryWire(self.bus)
        for one in _PARTIES:
            self.say(registration(one, "虚构经营范围"))
        self.bus.settle()

    def say(self, event: Event) -> None:
        self.lines += 1
        publish(self.bus, [message(self.wire, self.lines, event)])

    def state(self, which: tuple[int, int], age: int, term: int | None, kinds: str) -> None:
        decided = self.on - timedelta(age)
        until = None if term is None else decided + timedelta(term)
        before = self.known.get(which)
        if before is not None and before.repaired:
            return
        after = Known(decided, until, kinds)
        self.known[which] = (
            after if before is None else replace(after, repaired=before.repaired, withdrawn=before.withdrawn)
        )
        self.say(self._penalty(which))

    def act(self, which: tuple[int, int], verb: str) -> None:
        known = self.known.get(which)
        if known is None or known.withdrawn or (verb == "REPAIR" and known.repaired):
            return
        if verb == "REPAIR":
            known.repaired = True
        else:
            known.withdrawn = True
        self.say(acted(self._penalty(which), verb))

    def _penalty(self, which: tuple[int, int]) -> dict[str, Any]:
        known = self.known[which]
        event = penalty(_PARTIES[which[0]], which[1], f"{self.lines}.5")
        content = event["content"] | {
            "CF_JDRQ": known.decided.isoformat(),
            "CF_GSJZQ": None if known.until is None else known.until.isoformat(),
            "CF_CFLB": known.kinds,
        }
        return {**event, "content": content}

    def pass_days(self, count: int) -> None:
        self.on = min(self.on + timedelta(count), _LAST)
        self.bus.now = midnight_ms(day_number(self.on))
        self._switch()

    def declare(self) -> None:
        """Let other rules be in force."""
        self.settle()
        self.declared = True
        self.rules = _RULES if self.rules is _OF_A_CITY else _OF_A_CITY
        self._switch()

    def _switch(self) -> None:
        self.bus.switch(_stages(self.on, of_a_city=self.rules is _OF_A_CITY))

    def work(self, seed: int, turns: int) -> None:
        chance = Random(seed)
        for _ in range(turns):
            if busy := self.bus.busy():
                self.bus.turn(*chance.choice(busy), chance.randint(1, 4))

    def settle(self) -> None:
        """Work until nothing is unread, and look at everything."""
        self.bus.settle()
        held_now = {key.split("|")[3] for key in held(observed(self.bus), _FEED) if f"|{_ITEM}|" in key}
        expected = {which for which, known in self.known.items() if known.is_shown(self.on, self.rules)}
        assert held_now == {_document(which) for which in expected}
        for which, known in self.known.items():
            known.gone = known.gone or (known.repaired and which not in expected)
        ended = Counter(
            header["event_id"]
            for header in (self.wire.decode(record.value)["header"] for record in self.bus.read("credit.changes"))
            if header["verb"] == "EXPIRE"
        )
        if self.rules is _RULES and not self.declared:
            assert set(ended.values()) <= {1}


def _document(which: tuple[int, int]) -> str:
    named: str = penalty(_PARTIES[which[0]], which[1], "0.5")["header"]["document_no"]
    return named


@cache
def _catalogue(*, of_a_city: bool) -> Catalogue:
    if not of_a_city:
        return CATALOGUE
    item = CATALOGUE.items[_ITEM]
    periods = tuple(replace(period, max_months=2 * period.max_months) for period in item.publication.periods)
    changed = replace(item, publication=replace(item.publication, periods=periods))
    return Catalogue({**CATALOGUE.items, _ITEM: changed})


@cache
def _stages(on: date, *, of_a_city: bool) -> LocalStages:
    base, catalogue = machinery(_LANES), _catalogue(of_a_city=of_a_city)
    grants = {one.id: grant_of(one) for one in declarations().subscribers.values()}
    history = GrantHistory([DeclaredGrants(0, grants, catalogue.items)])
    made = profiles_stage(catalogue, base.codec, history, _LANES, on)
    asyncio.run(made.step.load(base.schemas))
    return replace(base, stages={**base.stages, made.name: made})


_WHICH = st.tuples(st.integers(0, 1), st.integers(1, 3))
_TERMS = st.none() | st.integers(0, 500)
STEPS = st.one_of(
    st.tuples(st.just("state"), st.tuples(_WHICH, st.integers(0, 1100), _TERMS, st.sampled_from(sorted(_CLASSES)))),
    st.tuples(st.just("act"), st.tuples(_WHICH, st.sampled_from(["REPAIR", "REPAIR", "WITHDRAW"]))),
    st.tuples(st.just("days"), st.integers(1, 40) | st.integers(1, 300)),
    st.tuples(st.just("work"), st.tuples(st.integers(0, 2**32), st.integers(1, 20))),
    st.just(("settle", None)),
    st.just(("declare", None)),
)


@given(st.lists(STEPS, min_size=4, max_size=24))
@settings(max_examples=share(300))
def test_records_are_shown_until_their_publication_ends(steps: list[tuple[str, Any]]) -> None:
    city = City()
    for what, how in steps:
        match what:
            case "state":
                city.state(*how)
            case "act":
                city.act(*how)
            case "days":
                city.pass_days(how)
            case "work":
                city.work(*how)
            case "declare":
                city.declare()
            case _:
                city.settle()
    city.settle()
