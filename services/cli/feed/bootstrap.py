"""`creditbus feed bootstrap`: a snapshot of what a subscriber may see now, and a copy brought to one."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.durations import seconds_of
from creditbus.services.cli.feed.breaks import break_line
from creditbus.services.cli.feed.pace import Pace
from creditbus.services.cli.feed.snapshots import Incomplete, Unsigned, opened, stops_line
from creditbus.services.cli.feed.targets import resumed_at
from creditbus.services.cli.feed.verify import Keys
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moved import unless_moved
from creditbus.services.cli.stopping import until_asked
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.continuity import Break
    from creditbus.services.domain.evidence.snapshot import Snapshot
    from creditbus.services.subscriber.snapshot.making import Signer
    from creditbus.services.subscriber.snapshot.series import SnapshotSeries

__all__ = ["register"]

_FORMS: Final = ("avro", "parquet")

#: Each snapshot is read whole for the next one.
_SHORTEST_SECONDS: Final = 3600


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bootstrap")(bootstrap)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for, of which feed."""

    subscriber: str
    topic: str
    key: list[str] | None
    unsigned: bool
    incomplete: bool
    json: bool


def bootstrap(  # noqa: PLR0917 -- options of a command
    subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)],
    to: Annotated[str, typer.Option("--to", metavar="FOLDER|URL")],
    form: Annotated[str, typer.Option("--format", metavar="avro|parquet")] = "avro",
    base: Annotated[Path | None, typer.Option("--base", metavar="FOLDER")] = None,
    resume: Annotated[Path | None, typer.Option("--resume", metavar="FOLDER")] = None,
    every: Annotated[str | None, typer.Option("--every")] = None,
    keep: Annotated[int, typer.Option("--keep", min=1)] = 3,
    key: Keys = None,
    unsigned: Unsigned = False,
    incomplete: Incomplete = False,
    json: Json = False,
) -> None:
    """Write a snapshot of what a feed shows, or bring a copy to one. Exit code 1 when the feed is not whole."""
    from creditbus.services.subscriber.snapshot.series import SnapshotSeries
    from creditbus.topics.names import feed

    connection = connected()
    known_subscriber(subscriber)
    wanted = _Wanted(subscriber, feed(subscriber), key, unsigned, incomplete, json)
    if form not in _FORMS:
        raise ConfigurationError("--format", messages.NO_SUCH_FORM(form=form), messages.FORMS(known=", ".join(_FORMS)))
    if resume is not None:
        _resume(connection, wanted, resume, to)
        return
    if "://" in to:
        raise ConfigurationError("--to", messages.TO_IS_A_FOLDER(), messages.TO_DATABASE(subscriber=subscriber))
    if every is None:
        _make(connection, wanted, Path(to), form, base)
    elif form != "avro":
        raise ConfigurationError("--every", messages.EVERY_NEEDS_AVRO(), messages.LEAVE_OUT_FORMAT())
    else:
        seconds = seconds_of(every, "--every", _SHORTEST_SECONDS)
        _again_and_again(wanted, SnapshotSeries(Path(to)), seconds, base, keep)


def _again_and_again(wanted: _Wanted, series: SnapshotSeries, seconds: int, base: Path | None, keep: int) -> None:
    """Make a snapshot in each interval, each from the one before, until it is asked to stop.

    A snapshot is named after the beginning of its interval: a restart makes none twice.
    """
    from creditbus.services.evidence.intervals import intervals
    from creditbus.services.evidence.keys import load_key

    if not wanted.unsigned:
        # now, and not with the second snapshot, which takes the first one only if it is signed
        load_key(connected().home)
    series.prepare()

    def work(stop: threading.Event) -> None:
        for interval in intervals(seconds, clock=time.time, wait=stop.wait):
            target = series.of(interval.begins)
            try:
                if series.has(target):
                    continue
                _make(connected(), wanted, target, "avro", series.newest() or base)
                series.keep(keep)
            except UnavailableError as error:
                ERRORS.print(f"creditbus: {spoken(error.text())}", markup=False)
                interval.soon_again = True
            except typer.Exit:
                pass  # it was said why there is none; the next interval may have one

    ERRORS.print(spoken(messages.SNAPSHOT_EVERY, seconds=seconds, keep=keep), markup=False)
    until_asked(work)


