"""Publishes on a schedule made in advance, and notes when each record can be read, at the stations on the way.

The publisher and the reader are processes of their own. All that is read is read committed.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from ground import Ground
from load import Sent
from whole.loads import SEED
from whole.processors import Processors
from whole.publisher import Publication, Timing

__all__ = ["WARM_SECONDS", "WARM_UP", "Probe", "Rate", "Watched", "publish"]

#: At the beginning of each rate: they do not count.
WARM_SECONDS = 3.0
_BENCH = Path(__file__).parent.parent
_CONNECTORS = 4
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.2


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
WARM_UP = Rate(2000, 20.0, 20)


class Probe(NamedTuple):
    """How the reader reads.

    Attributes:
        fetch_wait: milliseconds.
        stations: whether the stations between are read too.
        feeds: subscribers whose feeds are read; none: all of them.

    """

    fetch_wait: int = 10
    stations: bool = True
    feeds: Sequence[str] = ()


class Watched(NamedTuple):
    """What came of it.

    Attributes:
        timings: of the publications.
        places: the publication of each event, by its identity; of a repeated one the first.
        arrivals: moment, topic and value of each record that became readable.
        cores: how many processors each process was busy with.

    """

    timings: Sequence[Timing]
    places: Mapping[bytes, int]
    arrivals: Sequence[tuple[float, str, bytes]]
    cores: Mapping[str, float]

    @property
    def began(self) -> float:
        """From when on publications count."""
        return min(timing.due for timing in self.timings) + WARM_SECONDS

    def published(self, identity: bytes) -> Timing | None:
        """Return when an event was published; None where it is another part's, or does not count."""
        place = self.places.get(identity)
        timing = None if place is None else self.timings[place]
        return None if timing is None or timing.due < self.began else timing


def publish(
    ground: Ground,
    rate: Rate,
    probe: Probe,
    records: Sequence[Sent],
    identities: Sequence[bytes],
    worker_pids: Mapping[str, int],
) -> Watched:
    """Publish these records at a rate.

    Args:
        ground: the servers.
        rate: how fast.
        probe: what is read.
        records: in the order of the schedule.
        identities: of each of them.
        worker_pids: of the workers, by a name.

    """
    publications, places = _schedule(records, identities, rate)
    with tempfile.TemporaryDirectory() as folder:
        given, timed, seen = (Path(folder) / name for name in ("publications", "timings", "seen"))
        given.write_bytes(pickle.dumps(publications))
        servers = ground.connection.bootstrap_servers
        topics = _topics(ground, probe)
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
    return Watched(timings, places, arrivals, cores)


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


def _topics(ground: Ground, probe: Probe) -> list[str]:
    feeds = [f"feed.{name}" for name in probe.feeds or ground.declared.subscribers]
    between = ["ingest.administrative-approval", "ingest.administrative-enforcement", "credit.events", "credit.changes"]
    return [*feeds, *between] if probe.stations else feeds


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=_BENCH, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
