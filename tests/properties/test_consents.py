"""A feed that needs consents is the view of what was consented, whatever is said in whatever order, on whatever day."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.topics.declarations import declarations
from creditbus.topics.parties import Subscriber
from tests.effort import share
from tests.examples import CATALOGUE
from tests.harness.changing_city import ChangingCity
from tests.harness.declaring import ITEMS, RECEIVERS, Version
from tests.harness.memory_observer import observed
from tests.harness.views import held
from tests.properties.test_disclosed_profile import all_disclosed, on_show
from tests.properties.test_policies import ASLEEP, grant, run
from tests.properties.test_views import CONSENTS, PARTIES, Saying, by_chance, record_of, told
from tests.step_harness import LANES, built

_SEEDS = st.integers(0, 2**32)
_FEEDS = {"agency-xinda": ["all"], "district-wuchang": ["420106"]}
_RECORDS = ("penalty", "amended", "repaired", "listed", "ended", "grade A")
_MOVES = ("registered", "there", "back")


def sayings(*what: str) -> st.SearchStrategy[list[Saying]]:
    # half of what is said are consents
    said = st.sampled_from(CONSENTS) | st.sampled_from(what)
    return st.lists(st.tuples(st.integers(0, 1), said), min_size=1, max_size=5)


STEPS = st.one_of(
    st.tuples(st.just("say"), sayings(*_RECORDS, *_MOVES, "not valid")),
    st.tuples(st.just("say"), sayings(*_RECORDS)),
    st.tuples(st.just("days"), st.integers(1, 3)),
    st.tuples(st.just("work"), st.tuples(_SEEDS, st.integers(1, 30), st.sampled_from(ASLEEP))),
    st.tuples(
        st.just("grant"), st.tuples(st.sampled_from(("one", "one", "other")), st.sampled_from((True, True, False)))
    ),
)


def needing(city: ChangingCity, purpose: str, consent: bool) -> Version:  # noqa: FBT001 -- drawn
    """Declare two grants that need consents to their purpose, or need none."""
    declared = city.newest.declared
    grants = {
        name: {
            **grant(name, districts),
            "uscc": RECEIVERS[name],
            "purpose": purpose,
            "consent": consent,
            "declared": declared,
        }
        for name, districts in _FEEDS.items()
    }
    return Version(city.newest.number + 1, declared, grants)


@given(st.booleans(), st.lists(STEPS, min_size=4, max_size=20), _SEEDS)
# an entry is repeated, applied, and waits once more when its subject is registered no longer
@example(
    False,
    [
        ("say", [(0, "consent"), (1, "listed")]),
        ("say", [(1, "ended")]),
        ("work", (0, 1, ())),
        ("say", [(0, "consent"), (1, "listed"), (1, "not valid")]),
    ],
    0,
)
@settings(max_examples=share(80))
def test_feeds_follow_consents_whatever_is_said_and_whatever_day_it_is(
    free: bool,  # noqa: FBT001 -- drawn
    steps: list[tuple[str, Any]],
    last: int,
) -> None:
    city = ChangingCity(1, LANES, free=free)
    city.put_in_force(needing(city, "one", consent=True))
    run(city, steps, needing)
    city.work(last)
    assert city.problems() == []


def _subscribers() -> list[Subscriber]:
    return [
        replace(
            one, items=(*ITEMS, "subject-consent"), purpose="one", consent=True, uscc=RECEIVERS[one.id], districts=None
        )
        for one in declarations().subscribers.values()
    ]


@cache
def _stages() -> LocalStages:
    """Stages of a city whose subscribers all need consents."""
    return built(LANES, CATALOGUE, _subscribers())


@given(st.data(), sayings(*_RECORDS, *_MOVES).map(lambda said: [(0, "registered"), (0, "penalty"), *said]))
@settings(max_examples=share(60))
def test_views_are_the_same_whatever_the_order_between_records_and_consents(
    data: st.DataObject, history: list[Saying]
) -> None:
    bus = told(_stages(), history)
    bus.settle()
    queues: defaultdict[tuple[str, ...], list[Saying]] = defaultdict(list)
    for saying in history:
        queues[record_of(saying)].append(saying)
    places = data.draw(st.permutations([record_of(saying) for saying in history]))
    again = data.draw(st.lists(st.sampled_from(history), max_size=3))
    # what is sent again changes nothing, if all that was said of its record came before
    other = told(_stages(), [*[queues[place].pop(0) for place in places], *again])
    other.settle(by_chance(data.draw(st.integers(0, 99))))
    for subscriber in _subscribers():
        feed, codes = f"feed.{subscriber.id}", [one.code for one in PARTIES]
        assert held(observed(other), feed) == held(observed(bus), feed)
        assert all_disclosed(bus, grant_of(subscriber), codes) == on_show(bus, grant_of(subscriber))
