"""Every feed is the view of its grant of now, whatever a city declares meanwhile and whatever day it becomes.

Versions and days come at any moment: with events on the way, with fanout or profiles far behind, and while the records
of a version or a day before are still being restated.
"""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import share
from tests.examples import Example
from tests.harness.changing_city import ChangingCity
from tests.harness.declaring import ITEMS, Version
from tests.harness.feeds import Grant
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.traffic import Traffic, message
from tests.properties.test_views import CONSENTS, histories, said
from tests.step_harness import LANES
from tests.strategies import publications


def grant(name: str, districts: list[str]) -> Grant:
    return {
        "feed": f"feed.{name}",
        "purpose": "one",
        "legal_basis": "law",
        "items": list(ITEMS),
        "subject_kinds": ["ENTERPRISE"],
        "districts": districts,
        "disclosure": "public",
        "consent": False,
        "valid_until": date(2099, 12, 31),
    }


ASLEEP = ((), (), ("fanout",), ("profiles",), ("profiles", "fanout"), ("resolver",))

_SEEDS = st.integers(0, 2**32)
_DECLARED = st.tuples(st.just("declare"), _SEEDS)
STEPS = st.one_of(
    # what it is about comes as often as all the rest
    _DECLARED,
    _DECLARED,
    st.tuples(st.just("say"), histories("second", "third", "second not valid", *CONSENTS).map(lambda told: told[:6])),
    st.tuples(st.just("days"), st.integers(1, 3)),
    st.tuples(st.just("work"), st.tuples(_SEEDS, st.integers(1, 30), st.sampled_from(ASLEEP))),
)


_FIRST = [
    *((0, what) for what in ("registered", "penalty", "grade A", "listed")),
    *((1, what) for what in ("registered", "penalty", "grade B", "listed")),
]


Declaring = Callable[..., Version]
"""Makes a city's next version of what a step says of it."""


def run(city: ChangingCity, steps: list[tuple[str, Any]], declaring: Declaring | None = None) -> None:
    wire, row = MemoryWire(city.bus), 0
    # something is there from the start: most of what is drawn changes grants
    for what, how in (("say", _FIRST), *steps):
        if what == "say":
            publish(city.bus, [message(wire, row + number, said(one)) for number, one in enumerate(how, start=1)])
            row += len(how)
        elif what == "grant" and declaring is not None:
            city.put_in_force(declaring(city, *how))
        elif what == "declare":
            city.declare(how)
        elif what == "days":
            city.pass_days(how)
        else:
            city.work(*how)


@pytest.mark.parametrize("districts", [["all"], ["420102"]], ids=["as before", "narrower"])
@pytest.mark.parametrize("asleep", [(), ("profiles",)], ids=["in time", "profiles far behind"])
def test_who_comes_back_as_a_subscriber_gets_its_records_anew(districts: list[str], asleep: tuple[str, ...]) -> None:
    city = ChangingCity(1, 1, free=False)
    declared = city.newest.declared

    def declare(*grants: Grant) -> None:
        found = {grant["feed"].removeprefix("feed."): {**grant, "declared": declared} for grant in grants}
        city.put_in_force(Version(city.newest.number + 1, declared, found))

    one, wide = grant("agency-xinda", ["all"]), grant("district-wuchang", ["all"])
    declare(one, wide)
    run(city, [])
    city.work(1, asleep=("fanout",) if asleep else ())
    declare(one)
    # what was emitted while it was a subscriber passes fanout while it is away
    city.work(1, asleep=asleep)
    declare(one, {**wide, "districts": districts})
    city.work(1)
    assert city.problems() == []


@given(_SEEDS, st.booleans(), st.lists(STEPS, min_size=4, max_size=24), _SEEDS)
@settings(max_examples=share(150))
def test_feeds_are_views_whatever_is_declared_and_whatever_day_it_is(
    first: int,
    free: bool,  # noqa: FBT001 -- drawn
    steps: list[tuple[str, Any]],
    last: int,
) -> None:
    city = ChangingCity(first, LANES, free=free)
    run(city, steps)
    city.work(last)
    assert city.problems() == []
    before = {place: len(log) for place, log in city.bus.topics.items()}
    city.put_in_force(city.newest._replace(number=city.newest.number + 1))
    assert {place: len(log) for place, log in city.bus.topics.items()} == before, "nothing changed, and lanes were told"


@given(
    _SEEDS,
    st.lists(
        publications("uscc", "organisation_code").map(lambda events: events[:8]) | st.tuples(_SEEDS, _SEEDS), max_size=8
    ),
    _SEEDS,
)
@settings(max_examples=share(60))
def test_records_are_restated_under_other_policies_whatever_happens_to_them(
    first: int, steps: list[list[Example] | tuple[int, int]], last: int
) -> None:
    city = ChangingCity(first, LANES, free=False)
    for step in steps:
        if isinstance(step, tuple):
            city.work(step[0], step[0] % 30)
            city.declare(step[1])
        else:
            for event in step:
                city.bus.publish(event)
    city.work(last)
    assert city.problems_of_changes() == []


@pytest.mark.parametrize("seed", range(1, 1 + share(8)))
def test_lanes_of_many_subjects_and_large_ones_under_other_policies(seed: int) -> None:
    chance = Random(seed)
    city = ChangingCity(seed, chance.choice((1, 2)), free=False)
    messages = Traffic(seed, 140, large=200).messages(MemoryWire(city.bus))
    while messages:
        count = chance.randint(100, 500)
        publish(city.bus, messages[:count])
        del messages[:count]
        for _ in range(chance.randint(1, 3)):
            city.work(chance.randint(0, 9999), chance.randint(1, 40), chance.choice(ASLEEP), most=60)
            if chance.random() < 0.7:
                city.declare(chance.randint(0, 9999))
            else:
                city.pass_days(chance.randint(1, 3))
    city.work(seed, most=60)
    assert city.problems() == []
