"""How long other changes take while records are restated by the million, next to how long they take without that.

Licences are published open loop, as of `latency`. They are timed in the feeds of subscribers whose grants stay, while
another one's changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice
from typing import Final

from checking import ends, written
from whole.city import City, city
from whole.feed_views import FeedDecoder
from whole.latency import late
from whole.open_loop import WARM_UP, Probe, Rate, Watched, publish
from whole.restatement import SUBSCRIBER
from whole.spread import percentiles
from whole.standing_records import ITEM, StandingRecords
from whole.workers import Look, WorkerPlan, end, pids, read, wait, workers

from creditbus.topics.names import FEED

__all__ = ["beside"]

_LANES: Final = 4
#: Feeds of grants that stay, and that have all that is published here.
_OTHERS: Final = ("agency-xinda", "district-wuchang")


def beside(records: int, rate: Rate, fetch_wait: int, settings: Sequence[str] = ()) -> dict[str, object]:
    """Restate this many licences, and those that came before the restatement, while others come.

    Args:
        records: how many stand before.
        rate: of the others, first without and then with a restatement under way.
        fetch_wait: of the reader, milliseconds.
        settings: of the engine.

    Raises:
        RuntimeError: a feed is not as it must be: the times say nothing.

    """
    with city(_LANES) as place:
        standing = StandingRecords(place.ground, _LANES, records)
        standing.establish(settings)
        before = ends(place.ground.connection, [FEED + name for name in _OTHERS])
        figures, others = _measured(place, standing, rate, Probe(fetch_wait, stations=False, feeds=_OTHERS), settings)
        _expect(standing, others, written(place.ground.connection, before)[0])
    return {"records": records, "events_per_second": rate.per_second, **figures}


def _measured(
    place: City, standing: StandingRecords, rate: Rate, probe: Probe, settings: Sequence[str]
) -> tuple[dict[str, object], int]:
    """Return the figures, and how many other licences came."""
    numbers = count(standing.count)
    decode = FeedDecoder(place.ground.connection)
    with workers(place.ground, 1, WorkerPlan(settings=settings, follow=True)) as running:

        def flow(one: Rate) -> Watched:
            mine = list(islice(numbers, one.events))
            told, keys = [standing.licence(number) for number in mine], [standing.key(number) for number in mine]
            return publish(place.ground, one, probe, told, keys, pids(running))

        flow(WARM_UP)
        quiet = _figures(flow(rate), decode, [])
        print(f"  without a restatement: {quiet}", flush=True)
        others = WARM_UP.events + rate.events
        wait(running, lambda: read(running, "fanout"), others)
        declared, restated = running[0].looks[-1], standing.count + others
        place.declare(SUBSCRIBER, items=[*place.grant(SUBSCRIBER)["items"], ITEM])
        wait(running, lambda: _restated(running[0].looks[-1], declared), 1)
        watched = flow(rate)
        others += rate.events
        wait(running, lambda: read(running, "fanout"), restated + others)
        end(running)
    under_way = [look for look in running[0].looks if 0 < _restated(look, declared) < restated]
    during = _figures(watched, decode, under_way)
    seconds = under_way[-1]["at"] - under_way[0]["at"]
    pace = {"restated": restated, "restated_per_second": round(restated / seconds), "seconds": round(seconds, 1)}
    print(f"  while records are restated: {during} {pace}", flush=True)
    return {"without": quiet, "during": during | pace}, others


def _restated(look: Look, since: Look) -> float:
    """Return how many restated records fanout has read; what else came to it is what intake had read."""
    return float(
        look["read"].get("fanout", 0)
        - since["read"].get("fanout", 0)
        - look["read"].get("intake", 0)
        + since["read"].get("intake", 0)
    )


def _figures(watched: Watched, decode: FeedDecoder, under_way: Sequence[Look]) -> dict[str, object]:
    until = under_way[-1]["at"] if under_way else float("inf")
    seconds, due = [], []
    for moment, _, value in watched.arrivals:
        entry = decode(value)
        record = entry["record"]
        key = "|".join((entry["subject"]["code"], record["item"], record["authority"], record["document_no"]))
        timing = watched.published(key.encode())
        if timing is not None and timing.acknowledged < until:
            seconds.append(moment - timing.acknowledged)
            due.append(moment - timing.due)
    return {
        "feed_records": len(seconds),
        "from_acknowledged_ms": percentiles(seconds),
        "from_due_ms": percentiles(due),
        "publisher_late_ms": late(watched.timings),
        "cores": watched.cores,
    }


def _expect(standing: StandingRecords, others: int, wrote: dict[str, int]) -> None:
    """Nobody else gets anything for the restatement, and the newest record of each key is as it must be."""
    if wrote != dict.fromkeys((FEED + name for name in _OTHERS), others):
        message = f"feeds of grants that stay got {wrote}, not {others} each"
        raise RuntimeError(message)
    for name in (SUBSCRIBER, *_OTHERS):
        standing.expect(name, standing.count + others, granted=True)
