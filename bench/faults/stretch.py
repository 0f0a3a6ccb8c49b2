"""One stretch of a campaign: a cluster, the load on it, a schedule of faults, and the check at the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from faults.arrivals import arrivals
from faults.connectors import Connectors
from faults.direct import Direct
from faults.fleet import Crew
from faults.kinds import KINDS, MissedError
from faults.outlet import Mark, Outlet
from faults.pace import Pace
from faults.scene import Scene
from faults.story import Story

from creditbus.deploy.bus import apply_bus
from tests.harness.checker import WRONG, Problem, problems
from tests.harness.cluster import running_cluster
from tests.harness.passages import WAYS, passages_of
from tests.harness.recomputation import recompute
from tests.harness.wire import Observer, Wire

__all__ = ["Fault", "Plan", "Result", "run_stretch"]

_WORKERS = 2
_LARGE, _SMALL = 8000, 4500
_LARGE_FROM = 100_000
_FIRST_PARTY = 10_000_000
_TRIES = 3
_SETTLE_SECONDS = 600.0
_LOOK_SECONDS = 0.05

Say = Callable[[str], None]


class Plan(NamedTuple):
    """What is to happen.

    Attributes:
        brokers: of the cluster.
        events: to be published; a little more is.
        faults: kinds, in their order.
        seconds: from one fault to the next, at least.
        seed: of load and faults.

    """

    brokers: int
    events: int
    faults: Sequence[str]
    seconds: float
    seed: int


class Fault(NamedTuple):
    """What one fault did.

    Attributes:
        kind: of KINDS.
        brokers: of the cluster.
        events: published before it.
        first: seconds to the first new committed output of the lanes that it touched.
        every: seconds until every lane wrote changes again, after the repair.
        repaired: seconds until what broke was there again.
        silence: longest time without a change of a lane.

    """

    kind: str
    brokers: int
    events: int
    first: float
    every: float
    repaired: float
    silence: float


@dataclass(slots=True)
class Result:
    """What a stretch came to."""

    brokers: int
    events: int = 0
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    checked: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    passages: Counter[str] = field(default_factory=Counter)
    """How often a record went out of a view for its subject's district, came in, and came back in."""


def run_stretch(plan: Plan, folder: Path, result: Result, interrupted: Callable[[], bool], say: Say) -> None:
    """Do what the plan says and fill in the result as it goes, so that it is worth something at any moment.

    Args:
        plan: what is to happen.
        folder: empty, for the servers' data, files and logs.
        result: is filled in.
        interrupted: tells that the sources should end now, to be checked with what they sent.
        say: hears of every fault, after the result has it.

    """
    began = time.monotonic()
    with ExitStack() as stack:
        say(f"{plan.brokers} broker{'s' * (plan.brokers > 1)}: starting servers and workers")
        scene, observer, direct = stack.enter_context(_scene(plan, folder))
        for number, kind in enumerate(plan.faults, start=1):
            _await_share(scene, interrupted)
            if interrupted():
                break
            try:
                fault = _strike(scene, kind, plan.brokers)
            except Exception as error:  # noqa: BLE001 -- the campaign goes on and says so at its end
                result.problems.append(Problem(WRONG, 1, f"fault {number}, {kind}: {error!r}"[:500]))
                say(f"  {number:3}/{len(plan.faults)} {kind:30} FAILED: {error!r}")
                continue
            finally:
                scene.pace.next_share()
            result.faults.append(fault)
            say(_line(number, len(plan.faults), fault))
        while direct.is_alive() and not (scene.pace.complete or interrupted()):
            time.sleep(_LOOK_SECONDS)
        _finish(scene, observer, direct, result, say)
        result.seconds = time.monotonic() - began


