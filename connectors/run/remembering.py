"""A run and the connector's memory: whether it has one, whether that was lost, and how the run begins in it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from creditbus.connectors.contract import Comparing, Source
from creditbus.connectors.memory.noted_run import NotedRun
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.setup.configuration import Connector
from creditbus.topics.connection import Connection

__all__ = ["begun", "has_lost_keys", "remembering"]


@contextmanager
def remembering(
    connector: Connector, connection: Connection, state: Progress, source: Source
) -> Iterator[PublishedRows | None]:
    """Open the connector's memory for a run; news that is never complete, or never misses a record, has none."""
    compared = bool(state.version) or isinstance(source, Comparing)
    if connector.tells == "news" and (not compared or connector.vanished == "never"):
        yield None
        return
    with PublishedRows(connection.home, connector.id) as memory:
        yield memory


def has_lost_keys(connector: Connector, connection: Connection, source: Source) -> bool:
    """Say whether a source compares and the memory knows nothing of its rows: it is then read from its start once.

    Else a row that does not change would never be noted, and its withdrawal could not be made when it is gone.
    """
    if not isinstance(source, Comparing) or connector.vanished == "never":
        return False
    with PublishedRows(connection.home, connector.id) as memory:
        return memory.is_new()


def begun(
    memory: PublishedRows,
    connector: Connector,
    state: Progress,
    last: Progress | None,
    source: Source,
    *,
    resend: bool,
) -> tuple[Progress, NotedRun]:
    """Begin a run in the memory, and give it its place in the order of the readings."""
    if connector.tells == "state" and not state.reading:
        state = replace(state, reading=memory.place(0 if last is None else last.last_place, time.time_ns() // 1000))
    run = memory.begin(
        state.run,
        state.totals.rows,
        last=None if last is None else (last.run, last.totals.rows),
        whole=bool(state.version),
        all_again=resend,
        place=state.reading,
        compared=isinstance(source, Comparing),
    )
    return state, run
