"""A bus in memory of a city that declares one version after the other, and on which days pass."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.local.stages import LocalStages
from creditbus.topics.names import STAGES
from creditbus.topics.parties import Name, Subscriber
from tests.harness.changes import changes_of
from tests.harness.checker import problems_before_feeds
from tests.harness.consents import CONSENT
from tests.harness.declaring import FREE, Version, first_version, gated, gates_of, next_version, policies
from tests.harness.feeds import Declared, Grant
from tests.harness.memory_observer import observed
from tests.harness.recomputation import recompute
from tests.harness.restatement import restatement
from tests.harness.turned_stages import turned_stages
from tests.harness.under_policies import Witness
from tests.harness.views import views
from tests.harness.wire import Place
from tests.step_harness import START_MS, Bus, built

__all__ = ["ChangingCity"]

_FIRST_DAY = city_day(START_MS)


class ChangingCity:
    """One city and its bus.

    Args:
        seed: of what it declares first.
        lanes: of the bus.
        free: whether its records need no registration.
    """

    def __init__(self, seed: int, lanes: int, *, free: bool) -> None:
        self._lanes = lanes
        self._free = free
        self._base = _base(lanes, free=free)
        first = first_version(Random(seed), _FIRST_DAY, free=free)
        self._begins: dict[Place, int] = {}
        self._declared: list[DeclaredGrants] = [_product(first)]
        self.bus = Bus(self._stages(_FIRST_DAY))
        self.witness = Witness(self.bus, first, _FIRST_DAY)

    @property
    def newest(self) -> Version:
        """The version in force."""
        return self.witness.versions[-1]

    @property
    def declared(self) -> DeclaredGrants:
        """The same as the stages know it."""
        return self._declared[-1]

    def feed(self, subscriber: str) -> list[ConsumedRecord]:
        """Return what is there of a subscriber's feed, by lane."""
        places = [(f"feed.{subscriber}", lane) for lane in range(self._lanes)]
        return [one for place in places for one in self.bus.topics[place][self._begins.get(Place(*place), 0) :]]

    def declare(self, seed: int) -> None:
        """Declare the next version, by chance."""
        self.put_in_force(next_version(Random(seed), self.witness.versions, self.witness.on))

    def put_in_force(self, version: Version) -> None:
        """Let the stages work by a version; a subscriber that is gone loses its feed, as `topics remove` does."""
        gone = self.newest.grants.keys() - version.grants.keys()
        self.witness.versions.append(version)
        self._declared.append(_product(version))
        self.bus.switch(self._stages(self.witness.on))
        self.witness.look()
        for place in [place for place in self.bus.topics if place[0] in {f"feed.{name}" for name in gone}]:
            self._begins[Place(*place)] = len(self.bus.topics[place])

    def pass_days(self, count: int) -> None:
        """Let it be some days later."""
        self.witness.on += timedelta(count)
        self.bus.now += count * 86_400_000
        self.bus.switch(self._stages(self.witness.on))
        self.witness.look()

    def work(self, seed: int, turns: int | None = None, asleep: Collection[str] = (), most: int = 6) -> None:
        """Let stages take turns by chance, all but those that are asleep; None: until nothing is unread."""
        chance = Random(seed)
        while turns is None or turns > 0:
            busy = [place for place in self.bus.busy() if place[0] not in asleep]
            if not busy:
                return
            self.bus.turn(*chance.choice(busy), chance.randint(1, most))
            self.witness.look()
            turns = None if turns is None else turns - 1

    def problems(self) -> list[str]:
        """Say what is wrong once everything has settled."""
        seen, free = observed(self.bus), (*(FREE if self._free else ()), CONSENT)
        truth = recompute(seen, free)
        changes = changes_of(seen, lambda _: (), gates_of(self.witness.versions))
        stores = {(stage, lane): self.bus.stores[stage, lane] for stage in STAGES for lane in range(self._lanes)}
        by_events = [change for change in changes if change.by_event]
        on, grants = self.witness.on, list(self.newest.grants.values())
        return [
            *self.witness.problems,
            *map(str, problems_before_feeds(changes, seen, truth, lambda _, stage, lane: stores[stage, lane], on)),
            *map(str, restatement(changes, truth, free, policies(self.witness.versions, on), self._gated)),
            *map(str, views(seen, truth, by_events, grants, on, self._begins)),
        ]

    def problems_of_changes(self) -> list[str]:
        """Say the same of changes and feeds alone: of more than can be recomputed."""
        changes = changes_of(observed(self.bus), lambda _: (), gates_of(self.witness.versions))
        true = policies(self.witness.versions, self.witness.on)
        return [*self.witness.problems, *map(str, restatement(changes, None, (), true, self._gated))]

    def _gated(self, item: str, version: int) -> bool:
        return gated(self.witness.versions, item, version)

    def _stages(self, on: date) -> LocalStages:
        base, newest = self._base, self._declared[-1]
        history = GrantHistory(self._declared)
        return turned_stages(base, Catalogue(newest.items), history, on)


@lru_cache
def _base(lanes: int, *, free: bool) -> LocalStages:
    return built(lanes, _catalogue(first_version(Random(0), _FIRST_DAY, free=free).declared), [])


@lru_cache(maxsize=64)
def _catalogue(declared: Declared) -> Catalogue:
    return Catalogue.parse(declared.items)


def _product(version: Version) -> DeclaredGrants:
    grants = {name: grant_of(_subscriber(name, grant)) for name, grant in version.grants.items()}
    return DeclaredGrants(version.number, grants, _catalogue(version.declared).items)


def _subscriber(name: str, grant: Grant) -> Subscriber:
    """Declare a subscriber as its file would."""
    districts = grant["districts"]
    return Subscriber(
        id=name,
        name=Name(name, name),
        kind="district",
        purpose=grant["purpose"],
        legal_basis=grant["legal_basis"],
        items=tuple(grant["items"]),
        subject_kinds=tuple(grant["subject_kinds"]),
        districts=None if "all" in districts else frozenset(districts),
        disclosure=grant["disclosure"],
        consent=grant["consent"],
        valid_until=grant["valid_until"],
        valid_from=grant.get("valid_from"),
        uscc=grant.get("uscc"),
        fields={item: tuple(codes) for item, codes in grant.get("fields", {}).items()},
        masks={
            item: {code: (kept[0], kept[1]) for code, kept in of.items()} for item, of in grant.get("masks", {}).items()
        },
    )
