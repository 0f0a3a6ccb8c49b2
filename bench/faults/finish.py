"""The end of a stretch: the sources end, a last day comes, and everything is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from faults.arrivals import arrivals
from faults.canaries import canaries, is_end_of_canary
from faults.direct import Direct
from faults.result import Copied, Result
from faults.scene import Scene

from tests.harness.changes import changes_of
from tests.harness.city_past import problems_under
from tests.harness.consents import TURNS
from tests.harness.feeds import grants_of_the_city
from tests.harness.given_up import GIVEN_UP
from tests.harness.held_copy import copy_problems, newest_rows
from tests.harness.passages import WAYS, passages
from tests.harness.problem import WRONG, Problem
from tests.harness.proof import CONSENTED, SIGNS
from tests.harness.recomputation import recompute
from tests.harness.view_changes import MIDNIGHT, VIEW_CHANGES
from tests.harness.waiting import until
from tests.harness.wire import Observer, Place

__all__ = ["finish"]

_SETTLE_SECONDS = 600.0
_DAY_SECONDS = 300.0
_ENOUGH = 50
"""Changes of views after which each of their signs must have been seen."""


def finish(scene: Scene, observer: Observer, direct: Direct, result: Result, say: Callable[[str], None]) -> None:
    """Let the sources end, wait for all outcomes, and check."""
    say("  sources end; waiting for every outcome")
    scene.pace.end()
    scene.city.join()
    scene.connectors.join()
    direct.hand_over(canaries(scene.outlet.lanes, scene.city.past.on))
    direct.end()  # after the connectors, which hand late registrations over
    direct.join()
    scene.outlet.end()
    result.events = scene.pace.published
    for source in (direct.failed, scene.connectors.failed, scene.city.failed, scene.operator.failed):
        result.problems += [Problem(WRONG, 1, f"a source failed: {what}") for what in source]
    try:
        observer.settle(_SETTLE_SECONDS)
        scene.city.open_again([copy.subscriber for copy in scene.copies])
        _last_midnight(scene, observer)
    except AssertionError as error:
        result.problems.append(Problem(WRONG, 1, str(error)[:500]))
    for copy in scene.copies:
        copy.end()
    say("  checking against a recomputation from the ingest topics")
    result.events = len(observer.of("ingest."))
    result.counts = observer.totals().copy()
    folders = [scene.cluster.home / "data" / name for name in scene.brokers]
    past = scene.city.past
    changes = changes_of(observer, lambda _: (), past.gates)
    result.problems += [
        *arrivals(observer, direct, scene.connectors, folders),
        *problems_under(observer, recompute(observer), past, changes, result.proof, result.turns),
    ]
    result.problems += _of_copies(scene, observer, result)
    result.passages = passages(changes, grants_of_the_city())
    result.changes = scene.city.made + _told(scene, direct)
    result.problems += _proves_nothing(result)
    result.problems += _skipped_markers(scene)
    result.restarts = scene.operator.restarts
    result.checked = True


def _last_midnight(scene: Scene, observer: Observer) -> None:
    """Let a last day come, and wait until it has come to each lane, and all of it is done."""
    scene.city.change(MIDNIGHT)
    seen: set[int] = set()
    read: Counter[int] = Counter()

    def everywhere() -> bool:
        observer.poll()
        for lane in scene.outlet.lanes:
            records = observer.records[Place("credit.changes", lane)]
            headers = (observer.wire.decode(record.value)["header"] for record in records[read[lane] :])
            if any(is_end_of_canary(header) for header in headers):
                seen.add(lane)
            read[lane] = len(records)
        return len(seen) == len(scene.outlet.lanes)

    until(everywhere, "the last day has come to every lane", _DAY_SECONDS)
    observer.settle(_SETTLE_SECONDS)


def _of_copies(scene: Scene, observer: Observer, result: Result) -> Iterator[Problem]:
    for copy in scene.copies:
        copy.complete()
        feed = f"feed.{copy.subscriber}"
        wanted = newest_rows(observer, feed)
        yield from copy_problems(wanted, feed, copy.url)
        yield from (Problem(WRONG, 1, what) for what in copy.failed)
        database = copy.url.partition(":")[0].partition("+")[0]
        there = sum(map(len, wanted.values()))
        result.copies.append(Copied(copy.subscriber, database, copy.kills, there, copy.left))


def _told(scene: Scene, direct: Direct) -> Counter[str]:
    """Count what events changed of views."""
    stories = [direct.story, *scene.connectors.stories]
    return Counter(
        {"subject moved": sum(one.moves for one in stories), "registered late": sum(one.late for one in stories)}
    )


def _proves_nothing(result: Result) -> Iterator[Problem]:
    for way in WAYS:
        if not result.passages[way]:
            yield Problem(WRONG, 1, f'no record went "{way}": the traffic proves nothing of views')
    enough = sum(result.changes[kind] for kind in VIEW_CHANGES) >= _ENOUGH
    seen = result.proof + result.turns
    for copied in result.copies:
        if enough and not copied.records:
            yield Problem(WRONG, 1, f"the copy of {copied.subscriber} holds nothing: it proves nothing")
    for sign in (*TURNS, GIVEN_UP, CONSENTED, *(SIGNS if enough else ())):
        if not seen[sign]:
            yield Problem(WRONG, 1, f'nothing was "{sign}": the changes prove nothing of views')


def _skipped_markers(scene: Scene) -> Iterator[Problem]:
    """Say whether a broker forgot to end transactions in some partitions (KAFKA-20734): nobody is exact on it."""
    for name in scene.brokers:
        log = scene.cluster.home / "logs" / f"{name}.log"
        skipped = log.read_text(encoding="utf-8", errors="replace").count(
            "Couldn't find leader endpoint for partitions"
        )
        if skipped:
            yield Problem(WRONG, skipped, f"{name} skipped the markers of transactions: KAFKA-20734")
