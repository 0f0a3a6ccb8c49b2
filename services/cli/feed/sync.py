"""`creditbus feed sync`: keeps a subscriber's copy of its feed in a database, in files, or at a receiver."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT
from creditbus.services.cli.declared import connected
from creditbus.services.cli.feed.pace import Pace
from creditbus.services.cli.feed.receiver import receiver_copy
from creditbus.services.cli.feed.snapshots import Incomplete, Unsigned, opened, stops_line
from creditbus.services.cli.feed.targets import copy_at
from creditbus.services.cli.feed.verify import Keys
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moved import unless_moved
from creditbus.services.cli.stopping import until_asked
from creditbus.topics.errors import UserError

if TYPE_CHECKING:
    from creditbus.services.subscriber.copy import Copy
    from creditbus.services.subscriber.syncing import Progress

__all__ = ["SyncLines", "register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sync")(sync)


def sync(
    subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)],
    *,
    to: Annotated[str, typer.Option("--to", metavar="URL|csv:FOLDER|parquet:FOLDER|FILE")],
    once: Annotated[bool, typer.Option("--once")] = False,
    group: Annotated[str | None, typer.Option("--group")] = None,
    receipts: Annotated[bool, typer.Option("--receipts/--no-receipts")] = True,
    begin_from: Annotated[Path | None, typer.Option("--from", metavar="FOLDER")] = None,
    key: Keys = None,
    unsigned: Unsigned = False,
    incomplete: Incomplete = False,
    secret_file: Annotated[Path | None, typer.Option("--secret-file")] = None,
    position_file: Annotated[Path | None, typer.Option("--position-file")] = None,
    retry_for: Annotated[str, typer.Option("--retry-for")] = "10m",
    json: Json = False,
) -> None:
    """Keep a copy of a feed in a database, in files, or at a receiver. Exit code 1 when the feed is not whole."""
    from creditbus.services.subscriber.bus_reports import BusReports, group_of
    from creditbus.services.subscriber.earlier import EarlierRetractions
    from creditbus.services.subscriber.errors import BrokenFeedError
    from creditbus.services.subscriber.reading import FeedReader
    from creditbus.services.subscriber.reporting import Reporting
    from creditbus.services.subscriber.syncing import Progress
    from creditbus.services.subscriber.syncing import sync as keep
    from creditbus.services.subscriber.webhook.address import is_webhook
    from creditbus.services.worker.memory import tune_memory
    from creditbus.topics.names import feed

    connection = connected()
    known_subscriber(subscriber)
    topic = feed(subscriber)
    if is_webhook(to):
        copy: Copy = receiver_copy(connection, to, topic, secret_file, position_file, retry_for)
    else:
        copy = copy_at(to, topic)
    began, done = time.monotonic(), Progress()
    reports = BusReports(connection, subscriber, group or group_of(subscriber))
    earlier = EarlierRetractions(connection, topic, subscriber) if receipts else None
    reporting = Reporting(reports, earlier, _tell)
    lines = SyncLines(topic, copy.place, time.monotonic)

    def work(stop: threading.Event) -> None:
        with copy:
            # its quota is that of the client id, where nobody signs in
            reader = FeedReader(connection, topic, subscriber)
            if begin_from is not None and not copy.positions():
                from creditbus.services.subscriber.snapshot.taking import take_snapshot

                # a copy that has begun goes on where it stands, so that the same command starts it again
                snapshot = opened(connection, topic, begin_from, key, unsigned=unsigned)
                taken = asyncio.run(take_snapshot(reader, copy, snapshot, incomplete=incomplete))
                done.written += taken.written
            keeping = keep(
                reader, copy, done, follow=not once, reporting=reporting, report=lines.report, stopped=stop.is_set
            )
            asyncio.run(unless_moved(connection, keeping))

    tune_memory()
    try:
        until_asked(work)
    except BrokenFeedError as error:
        ERRORS.print(f"creditbus: {stops_line(error, subscriber, copy.place)}", markup=False)
        raise typer.Exit(1) from error
    _summarise(done, reporting.confirmed, topic, copy.place, time.monotonic() - began, json=json)


def _tell(error: UserError) -> None:
    ERRORS.print(spoken(messages.NOT_REPORTED, why=error.text()), markup=False)


class SyncLines:
    """Says how far a sync is while it catches up, and once that it has.

    Args:
        topic: of the feed.
        place: of the copy, without a password.
        clock: seconds, from any beginning.

    """

    def __init__(self, topic: str, place: str, clock: Callable[[], float]) -> None:
        self._place = {"topic": topic, "place": place}
        self._pace = Pace(topic, place, clock)
        self._up_to_date = False

    def report(self, progress: Progress) -> None:
        """Take what has been done so far."""
        if self._up_to_date:
            return
        if progress.remaining == 0:
            self._up_to_date = True
            ERRORS.print(spoken(messages.UP_TO_DATE, count=progress.records, **self._place), markup=False)
        else:
            self._pace.report(progress)


def _summarise(done: Progress, confirmed: int, topic: str, place: str, seconds: float, *, json: bool) -> None:
    counts: dict[str, Any] = {"records": done.records, "written": done.written, "removed": done.removed}
    if json:
        facts = {"feed": topic, "to": place, **counts, "confirmed": confirmed, "seconds": round(seconds, 3)}
        sys.stdout.write(orjson.dumps(facts).decode() + "\n")
        return
    line = spoken(messages.SYNCED, count=done.records, **counts)
    if confirmed:
        line += spoken(messages.CONFIRMED, count=confirmed)
    OUTPUT.print(line, soft_wrap=True, markup=False)
