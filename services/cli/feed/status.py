"""`creditbus feed status`: how far feeds go, are read and are signed, and what expires next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.feed.standing_text import show_standing
from creditbus.services.cli.feed.verify import Keys
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import grants as messages
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError, UserError

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.feed_standing import FeedStanding
    from creditbus.services.evidence.receipts import ReceiptStanding, ReceiptWatch

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(
    subscriber: Annotated[str | None, typer.Argument(autocompletion=subscribers)] = None,
    key: Keys = None,
    metrics_port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    every: Annotated[float, typer.Option(min=1)] = 60.0,
    json: Json = False,
) -> None:
    """Show how feeds stand. Exit code 1 when records were lost unread or unsigned, or may be within a week."""
    connection = connected()
    wanted = [known_subscriber(subscriber)] if subscriber else sorted(subscribers())
    if metrics_port is not None:
        _serve(connection, wanted, key, metrics_port, every)
        return
    found = _look(connection, wanted, key)
    if json:
        print_json([{**one.as_json(), "quota": {"feed_bytes_per_second": _rate(one)}} for one in found])
    else:
        for one in found:
            show_standing(one)
            if (rate := _rate(one)) is not None:
                OUTPUT.print("  " + spoken(messages.FEED_QUOTA, bound=rate), markup=False, soft_wrap=True)
    if any(one.troubles() for one in found):
        raise typer.Exit(1)


def _rate(standing: FeedStanding) -> int | None:
    """Return the bytes a second that the subscriber may read from each broker, as declared; None: any number."""
    from creditbus.topics.declarations import declarations

    return declarations().subscribers[standing.subscriber].feed_bytes_per_second


def _look(connection: Connection, wanted: list[str], key: list[str] | None) -> list[FeedStanding]:
    from creditbus.services.evidence.keys import trusted_keys
    from creditbus.services.evidence.standing import feed_standings

    return asyncio.run(feed_standings(connection, wanted, trusted_keys(key or (), connection.home)))


def _serve(connection: Connection, wanted: list[str], key: list[str] | None, port: int, every: float) -> None:
    from creditbus.services.cli.serving import serve_figures
    from creditbus.services.evidence.feed_metrics import REGISTRY, set_receipts, set_standings
    from creditbus.services.evidence.receipts import ReceiptWatch

    watches: dict[Connection, list[ReceiptWatch]] = {}

    def look(at: Connection) -> None:
        set_standings(_look(at, wanted, key))
        if at not in watches:
            watches.clear()  # at other addresses everything is read again
            watches[at] = [ReceiptWatch(at, one) for one in wanted]
        set_receipts(asyncio.run(_confirmed(watches[at])))

    serve_figures(connection, REGISTRY, port, every, look)


async def _confirmed(watches: Sequence[ReceiptWatch]) -> list[ReceiptStanding]:
    """Look at the receipts of all; one whose topic is not there yet, or whose feed cannot be read, has no figures."""
    found = []
    for one in watches:
        try:
            found.append(await one.look())
        except UnavailableError:
            raise
        except UserError as error:
            ERRORS.print(spoken(error.text()), markup=False)
    return found
