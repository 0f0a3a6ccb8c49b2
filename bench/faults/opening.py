"""The beginning of a stretch: servers, workers, sources, copies and a city."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from faults.city import City
from faults.connectors import Connectors
from faults.copies import Copy
from faults.direct import Direct
from faults.fleet import Crew
from faults.operator import Operator
from faults.outlet import Outlet
from faults.pace import Pace
from faults.scene import Scene

from creditbus.topics.city import example_city, use_city
from creditbus.topics.connection import Connection
from tests.harness.cluster import running_cluster
from tests.harness.postgres import is_installed, running_postgres
from tests.harness.view_changes import schedule_of
from tests.harness.wire import Observer, Wire

__all__ = ["Plan", "opened"]

_WORKERS = 2
_LARGE, _SMALL = 8000, 4500
_LARGE_FROM = 100_000
_FIRST_PARTY = 10_000_000
_SQLITE, _POSTGRES = "sqlite", "postgresql"
_COPIES = (("agency-xinda", _SQLITE), ("district-wuchang", _POSTGRES))
"""Whose feeds are copied, and where to."""


class Plan(NamedTuple):
    """What is to happen.

    Attributes:
        brokers: of the cluster.
        events: to be published; a little more is.
        faults: kinds, in their order.
        changes: of views, how many.
        seconds: from one fault to the next, at least.
        seed: of load and faults.

    """

    brokers: int
    events: int
    faults: Sequence[str]
    changes: int
    seconds: float
    seed: int


@contextmanager
def opened(plan: Plan, folder: Path, say: Callable[[str], None]) -> Iterator[tuple[Scene, Observer, Direct]]:
    """Start everything and put it under load; end all of it with the block.

    Args:
        plan: what is to happen.
        folder: empty, for the servers' data, files and logs.
        say: hears of every change of views.

    """
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(folder / "home", plan.brokers))
        bus = cluster.connection()
        pace = Pace(plan.events, len(plan.faults), plan.seconds)
        chance = Random(f"{plan.seed}-{plan.brokers}-city")
        city = City(bus, folder, pace, plan.events, schedule_of(chance, plan.changes), chance, say)
        stack.callback(use_city, example_city())
        city.found()
        wire = Wire(bus)
        observer = stack.enter_context(closing(Observer(wire)))
        observer.open()
        files = folder / "files"
        files.mkdir()
        lanes = observer.partitions
        story = city.tells(Random(f"{plan.seed}-direct"), _FIRST_PARTY, by_itself=True)
        direct = Direct(wire, story, pace, lanes)
        size = _LARGE if plan.events >= _LARGE_FROM else _SMALL
        connectors = Connectors(bus, files, plan.seed, size, pace, direct, city.tells)
        crew = Crew(bus, folder / "workers.log", city.day, _WORKERS)
        outlet = Outlet(observer, lanes)
        random = Random(f"{plan.seed}-{plan.brokers}-faults")
        copies = [stack.enter_context(_copy(bus, folder, *place, plan.seed)) for place in _COPIES if _can_be(place[1])]
        operator = Operator(cluster, [name for name in cluster.names if name.startswith("kafka")], say)
        scene = Scene(cluster, bus, crew, [], connectors, city, copies, operator, outlet, pace, random, folder)
        stack.callback(scene.stop_workers)
        stack.callback(direct.end)
        stack.callback(pace.end)
        stack.callback(operator.end)
        crew.start()
        outlet.start()
        crew.ready()
        for thread in (direct, connectors, city, operator, *copies):
            thread.start()
        yield scene, observer, direct


def _can_be(database: str) -> bool:
    return database != _POSTGRES or is_installed()


@contextmanager
def _copy(bus: Connection, folder: Path, subscriber: str, database: str, seed: int) -> Iterator[Copy]:
    with ExitStack() as stack:
        url = f"sqlite:///{folder / database}.db"
        if database == _POSTGRES:
            url = stack.enter_context(running_postgres())
        log = folder / f"copy-{database}.log"
        copy = Copy(bus, subscriber, url, log, Random(f"{seed}-{database}"))
        stack.callback(copy.end)
        yield copy
