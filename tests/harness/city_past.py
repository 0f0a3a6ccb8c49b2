"""Everything that a bus wrote, held against what its city declared, version after version, and the days that passed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tests.harness.changelog import stored
from tests.harness.changes import Change, Policy
from tests.harness.checker import Held, problems_before_feeds
from tests.harness.consents import ConsentsWatch
from tests.harness.declaring import Version, gated, gates_of, policies, possible_policies
from tests.harness.feed_watch import FeedWatch
from tests.harness.feeds import Evidence
from tests.harness.given_up import last_stays, moves_of_records
from tests.harness.permitted import Permitted
from tests.harness.problem import WRONG, Problem
from tests.harness.recomputation import Recomputation
from tests.harness.restatement import restatement
from tests.harness.views import views
from tests.harness.wire import Observer, Place

__all__ = ["CityPast", "problems_under"]

_CHANGES = "credit.changes"


class CityPast(NamedTuple):
    """What a city declared while it was watched.

    Attributes:
        versions: the oldest first; the last is in force.
        on: the day in the end.
        since: the day in the beginning.

    """

    versions: Sequence[Version]
    on: date
    since: date

    @property
    def gates(self) -> dict[str, str]:
        """By item, the column for whose value its records might be withheld by any version."""
        return gates_of(self.versions)

    @property
    def feeds(self) -> list[str]:
        """Topics of everybody who was a subscriber."""
        return sorted({grant["feed"] for version in self.versions for grant in version.grants.values()})


def problems_under(
    observer: Observer,
    truth: Recomputation,
    past: CityPast,
    changes: Sequence[Change],
    proof: Counter[str],
    turns: Counter[str],
    held: Held = stored,
) -> Iterator[Problem]:
    """Say what is wrong once everything has settled.

    Args:
        observer: has seen everything.
        truth: recomputed from the ingest topics.
        past: of the city.
        changes: all of them.
        proof: gets how many records of feeds show each of the signs of a changed view.
        turns: gets what became of consents, and how often records went with their code to another subject.
        held: gives what the store of a stage holds for a lane.

    """
    yield from problems_before_feeds(changes, observer, truth, held, past.on)
    yield from restatement(
        changes, truth, (), policies(past.versions, past.on), lambda item, version: gated(past.versions, item, version)
    )
    yield from _stated(changes, past)
    for lane in range(observer.partitions):
        yield from _feeds(observer, past, lane, proof, turns)
    turns.update(moves_of_records(changes))
    by_event = [change for change in last_stays(changes) if change.by_event]
    yield from views(observer, truth, by_event, list(past.versions[-1].grants.values()), past.on)


def _stated(changes: Sequence[Change], past: CityPast) -> Iterator[Problem]:
    """Say which policies changes state that never were in force, or were no more."""
    possible = possible_policies(past.versions, past.on)
    last: defaultdict[tuple[int, str], Policy] = defaultdict(lambda: Policy(0, 0))
    for change in changes:
        item, policy = change.name.item, change.policy
        if policy.version not in possible[item].versions or policy.day not in possible[item].days:
            yield Problem(WRONG, 1, f"{change.where}: {policy} of {item}, which never was in force")
        lane = change.record.place.partition, item
        if policy < last[lane]:
            yield Problem(WRONG, 1, f"{change.where}: {policy} of {item}, after {last[lane]}")
        last[lane] = policy


def _feeds(
    observer: Observer, past: CityPast, lane: int, proof: Counter[str], turns: Counter[str]
) -> Iterator[Problem]:
    permitted = Permitted(past.versions)
    watches = []
    consents = ConsentsWatch([past.since + timedelta(number) for number in range((past.on - past.since).days + 1)])
    for feed in past.feeds:
        place = Place(feed, lane)
        watch = FeedWatch(place, permitted, Evidence())
        yield from watch.read(observer.records.get(place, ()), observer.wire)
        watches.append(watch)
        proof.update(watch.proof)
    for record in observer.records[Place(_CHANGES, lane)]:
        change = observer.wire.decode(record.value)
        yield from consents.hold(change, f"{record.place} at {record.offset}")
        for watch in watches:
            yield from watch.hold_against(change)
    turns.update(consents.turns)
    for watch in watches:
        yield from watch.close()
