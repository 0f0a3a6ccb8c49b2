"""What `topics plan` counts of a version is what the feeds then get, whatever is declared and whatever records say."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.feed.effects import Effect, view_changes
from creditbus.services.domain.feed.withholding import WITHHELD
from creditbus.services.engine.store import Reading, Store
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.query.effects import EffectCounts, count_in_store, last_said
from creditbus.services.query.state import StageState
from tests.effort import share
from tests.harness.changing_city import ChangingCity
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.traffic import Traffic
from tests.properties.test_policies import STEPS, run
from tests.step_harness import LANES, Bus

Effects = dict[tuple[str, str], Counter[Effect]]

_SEEDS = st.integers(0, 2**32)
_TAKEN_BACK = {WITHHELD, *(state.value for state in RETRACTED)}


class _Lanes:
    """The profile store of a bus in memory, as the commands read it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        store = self._bus.stores["profiles", lane]
        return Reading(1, {key: store.get(key) for key in keys})


def count(city: ChangingCity, before: Any) -> EffectCounts:
    """Count what the version in force changes, of which no stage has done anything yet."""
    state = StageState("profiles", cast("Store", _Lanes(city.bus)), [0] * city.bus.parts.lanes)
    changes = list(view_changes(before, city.declared))
    return asyncio.run(count_in_store(state, changes, city.witness.on, partial(last_said, city.bus.parts.schemas)))


def on_show(bus: Bus, records: Iterable[ConsumedRecord]) -> set[bytes]:
    newest = {record.key or b"": bus.decode(record.value)["record"]["state"] for record in records}
    return {key for key, state in newest.items() if state not in _TAKEN_BACK}


def declare_and_watch(city: ChangingCity, seed: int) -> tuple[Effects, Effects, EffectCounts]:
    """Declare the next version; return what was counted, and what the feeds then got."""
    before = city.declared
    held = {name: on_show(city.bus, city.feed(name)) for name in before.grants}
    city.declare(seed)
    found = count(city, before)
    lengths = {name: len(city.feed(name)) for name in city.declared.grants}
    ends = {place: len(log) for place, log in city.bus.topics.items()}
    city.work(seed)
    got: Effects = {}

    def note(name: str, effect: Effect, keys: Iterable[bytes]) -> None:
        for key in keys:
            got.setdefault((name, key.decode().split("|")[1]), Counter())[effect] += 1

    for name in before.grants.keys() - city.declared.grants.keys():
        note(name, Effect.LEFT, held[name])
    for name, length in lengths.items():
        was, now = held.get(name, set()), on_show(city.bus, city.feed(name))
        lanes = range(city.bus.parts.lanes)
        new = [
            record
            for lane in lanes
            for record in city.bus.topics[f"feed.{name}", lane][ends.get((f"feed.{name}", lane), 0) :]
        ]
        assert len(city.feed(name)) == length + len(new)
        note(name, Effect.TAKEN, was - now)
        note(name, Effect.GIVEN, now - was)
        note(name, Effect.ALTERED, was & now & {record.key or b"" for record in new})
    return {place: counts for place, counts in found.counts.items() if counts.total()}, got, found


@given(_SEEDS, st.booleans(), st.lists(STEPS, min_size=2, max_size=16), st.lists(_SEEDS, min_size=1, max_size=4))
@settings(max_examples=share(60))
def test_what_is_counted_of_a_version_is_what_feeds_get(
    first: int,
    free: bool,  # noqa: FBT001 -- drawn
    steps: list[tuple[str, Any]],
    versions: list[int],
) -> None:
    city = ChangingCity(first, LANES, free=free)
    run(city, steps)
    city.work(first)
    for seed in versions:
        counted, got, _ = declare_and_watch(city, seed)
        assert counted == got


def test_many_subjects_and_large_ones_are_counted_as_well() -> None:
    effects: Counter[Effect] = Counter()
    for seed in range(1, 4):
        chance = Random(seed)
        city = ChangingCity(seed, chance.choice((1, 2)), free=False)
        publish(city.bus, Traffic(seed, 140, large=200).messages(MemoryWire(city.bus)))
        city.work(seed, most=400)
        for _ in range(4):
            counted, got, found = declare_and_watch(city, chance.randint(0, 9999))
            assert counted == got
            assert found.subjects == found.all_subjects
            effects.update(effect for counts in counted.values() for effect in counts.elements())
    assert min(effects[effect] for effect in Effect) > 10, effects


@pytest.mark.parametrize("held", [0, 1])
def test_a_lane_that_still_restates_is_said(held: int) -> None:
    city = ChangingCity(3, 1, free=False)
    publish(city.bus, Traffic(3, 40, large=10).messages(MemoryWire(city.bus)))
    city.work(3, most=400)
    seeds = iter(range(1000))
    before = city.declared
    while not list(view_changes(before, city.declared)) or not city.bus.busy():
        before = city.declared
        city.declare(next(seeds))
    while held and (not city.bus.busy() or count(city, before).restating == 0):
        city.work(1, 1, most=1)
    assert count(city, before).restating == held
