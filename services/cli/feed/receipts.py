"""`creditbus feed receipts`: which retractions subscribers have not confirmed, and for how long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.durations import seconds_of
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import receipts as messages
from creditbus.services.cli.moments import moment_text
from creditbus.services.cli.words import word
from creditbus.topics.connection import Connection
from creditbus.topics.names import acks

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.retraction import Retraction
    from creditbus.services.evidence.receipts import ReceiptStanding

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("receipts")(receipts)


def receipts(
    subscriber: Annotated[str | None, typer.Argument(autocompletion=subscribers)] = None,
    older_than: Annotated[str | None, typer.Option("--older-than")] = None,
    json: Json = False,
) -> None:
    """List the retractions that subscribers have not confirmed. Exit code 1 when there are such."""
    connection = connected()
    least = 0 if older_than is None else seconds_of(older_than, "--older-than", 1)
    wanted = [known_subscriber(subscriber)] if subscriber else sorted(subscribers())
    found = asyncio.run(_look(connection, wanted))
    late = {one.subscriber: [it for it in one.unconfirmed if one.waiting_seconds(it) >= least] for one in found}
    if json:
        facts = [_facts(one, late[one.subscriber], single=subscriber is not None) for one in found]
        print_json(facts[0] if subscriber else facts)
    elif subscriber:
        _list(found[0], late[subscriber])
    else:
        _sum(found, late if least else None)
    if any(late.values()):
        raise typer.Exit(1)


async def _look(connection: Connection, wanted: list[str]) -> list[ReceiptStanding]:
    from creditbus.services.evidence.receipts import ReceiptWatch

    return [await ReceiptWatch(connection, one).look() for one in wanted]


def _list(found: ReceiptStanding, late: list[Retraction]) -> None:
    for one in late:
        since = moment_text(one.written_ms)
        place = f"{one.partition}/{one.feed_seq}"
        age = spoken(_age(found.waiting_seconds(one)))
        OUTPUT.print(f"{place}  {since}  {age}  {word(one.state)}  {one.record_key}", soft_wrap=True, markup=False)
    still = len(found.unconfirmed)
    facts = {"count": found.retractions, "confirmed": found.retractions - still, "unconfirmed": still}
    OUTPUT.print(spoken(messages.RECEIPTS, **facts, late=len(late)), soft_wrap=True, markup=False)
    _foreign(found)


def _sum(found: list[ReceiptStanding], late: dict[str, list[Retraction]] | None) -> None:
    # without a time everything that is unconfirmed would be late
    shown = () if late is None else (messages.LATE,)
    headings = (messages.RETRACTIONS, messages.UNCONFIRMED, *shown, messages.OLDEST)
    rows = [
        TableRow(
            one.subscriber,
            [
                f"{one.retractions:,}",
                f"{len(one.unconfirmed):,}",
                *([] if late is None else [f"{len(late[one.subscriber]):,}"]),
                spoken(_age(one.oldest_seconds)) if one.unconfirmed else "-",
            ],
        )
        for one in found
    ]
    print_figures(spoken(messages.SUBSCRIBER), [spoken(one) for one in headings], rows)
    for one in found:
        _foreign(one)


def _foreign(found: ReceiptStanding) -> None:
    if found.foreign:
        line = spoken(messages.FOREIGN, topic=acks(found.subscriber), count=found.foreign)
        OUTPUT.print(f"! {line}", soft_wrap=True, markup=False)


def _age(seconds: float) -> Any:
    for unit, message in ((86_400, messages.DAYS), (3600, messages.HOURS), (60, messages.MINUTES)):
        if seconds >= unit:
            return message(count=int(seconds // unit))
    return messages.SECONDS(count=int(seconds))


def _facts(found: ReceiptStanding, late: list[Retraction], *, single: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "subscriber": found.subscriber,
        "at_ms": found.at_ms,
        "retractions": found.retractions,
        "unconfirmed": len(found.unconfirmed),
        "oldest_seconds": round(found.oldest_seconds, 3),
        "late": len(late),
        "foreign": found.foreign,
    }
    if single:
        facts["list"] = [{**_listed(one), "waiting_seconds": round(found.waiting_seconds(one), 3)} for one in late]
    return facts


def _listed(one: Retraction) -> dict[str, Any]:
    return {
        "partition": one.partition,
        "feed_seq": one.feed_seq,
        "record_key": one.record_key,
        "event_id": one.event_id,
        "state": one.state,
        "written_ms": one.written_ms,
    }
