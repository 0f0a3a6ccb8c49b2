"""`creditbus feed compare`: shows that a copy is what the feed says, or where it is not."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.feed.breaks import break_line
from creditbus.services.cli.feed.snapshots import Unsigned, opened
from creditbus.services.cli.feed.targets import held_at
from creditbus.services.cli.feed.verify import Keys
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moved import unless_moved

if TYPE_CHECKING:
    from creditbus.services.subscriber.comparing import Comparison

__all__ = ["register"]

_SAID: Final = {"missing": messages.ROW_MISSING, "different": messages.ROW_DIFFERENT, "extra": messages.ROW_EXTRA}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)],
    to: Annotated[str, typer.Option("--to", metavar="URL|csv:FOLDER|parquet:FOLDER")],
    begun_from: Annotated[Path | None, typer.Option("--from", metavar="FOLDER")] = None,
    key: Keys = None,
    unsigned: Unsigned = False,
    json: Json = False,
) -> None:
    """Compare a copy with the feed. Exit code 1 when they differ, or the feed is not whole."""
    from creditbus.services.subscriber.comparing import compare as hold_against
    from creditbus.services.subscriber.errors import BrokenFeedError
    from creditbus.services.subscriber.reading import FeedReader
    from creditbus.topics.names import feed

    connection = connected()
    known_subscriber(subscriber)
    topic = feed(subscriber)
    view = None if begun_from is None else opened(connection, topic, begun_from, key, unsigned=unsigned)
    with held_at(to, topic) as (positions, rows):
        work = hold_against(FeedReader(connection, topic), positions, rows, view)
        try:
            found = asyncio.run(unless_moved(connection, work))
        except BrokenFeedError as error:
            ERRORS.print(f"creditbus: {break_line(error.found)}", markup=False)
            raise typer.Exit(1) from error
    _show(found, json=json)
    if found.differences:
        raise typer.Exit(1)


def _show(found: Comparison, *, json: bool) -> None:
    if json:
        print_json(asdict(found))
        return
    for one in found.differences:
        place = " ".join((one.table, *one.key))
        OUTPUT.print(spoken(_SAID[one.how.value], place=place), soft_wrap=True, markup=False)
    if found.unproved:
        ERRORS.print(spoken(messages.ROWS_UNPROVED, count=found.unproved), markup=False)
    counts = {"count": found.equal, "differences": len(found.differences)}
    OUTPUT.print(spoken(messages.COMPARED, **counts), soft_wrap=True, markup=False)
