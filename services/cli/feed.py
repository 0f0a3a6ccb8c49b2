"""`creditbus feed follow`: a feed as its subscriber receives it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from creditbus.services.cli.configured import known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.words import word
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.query.feed import FeedRecord

__all__ = ["app", "feed_line", "json_line"]

app = typer.Typer(help="Feeds: what a subscriber receives.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Feeds: what a subscriber receives."""


@app.command()
def follow(
    subscriber: Annotated[
        str, typer.Argument(help="Id of the subscriber, as in topics/subscribers.", autocompletion=subscribers)
    ],
    from_start: Annotated[bool, typer.Option("--from-start", help="From the first record; else from now on.")] = False,
    until_end: Annotated[bool, typer.Option("--until-end", help="Stop at the present end.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Stop after so many records.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Print the records of a feed and check that none is missing. Exit code 1 when one is."""
    known_subscriber(subscriber)
    connection = Connection.from_environment(store=False)
    gaps = asyncio.run(
        _follow(connection, subscriber, from_start=from_start, until_end=until_end, limit=limit, json=json)
    )
    if gaps:
        raise typer.Exit(1)


async def _follow(
    connection: Connection, subscriber: str, *, from_start: bool, until_end: bool, limit: int | None, json: bool
) -> int:
    from creditbus.services.query.feed import Continuity, follow_feed

    continuity = Continuity()
    feed = follow_feed(connection, subscriber, continuity, from_start=from_start, follow=not until_end)
    async with aclosing(feed) as records:
        async for record in records:
            if json:
                sys.stdout.buffer.write(json_line(record))
                sys.stdout.flush()
            else:
                OUTPUT.print(feed_line(record), soft_wrap=True, markup=False)
            if limit is not None and continuity.records >= limit:
                break
    for partition, expected, found in continuity.gaps:
        line = told(
            f"分区 {partition}：应为第 {expected} 号，实为 {found}",
            f"partition {partition}: expected number {expected}, found {found}",
        )
        ERRORS.print(f"creditbus: {line}", markup=False)
    count, gaps = continuity.records, len(continuity.gaps)
    ERRORS.print(
        told(f"{count:,} 条记录，{gaps} 处缺口", f"{counted(count, 'record')}, {counted(gaps, 'gap')}"), markup=False
    )
    return len(continuity.gaps)


def feed_line(record: FeedRecord) -> str:
    """Return a feed's record as one line for a person."""
    fields = record.fields
    of, subject = fields["record"], fields["subject"]
    content = "  ".join(f"{name}={value}" for name, value in fields["content"].items() if value is not None)
    return (
        f"{record.partition}/{fields['feed']['feed_seq']}  {word(of['change'])} {word(of['state'])}  {of['item']}  "
        f"{subject['code']} {subject['name']} v{subject['version']}  {of['document_no']}  {content}"
    )


def json_line(record: FeedRecord) -> bytes:
    """Return a feed's record as one line of JSON."""
    document = {"partition": record.partition, "offset": record.offset, **record.fields}
    return orjson.dumps(document, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)
