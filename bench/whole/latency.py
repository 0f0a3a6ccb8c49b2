"""How long a record takes from the acknowledgement of its publication to where it can be read in a feed.

The publisher and the reader are processes of their own. The reader reads every station on the way, so that the time of
each stage shows; all of them are read committed.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from checking import ends
from ground import Ground
from load import Sent, write
from whole.identities import Identifier
from whole.loads import SEED, WholeLoad, WholeLoads
from whole.processors import Processors
from whole.publisher import Publication, Timing
from whole.spread import percentiles
from whole.throughput import check
from whole.workers import WorkerPlan, end, pids, read, wait, workers

from creditbus.topics.names import LEDGER

__all__ = ["Probe", "Rate", "measure"]

_BENCH = Path(__file__).parent.parent
_CONNECTORS = 4
_SUBJECTS = 5000
_WARM_SECONDS = 3.0
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.2
_STATIONS = ("ingest", "credit.events", "credit.changes", "feed")


class Rate(NamedTuple):
    """One load.

    Attributes:
        per_second: events.
        seconds: how long, the first three seconds left out of the figures.
        chunk: events that a connector publishes together.

    """

    per_second: int
    seconds: float
    chunk: int

    @property
    def events(self) -> int:
        """How many in all."""
        return int(self.per_second * self.seconds)


#: A fresh broker spends its first minute compiling itself.
_WARM_UP = Rate(2000, 20.0, 20)


class Probe(NamedTuple):
    """How the reader reads: milliseconds of its fetch wait, and whether the stations between are read too."""

    fetch_wait: int = 10
    stations: bool = True


def measure(
    ground: Ground, rates: Sequence[Rate], plan: WorkerPlan, probe: Probe, processes: int = 1
) -> list[dict[str, object]]:
    """Return the figures of each rate, after a warm-up.

    Raises:
        RuntimeError: feeds or ledger are not as they must be: the times say nothing.

    """
    loads = WholeLoads(ground)
    first, second = loads.two_parts(_SUBJECTS, sum(rate.events for rate in (_WARM_UP, *rates)))
    before = ends(ground.connection, [*(f"feed.{name}" for name in ground.declared.subscribers), LEDGER])
    write(ground.connection.bootstrap_servers, first.records)
    published = dict(zip((record.value or b"" for record in second.records), second.identities, strict=True))
    identifier = Identifier(ground.connection, loads.codec, published)
    found = []
    with workers(ground, processes, plan) as running:
        wait(running, lambda: read(running, "fanout"), first.changes)
        begin = 0
        for rate in (_WARM_UP, *rates):
            part = slice(begin, begin + rate.events)
            begin += rate.events
            found.append(_one(ground, rate, probe, second, part, identifier, pids(running)))
            print(f"  {found[-1]}", flush=True)
        wait(running, lambda: read(running, "fanout"), first.changes + second.changes)
        end(running)
        totals = [worker.totals for worker in running]
    check(ground, before, first, second)
    found[-1]["totals"] = totals
    return found[1:]


def _one(
    ground: Ground,
    rate: Rate,
    probe: Probe,
    load: WholeLoad,
    part: slice,
    identifier: Identifier,
    worker_pids: Mapping[str, int],
) -> dict[str, object]:
    records, identities = load.records[part], load.identities[part]
    publications, places = _schedule(records, identities, rate)
    with tempfile.TemporaryDirectory() as folder:
        given, timed, seen = (Path(folder) / name for name in ("publications", "timings", "seen"))
        given.write_bytes(pickle.dumps(publications))
        servers = ground.connection.bootstrap_servers
        topics = _topics(ground, stations=probe.stations)
        reader = _start(
            "whole.reader",
            f"--servers={servers}",
            f"--result={seen}",
            f"--fetch-wait={probe.fetch_wait}",
            *(f"--topic={topic}" for topic in topics),
        )
        assert reader.stdout is not None  # noqa: S101 -- asked for
        reader.stdout.readline()
        publisher = _start("whole.publisher", servers, str(given), str(timed))
        busy = Processors({**ground.pids, **worker_pids, "reader": reader.pid, "publisher": publisher.pid})
        cores = busy.cores()
        while publisher.poll() is None:
            cores = busy.cores()
            time.sleep(_LOOK_SECONDS)
        reader.communicate(timeout=_STOP_SECONDS)
        timings = [Timing(*timing) for timing in json.loads(timed.read_text(encoding="utf-8"))]
        arrivals = pickle.loads(seen.read_bytes())  # noqa: S301 -- written by the reader
    if rate is _WARM_UP:
        return {"warm_up": True, "publisher_late_ms": _late(timings), "cores": cores}
    return {**_figures(rate, timings, places, identifier.first_seen(arrivals)), "cores": cores}


def _schedule(
    records: Sequence[Sent], identities: Sequence[bytes], rate: Rate
) -> tuple[list[Publication], dict[bytes, int]]:
    """Give each record to a connector of its department, and each connector's chunks their moments (Poisson)."""
    random = Random(SEED + rate.per_second)
    waiting: dict[int, list[int]] = {}
    numbers: dict[tuple[str, int], int] = {}
    chunks: list[tuple[int, list[int]]] = []
    for place, record in enumerate(records):
        number = numbers.setdefault((record.topic, zlib.crc32(record.key or b"") % _CONNECTORS), len(numbers))
        mine = waiting.setdefault(number, [])
        mine.append(place)
        if len(mine) == rate.chunk:
            chunks.append((number, waiting.pop(number)))
    chunks += list(waiting.items())
    publications: list[Publication] = []
    first: dict[bytes, int] = {}
    due = 0.0
    for number, mine in chunks:
        due += random.expovariate(rate.per_second / rate.chunk)
        for place in mine:
            first.setdefault(identities[place], len(publications))
        made = [(records[p].topic, records[p].partition, records[p].key or b"", records[p].value or b"") for p in mine]
        publications.append(Publication(due, number, made))
    return publications, first


def _topics(ground: Ground, *, stations: bool) -> list[str]:
    feeds = [f"feed.{name}" for name in ground.declared.subscribers]
    between = ["ingest.administrative-approval", "ingest.administrative-enforcement", "credit.events", "credit.changes"]
    return [*feeds, *between] if stations else feeds


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=_BENCH, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _figures(
    rate: Rate,
    timings: Sequence[Timing],
    places: Mapping[bytes, int],
    arrivals: Iterable[tuple[str, bytes, float]],
) -> dict[str, object]:
    began = min(timing.due for timing in timings) + _WARM_SECONDS
    at: dict[bytes, dict[str, float]] = {}
    feeds: list[tuple[float, float]] = []
    for topic, identity, moment in arrivals:
        if identity not in places:
            continue
        timing = timings[places[identity]]
        if timing.due < began:
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
        "publication_ms": percentiles([timing.acknowledged - timing.began for timing in timings]),
        "publisher_late_ms": _late(timings),
        "stages_ms": {name: percentiles(values) for name, values in stages.items()},
    }


def _late(timings: Sequence[Timing]) -> dict[str, float]:
    return percentiles([timing.began - timing.due for timing in timings])
