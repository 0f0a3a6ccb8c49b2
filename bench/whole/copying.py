"""How fast a feed gets into PostgreSQL: `creditbus feed sync` next to what a subscriber would use in its place.

Contestants take turns, each with a fresh database; all are watched from outside in one way. A figure counts only when
the copy holds every record that the feed shows, and the same digest over all columns as every other copy.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psutil
import sqlalchemy as sa
from ground import servers
from whole.contestants import CONTESTANTS, LIBRARIES, Contestant, CopyRun
from whole.copied_rows import CopiedRows
from whole.processors import OTHERS, Processors
from whole.summary import spread
from whole.written_feed import WrittenFeed, written_feed

from creditbus.deploy.embedded.ports import choose
from creditbus.services.domain.framed_avro import parsed, read_record
from creditbus.services.domain.framing import schema_id
from creditbus.services.subscriber.planning import key_of
from creditbus.services.subscriber.table_model import KEY, TableModel, table_model
from creditbus.topics.registry import SchemaRegistry
from tests.harness.postgres import running_postgres

__all__ = ["copying"]

_ITEM: Final = "administrative-penalty"
_LOOK_SECONDS: Final = 0.02
_PATIENCE_SECONDS: Final = 400.0


class _Expected:
    """What every copy must come to.

    Args:
        feed: that is copied.
        registry: of the bus.

    """

    def __init__(self, feed: WrittenFeed, registry: SchemaRegistry) -> None:
        writer = registry.schema(schema_id(feed.last[0]))
        schema = parsed(writer)
        self.feed = feed
        self.model: TableModel = table_model(_ITEM, writer)
        self.last = [key_of(read_record(value, schema)) for value in feed.last]
        self.digest = ""


def copying(records: int, repeat: int) -> dict[str, object]:
    """Copy a feed of this many penalties by each contestant in turn.

    Raises:
        RuntimeError: a copy is not what it must be.

    """
    names = [name for name in CONTESTANTS if name != "sink" or LIBRARIES.exists()]
    if len(names) < len(CONTESTANTS):
        print(f"  without the JDBC sink: {LIBRARIES} is not there; make bench-whole builds it", flush=True)
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    port = choose((), ())
    with servers() as ground, running_postgres(port) as url:
        feed = written_feed(ground, records, _ITEM)
        expected = _Expected(feed, SchemaRegistry(ground.connection.registry_url))
        for number in range(repeat):
            # each begins a round in its turn
            for name in names[number % len(names) :] + names[: number % len(names)]:
                with tempfile.TemporaryDirectory(prefix="creditbus-copy-") as home:
                    database = _fresh(sa.make_url(url), f"{name}_{number}")
                    run = CopyRun(ground, feed, database, expected.model.name, Path(home))
                    figures = _measured(CONTESTANTS[name], run, expected)
                rounds[name].append(figures)
                print(f"  {name}: " + ", ".join(f"{key} {value:,.2f}" for key, value in figures.items()), flush=True)
    return {
        "records": records,
        "rows": feed.keys,
        "order": "min, median, max",
        "contestants": {name: spread(figures) for name, figures in rounds.items()},
        "times_as_fast": _ratios(rounds),
    }


def _fresh(server: sa.URL, name: str) -> sa.URL:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return server.set(database=name)


def _measured(contestant: Contestant, run: CopyRun, expected: _Expected) -> dict[str, float]:
    columns = {column.name: contestant.column(column) for column in expected.model.columns}
    rows = CopiedRows(run.database, run.table, [columns[name] for name in KEY])
    log = run.home / "log"
    with log.open("wb") as said:
        began = time.monotonic()
        process = subprocess.Popen(
            contestant.command(run), env=contestant.environment(run), stdout=subprocess.DEVNULL, stderr=said
        )
    try:
        figures = _watched(process, rows, began, expected, log)
        if contestant.ends and process.wait(_PATIENCE_SECONDS):
            message = f"ended with {process.returncode}: {log.read_text(errors='replace')}"
            raise RuntimeError(message)
    finally:
        process.kill()
        process.wait()
    _check(rows, list(columns.values()), expected)
    rows.close()
    return figures


def _watched(
    process: subprocess.Popen[bytes], rows: CopiedRows, began: float, expected: _Expected, log: Path
) -> dict[str, float]:
    watched, busy = psutil.Process(process.pid), Processors({"copy": process.pid})
    _wait(process, rows.begun, log)
    first, at_first = rows.count(), time.monotonic()
    _wait(process, lambda: rows.has(expected.last), log)
    ended, used = time.monotonic(), watched.cpu_times()
    records, shown = expected.feed.records, expected.feed.keys
    return {
        "per_second": records * (1 - first / shown) / (ended - at_first),
        "per_second_with_start": records / (ended - began),
        "cpu_us_per_record": (used.user + used.system) / records * 1e6,
        "seconds_to_first_row": at_first - began,
        "cores_of_servers_and_others": busy.cores()[OTHERS],
    }


def _wait(process: subprocess.Popen[bytes], there: Any, log: Path) -> None:
    patience = time.monotonic() + _PATIENCE_SECONDS
    while not there():
        if process.poll() not in (None, 0) or time.monotonic() > patience:
            message = f"no copy after {_PATIENCE_SECONDS} s, or ended: {log.read_text(errors='replace')[-4000:]}"
            raise RuntimeError(message)
        time.sleep(_LOOK_SECONDS)


def _check(rows: CopiedRows, columns: Sequence[str], expected: _Expected) -> None:
    count, digest = rows.count(), rows.digest(columns)
    expected.digest = expected.digest or digest
    if count != expected.feed.keys or digest != expected.digest:
        message = f"{count} rows with digest {digest}, not {expected.feed.keys} with {expected.digest}"
        raise RuntimeError(message)


def _ratios(rounds: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, list[float]]]:
    ours, *others = rounds
    return {
        other: spread(
            [
                {name: mine[name] / theirs[name] for name in ("per_second", "per_second_with_start")}
                for mine, theirs in zip(rounds[ours], rounds[other], strict=True)
            ]
        )
        for other in others
    }
