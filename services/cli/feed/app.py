"""`creditbus feed follow`: a feed as its subscriber receives it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from creditbus.services.cli.configured import known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT
from creditbus.services.cli.declared import connected
from creditbus.services.cli.feed import (
    bootstrap,
    compare,
    describe,
    keys,
    manifest,
    prove,
    receipts,
    status,
    sync,
    verify,
)
from creditbus.services.cli.feed.breaks import break_line
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moved import unless_moved
from creditbus.services.cli.words import word
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.continuity import Break
    from creditbus.services.query.feed import FeedRecord

__all__ = ["app", "feed_line", "json_line"]

app = typer.Typer(no_args_is_help=True)
for _commands in (describe, bootstrap, sync, compare, receipts, status, manifest, verify, prove, keys):
    _commands.register(app)


@app.callback()
def _group() -> None:
    """Feeds: what a subscriber receives."""


@app.command()
def follow(
    subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)],
    from_start: Annotated[bool, typer.Option("--from-start")] = False,
    until_end: Annotated[bool, typer.Option("--until-end")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1)] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print the records of a feed and check that none is missing, changed or expired. Exit code 1 when one is."""
    connection = connected()
    known_subscriber(subscriber)
    work = _follow(connection, subscriber, from_start=from_start, until_end=until_end, limit=limit, json=json)
    breaks = asyncio.run(unless_moved(connection, work))
    if breaks:
        raise typer.Exit(1)


async def _follow(
    connection: Connection, subscriber: str, *, from_start: bool, until_end: bool, limit: int | None, json: bool
) -> int:
    from creditbus.services.domain.evidence.continuity import Break, Continuity
    from creditbus.services.query.feed import follow_feed

    continuity, advised = Continuity(), False
    feed = follow_feed(connection, subscriber, continuity, from_start=from_start, follow=not until_end)
    async with aclosing(feed) as found:
        async for one in found:
            if isinstance(one, Break):
                # at once: who follows a feed ends with Ctrl-C, and would never see a summary
                _complain(one, json=json)
                if one.kind.value == "expired" and not (json or advised):
                    advised = True
                    ERRORS.print(spoken(messages.FOLLOWS_TOO_LATE, subscriber=subscriber), markup=False)
                continue
            if json:
                sys.stdout.buffer.write(json_line(one))
                sys.stdout.flush()
            else:
                OUTPUT.print(feed_line(one), soft_wrap=True, markup=False)
            if limit is not None and continuity.records >= limit:
                break
    count, breaks = continuity.records, len(continuity.breaks)
    ERRORS.print(
        spoken(messages.RECORDS_BREAKS, count=count, breaks=breaks),
        markup=False,
    )
    return breaks


def _complain(found: Break, *, json: bool) -> None:
    if json:
        facts = {"break": found.kind, "partition": found.partition, "first": found.first, "last": found.last}
        sys.stderr.write(orjson.dumps(facts).decode() + "\n")
    else:
        ERRORS.print(f"creditbus: {break_line(found)}", markup=False)


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
    from creditbus.services.query.feed_line import feed_json_line

    return feed_json_line(record.partition, record.offset, record.fields)