def _make(connection: Connection, wanted: _Wanted, target: Path, form: str, base: Path | None) -> None:
    from creditbus.services.subscriber.errors import BrokenFeedError
    from creditbus.services.subscriber.reading import FeedReader
    from creditbus.services.subscriber.snapshot.making import SHARED, make_snapshot
    from creditbus.services.subscriber.snapshot.processes import Processes, processes_at_once
    from creditbus.services.subscriber.syncing import Progress
    from creditbus.services.worker.memory import tune_memory

    before = None if base is None else opened(connection, wanted.topic, base, wanted.key, unsigned=wanted.unsigned)
    began, done = time.monotonic(), Progress()
    signer = _signer(connection)
    tune_memory()
    reader = FeedReader(connection, wanted.topic)
    count = processes_at_once() if form == SHARED and before is None else 1
    try:
        with Processes(reader, count) as several:
            making = make_snapshot(
                reader,
                target,
                form,
                base=before,
                incomplete=wanted.incomplete,
                signer=signer,
                now_ms=int(time.time() * 1000),
                progress=done,
                report=Pace(wanted.topic, str(target), time.monotonic).report,
                several=several,
            )
            made = asyncio.run(unless_moved(connection, making))
    except BrokenFeedError as error:
        ERRORS.print(f"creditbus: {_not_made(error.found, based=before is not None)}", markup=False)
        raise typer.Exit(1) from error
    seconds = time.monotonic() - began
    facts = {"feed": made.feed, "to": str(target), "read": done.records, "seconds": round(seconds, 3)}
    _show(made, facts, connection, json=wanted.json, based=before is not None)


def _signer(connection: Connection) -> Signer | None:
    """Return what signs with the key of this machine; None where it has none: a subscriber need not."""
    from creditbus.services.evidence.keys import key_path, load_key
    from creditbus.services.subscriber.snapshot.making import Signer

    if not key_path(connection.home).exists():
        return None
    key = load_key(connection.home)
    return Signer(key.suite.name, key.public.name, key.note)


def _not_made(found: Break, *, based: bool) -> str:
    why = break_line(found)
    if found.kind.value != "expired":
        return spoken(messages.NO_SNAPSHOT_OF_BROKEN, why=why)
    return spoken(messages.BASE_TOO_OLD if based else messages.BEGINNING_EXPIRED, why=why)


def _show(made: Snapshot, facts: dict[str, Any], connection: Connection, *, json: bool, based: bool) -> None:
    if json:
        print_json({**made.facts(), **facts})
        return
    message = messages.SNAPSHOT_ON_BASE if based else messages.SNAPSHOT_MADE
    line = spoken(message, count=made.records, read=facts["read"], place=facts["to"])
    OUTPUT.print(line, soft_wrap=True, markup=False)
    for item, count in made.by_item().items():
        OUTPUT.print(f"  {item}  {count:,}", soft_wrap=True, markup=False)
    signer = _signer(connection)
    signed = messages.NOT_SIGNED() if signer is None else messages.SIGNED_BY(signer=signer.name)
    OUTPUT.print(f"  {spoken(signed)}", soft_wrap=True, markup=False)
    complete = messages.IS_COMPLETE if made.complete else messages.IS_INCOMPLETE
    OUTPUT.print(f"  {spoken(complete)}", soft_wrap=True, markup=False)


def _resume(connection: Connection, wanted: _Wanted, folder: Path, to: str) -> None:
    from creditbus.services.subscriber.errors import BrokenFeedError
    from creditbus.services.subscriber.reading import FeedReader
    from creditbus.services.subscriber.snapshot.taking import take_snapshot

    began = time.monotonic()
    copy = resumed_at(to, wanted.topic, wanted.subscriber)
    snapshot = opened(connection, wanted.topic, folder, wanted.key, unsigned=wanted.unsigned)
    with copy:
        taking = take_snapshot(
            FeedReader(connection, wanted.topic, wanted.subscriber), copy, snapshot, incomplete=wanted.incomplete
        )
        try:
            taken = asyncio.run(unless_moved(connection, taking))
        except BrokenFeedError as error:
            ERRORS.print(f"creditbus: {stops_line(error, wanted.subscriber, copy.place)}", markup=False)
            raise typer.Exit(1) from error
        place = copy.place
    counts = {"written": taken.written, "removed": taken.removed}
    if wanted.json:
        facts = {"feed": wanted.topic, "to": place, "from": str(folder), "signer": snapshot.signer, **counts}
        print_json({**facts, "seconds": round(time.monotonic() - began, 3)})
        return
    line = spoken(messages.RESUMED, subscriber=wanted.subscriber, place=place, **counts)
    OUTPUT.print(line, soft_wrap=True, markup=False)
