"""What an event costs as the bus grows: records of a profile, partitions, departments, feeds, grants.

Each point is a run on servers of its own with what it needs declared. Growth by subjects is in subjects.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from checking import ends, written
from ground import Ground, servers
from load import Sent
from whole.fanout_alone import fanout_alone
from whole.folder import Size, made
from whole.grants import differing
from whole.loads import WholeLoads
from whole.segments import Segment, segments
from whole.stamps import Stamps, expected, write_all
from whole.takeover import takeover
from whole.throughput import backlog
from whole.workers import WorkerPlan, end, read, wait, workers

from creditbus.topics.declarations import declarations
from creditbus.topics.names import LEDGER

__all__ = ["departments", "feeds", "grants", "partitions", "records"]

_LANES = 4
_SUBJECTS = 100
_WARM = 50_000
_FEED_RECORDS = 2_000_000


def records(most: int) -> dict[str, object]:
    """Let a hundred profiles grow to `most` records each; cost of an event by the records that its profile has.

    The stage is profiles alone, the only one that looks at a profile. First come 50,000 registrations, to be warm, then
    a licence of each of these subjects, whose profile has one record.
    """
    with servers() as ground:
        stamps = Stamps(ground)
        count = write_all(ground.connection.bootstrap_servers, _growing(stamps, most))
        before = ends(ground.connection, ["credit.changes"])
        with workers(ground, 1, WorkerPlan(("profiles",))) as running:
            wait(running, lambda: read(running, "profiles"), count)
            end(running)
        changes, _ = written(ground.connection, before)
        if changes != {"credit.changes": count}:
            message = f"profiles wrote {changes} of {count} events"
            raise RuntimeError(message)
    sizes = [size for size in (1000, 2000, 4000, 6000, 8000, 9000, 10_000) if size <= most]
    marks = [_WARM, 2 * _WARM, *(2 * _WARM + _SUBJECTS * size for size in sizes)]
    found = segments(running[0].looks, "profiles", marks)
    parts = [
        f"1 record, of {_WARM:,} subjects",
        *(f"up to {size:,} records, of {_SUBJECTS} subjects" for size in sizes),
    ]
    shown = {name: _shown(part) for name, part in zip(parts, found, strict=True)}
    print("\n".join(f"  {name}: {part}" for name, part in shown.items()), flush=True)
    return {"segments": shown}


def _growing(stamps: Stamps, most: int) -> Iterator[Sent]:
    for subject in range(_WARM):
        yield stamps.registered(subject)
    for subject in range(_WARM):
        yield stamps.licensed(subject, 0)
    for number in range(1, most + 1):
        for subject in range(_SUBJECTS):
            yield stamps.licensed(subject, number)


def _shown(part: Segment) -> dict[str, float]:
    return {
        "from": part.first,
        "to": part.last,
        "cpu_us_per_event": round(part.cpu_us, 1),
        "rss_mb": round(part.rss_mb),
    }


def partitions(numbers: Sequence[int], events: int) -> dict[str, object]:
    """Run the whole way with each of these numbers of partitions of every topic."""
    found: dict[str, object] = {}
    for number in numbers:
        with tempfile.TemporaryDirectory() as scratch:
            folder = made(Path(scratch), Size(partitions=number))
            with servers(declared=declarations(folder)) as ground:
                load = WholeLoads(ground).mixed(events)
                figures = backlog(ground, load, 1, WorkerPlan(declared=folder))
                figures |= takeover(ground, WorkerPlan(declared=folder), number)
        found[str(number)] = figures
        print(f"  {number} partitions: {figures}", flush=True)
    return found


def departments(numbers: Sequence[int], events: int) -> dict[str, object]:
    """Run the whole way with each of these department counts, all of which publish; then look at start and takeover.

    Where that is no more than the package's own departments, one of these publishes all licences.
    """
    found: dict[str, object] = {}
    for number in numbers:
        with tempfile.TemporaryDirectory() as scratch:
            folder = made(Path(scratch), Size(departments=number))
            with servers(declared=declarations(folder)) as ground:
                figures = _from_departments(ground, folder, events)
                figures |= takeover(ground, WorkerPlan(declared=folder), _LANES)
        found[str(number)] = figures
        print(f"  {number} departments: {figures}", flush=True)
    return found


def _from_departments(ground: Ground, folder: Path, events: int) -> dict[str, float]:
    stamps = Stamps(ground)
    names = sorted(ground.declared.departments.keys() - declarations().departments.keys()) or [""]
    subjects = events // 4
    plan = WorkerPlan(declared=folder)
    before = ends(ground.connection, [*(f"feed.{name}" for name in ground.declared.subscribers), LEDGER])
    write_all(ground.connection.bootstrap_servers, map(stamps.registration, range(subjects)))
    with workers(ground, 1, plan) as running:
        wait(running, lambda: read(running, "fanout"), subjects)
    licences = (stamps.licence(place % subjects, place, names[place % len(names)]) for place in range(events))
    write_all(ground.connection.bootstrap_servers, licences)
    with workers(ground, 1, plan) as running:
        wait(running, lambda: read(running, "fanout"), events)
        end(running)
    found = written(ground.connection, before)
    if found != expected(ground, subjects, events):
        message = f"wrote {found} of {subjects} registrations and {events} licences"
        raise RuntimeError(message)
    looks = [look for look in running[0].looks if look["read"].get("intake")]
    first, last = looks[0], next(look for look in looks if look["read"].get("fanout", 0) >= events)
    return {
        "events_per_second": events / (last["at"] - first["at"]),
        "cpu_us_per_event": (last["cpu"] - first["cpu"]) / events * 1e6,
        "peak_rss_mb": last["peak_mb"],
        "losses": sum(last["lost"].values()),
    }


def feeds(numbers: Sequence[int], most: int) -> dict[str, object]:
    """Run fanout alone with each of these numbers of feeds that admit everything; cost of a feed record.

    Changes are as many as make at most `_FEED_RECORDS` feed records, and not more than `most`.
    """
    return _fanned(numbers, most, "feeds", lambda folder, number: made(folder, Size(feeds=number)))


def grants(numbers: Sequence[int], most: int) -> dict[str, object]:
    """Run fanout alone with each of these numbers of grants of which no two are alike; changes as of `feeds`."""
    return _fanned(numbers, most, "grants", lambda folder, number: differing(made(folder, Size()), number))


def _fanned(numbers: Sequence[int], most: int, what: str, declare: Callable[[Path, int], Path]) -> dict[str, object]:
    found: dict[str, object] = {}
    for number in numbers:
        with tempfile.TemporaryDirectory() as scratch:
            folder = declare(Path(scratch), number)
            with servers(declared=declarations(folder)) as ground:
                figures = fanout_alone(ground, folder, min(most, _FEED_RECORDS // number))
        found[str(number)] = figures
        print(f"  {number} {what}: {figures}", flush=True)
    return found