@contextmanager
def _scene(plan: Plan, folder: Path) -> Iterator[tuple[Scene, Observer, Direct]]:
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(folder / "home", plan.brokers))
        bus = cluster.connection()
        apply_bus(bus)
        wire = Wire(bus)
        observer = stack.enter_context(closing(Observer(wire)))
        observer.open()
        pace = Pace(plan.events, len(plan.faults), plan.seconds)
        files = folder / "files"
        files.mkdir()
        lanes = observer.partitions
        direct = Direct(wire, Story(Random(f"{plan.seed}-direct"), _FIRST_PARTY, by_itself=True), pace, lanes)
        size = _LARGE if plan.events >= _LARGE_FROM else _SMALL
        connectors = Connectors(bus, files, plan.seed, size, pace, direct)
        crew = Crew(bus, folder / "workers.log", _WORKERS)
        outlet = Outlet(observer, lanes)
        random = Random(f"{plan.seed}-{plan.brokers}-faults")
        scene = Scene(cluster, bus, crew, [], connectors, outlet, pace, random, folder)
        stack.callback(scene.stop_workers)
        stack.callback(direct.end)
        stack.callback(pace.end)
        crew.start()
        outlet.start()
        crew.ready()
        direct.start()
        connectors.start()
        yield scene, observer, direct


def _await_share(scene: Scene, interrupted: Callable[[], bool]) -> None:
    """Wait for a moment that is drawn from this fault's share of the events, and for output."""
    moment, changes = scene.random.uniform(0.5, 1.0), scene.outlet.changes
    while not interrupted():
        if scene.outlet.problem is not None:
            raise scene.outlet.problem
        if scene.pace.share_is_out(moment) and scene.outlet.changes > changes:
            return
        time.sleep(_LOOK_SECONDS)


def _strike(scene: Scene, kind: str, brokers: int) -> Fault:
    events = scene.pace.published
    for _ in range(_TRIES):
        try:
            mark = KINDS[kind].strike(scene)
            break
        except MissedError:
            continue
    else:
        raise AssertionError("there was nothing to break")
    scene.until(lambda: scene.outlet.settled(mark), "output of every lane after the fault")
    return _fault(kind, brokers, events, mark)


def _fault(kind: str, brokers: int, events: int, mark: Mark) -> Fault:
    every = max(mark.every.values())
    return Fault(kind, brokers, events, mark.first or 0.0, every, mark.repaired, mark.silence)


def _line(number: int, faults: int, fault: Fault) -> str:
    repaired = f", there again after {fault.repaired:.1f} s" if fault.repaired else ""
    return (
        f"  {number:3}/{faults} at {fault.events:7,} events  {fault.kind:30} first output {fault.first:5.2f} s, "
        f"every lane {fault.every:5.2f} s{repaired}"
    )


def _finish(scene: Scene, observer: Observer, direct: Direct, result: Result, say: Say) -> None:
    """Let the sources end, wait for all outcomes, and check."""
    say("  sources end; waiting for every outcome")
    scene.pace.end()
    scene.connectors.join()
    direct.end()  # after the connectors, which hand late registrations over
    direct.join()
    scene.outlet.end()
    result.events = scene.pace.published
    for source in (direct.failed, scene.connectors.failed):
        result.problems += [Problem(WRONG, 1, f"a source failed: {what}") for what in source]
    try:
        observer.settle(_SETTLE_SECONDS)
    except AssertionError as error:
        result.problems.append(Problem(WRONG, 1, str(error)[:500]))
    say("  checking against a recomputation from the ingest topics")
    result.events = len(observer.of("ingest."))
    result.counts = observer.totals().copy()
    folders = [scene.cluster.home / "data" / name for name in scene.brokers]
    result.problems += [
        *arrivals(observer, direct, scene.connectors, folders),
        *problems(observer, recompute(observer)),
    ]
    result.passages = passages_of(observer)
    result.problems += [
        Problem(WRONG, 1, f'no record went "{way}": the traffic proves nothing of views')
        for way in WAYS
        if not result.passages[way]
    ]
    result.problems += _skipped_markers(scene)
    result.checked = True


def _skipped_markers(scene: Scene) -> Iterator[Problem]:
    """Say whether a broker forgot to end transactions in some partitions (KAFKA-20734): nobody is exact on it."""
    for name in scene.brokers:
        log = scene.cluster.home / "logs" / f"{name}.log"
        skipped = log.read_text(encoding="utf-8", errors="replace").count(
            "Couldn't find leader endpoint for partitions"
        )
        if skipped:
            yield Problem(WRONG, skipped, f"{name} skipped the markers of transactions: KAFKA-20734")
