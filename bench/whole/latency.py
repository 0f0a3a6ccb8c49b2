"""How long a record takes from the acknowledgement of its publication to where it can be read in a feed.

The reader reads every station on the way, so that the time of each stage shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from checking import ends
from ground import Ground
from load import write
from whole.identities import Identifier
from whole.loads import WholeLoads
from whole.open_loop import WARM_UP, Probe, Rate, Watched, publish
from whole.publisher import Timing
from whole.spread import percentiles
from whole.throughput import check
from whole.workers import WorkerPlan, end, pids, read, wait, workers

from creditbus.topics.names import LEDGER

__all__ = ["late", "measure"]

_SUBJECTS = 5000
_STATIONS = ("ingest", "credit.events", "credit.changes", "feed")


def measure(
    ground: Ground, rates: Sequence[Rate], plan: WorkerPlan, probe: Probe, processes: int = 1
) -> list[dict[str, object]]:
    """Return the figures of each rate, after a warm-up.

    Raises:
        RuntimeError: feeds or ledger are not as they must be: the times say nothing.

    """
    loads = WholeLoads(ground)
    first, second = loads.two_parts(_SUBJECTS, sum(rate.events for rate in (WARM_UP, *rates)))
    before = ends(ground.connection, [*(f"feed.{name}" for name in ground.declared.subscribers), LEDGER])
    write(ground.connection.bootstrap_servers, first.records)
    published = dict(zip((record.value or b"" for record in second.records), second.identities, strict=True))
    identifier = Identifier(ground.connection, loads.codec, published)
    found = []
    with workers(ground, processes, plan) as running:
        wait(running, lambda: read(running, "fanout"), first.changes)
        begin = 0
        for rate in (WARM_UP, *rates):
            part = slice(begin, begin + rate.events)
            begin += rate.events
            watched = publish(ground, rate, probe, second.records[part], second.identities[part], pids(running))
            found.append(_figures(rate, watched, identifier))
            print(f"  {found[-1]}", flush=True)
        wait(running, lambda: read(running, "fanout"), first.changes + second.changes)
        end(running)
        totals = [worker.totals for worker in running]
    check(ground, before, first, second)
    found[-1]["totals"] = totals
    return found[1:]


def _figures(rate: Rate, watched: Watched, identifier: Identifier) -> dict[str, object]:
    if rate is WARM_UP:
        return {"warm_up": True, "publisher_late_ms": late(watched.timings), "cores": watched.cores}
    at: dict[bytes, dict[str, float]] = {}
    feeds: list[tuple[float, float]] = []
    for topic, identity, moment in identifier.first_seen(watched.arrivals):
        timing = watched.published(identity)
        if timing is None:
            continue
        station = topic.partition(".")[0] if topic.startswith(("feed.", "ingest.")) else topic
        at.setdefault(identity, {"acknowledged": timing.acknowledged}).setdefault(station, moment)
        if station == "feed":
            feeds.append((moment - timing.acknowledged, moment - timing.due))
    stages: dict[str, list[float]] = {}
    for stops in at.values():
        before = "acknowledged"
        for station in _STATIONS:
            if station in stops:
                stages.setdefault(f"{before} to {station}", []).append(stops[station] - stops[before])
                before = station if station != "ingest" else "acknowledged"
    return {
        "events_per_second": rate.per_second,
        "chunk": rate.chunk,
        "feed_records": len(feeds),
        "from_acknowledged_ms": percentiles([since for since, _ in feeds]),
        "from_due_ms": percentiles([since for _, since in feeds]),
        "publication_ms": percentiles([timing.acknowledged - timing.began for timing in watched.timings]),
        "publisher_late_ms": late(watched.timings),
        "stages_ms": {name: percentiles(values) for name, values in stages.items()},
        "cores": watched.cores,
    }


def late(timings: Sequence[Timing]) -> dict[str, float]:
    """Return by how much the generator was late."""
    return percentiles([timing.began - timing.due for timing in timings])
