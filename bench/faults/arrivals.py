"""Whether what sources sent is what the ingest topics hold: each row of each run once, none missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from faults.connectors import Connectors
from faults.direct import Direct

from tests.harness.checker import DOUBLED, LOST, Problem
from tests.harness.wire import Observer

__all__ = ["arrivals"]


def arrivals(observer: Observer, direct: Direct, connectors: Connectors) -> Iterator[Problem]:
    """Compare the origins in the ingest topics with what each source says that it sent.

    A connector that was killed goes on under the name of its run; one that is told to send again begins another run. So
    a file that is to be sent n times has n runs, each with every row.
    """
    found: defaultdict[str, defaultdict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for record in observer.of("ingest."):
        origin = observer.wire.decode(record.value)["header"]["origin"]
        found[origin["file"]][origin["run"]][origin["row"]] += 1
    for name, sent in direct.rows.items():
        yield from _rows(f"{name}: events", found[name]["direct"], sent)
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


def _rows(what: str, found: Mapping[int, int], rows: int) -> Iterator[Problem]:
    if len(found) < rows:
        yield Problem(LOST, rows - len(found), what)
    surplus = sum(found.values()) - len(found)
    if surplus:
        yield Problem(DOUBLED, surplus, what)
