"""Whether what sources sent is what the ingest topics hold: each row of each run once, none missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from faults.connectors import Connectors
from faults.direct import Direct

from tests.harness.checker import DOUBLED, LOST, Problem
from tests.harness.doublings import doublings
from tests.harness.identities import identity_of
from tests.harness.recomputation import ingest_place
from tests.harness.wire import Observer, Record

__all__ = ["arrivals"]


def arrivals(observer: Observer, direct: Direct, connectors: Connectors, folders: list[Path]) -> Iterator[Problem]:
    """Compare the origins in the ingest topics with what each source says that it sent.

    A connector that was killed goes on under the name of its run; one that is made to send again begins another run. So
    a file that is to be sent n times has n runs, each with every row. A department that publishes by itself has a
    client that is not ours: what it sends twice, the bus has to book as a duplicate; `folders` are those of the
    brokers, which know who wrote what.
    """
    found: defaultdict[str, defaultdict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    copies: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in observer.of("ingest."):
        origin = observer.wire.decode(record.value)["header"]["origin"]
        found[origin["file"]][origin["run"]][origin["row"]] += 1
        if origin["file"] in direct.rows:
            copies[origin["file"], origin["row"]].append(record)
    for name, sent in direct.rows.items():
        if len(found[name]["direct"]) < sent:
            yield Problem(LOST, sent - len(found[name]["direct"]), f"{name}: events")
    yield from _sent_twice(observer, copies, folders)
    for name, file in connectors.sent.items():
        runs, times = found[name], connectors.times[name]
        if len(runs) != times:
            kind = LOST if len(runs) < times else DOUBLED
            yield Problem(kind, file.rows, f"{name}: {len(runs)} runs, it was to be sent {times} times")
        for run, rows in runs.items():
            yield from _rows(f"{name}, run {run}: rows", rows, file.rows)
    unknown = found.keys() - direct.rows.keys() - connectors.sent.keys()
    for name in sorted(unknown):
        yield Problem(DOUBLED, 1, f"{name}: nobody sent it")


def _sent_twice(
    observer: Observer, copies: Mapping[tuple[str, int], list[Record]], folders: list[Path]
) -> Iterator[Problem]:
    several = {name: records for name, records in copies.items() if len(records) > 1}
    if not several:
        return
    changes = (observer.wire.decode(record.value) for record in observer.of("credit.changes"))
    changing = {ingest_place(event, observer.partitions) for event in changes}
    identity = cache(lambda record: identity_of(record, folders))
    for (file, row), records in several.items():
        yield from doublings(f"{file}, event {row}", records, identity, changing)


def _rows(what: str, found: Mapping[int, int], rows: int) -> Iterator[Problem]:
    if len(found) < rows:
        yield Problem(LOST, rows - len(found), what)
    surplus = sum(found.values()) - len(found)
    if surplus:
        yield Problem(DOUBLED, surplus, what)
