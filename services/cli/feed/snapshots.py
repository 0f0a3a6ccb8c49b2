"""What the commands share that make a snapshot of a feed, or take one into a copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.feed.breaks import break_line
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.subscriber.errors import BrokenFeedError
    from creditbus.services.subscriber.snapshot.opening import OpenSnapshot

__all__ = ["Incomplete", "Unsigned", "opened", "stops_line"]

Unsigned = Annotated[bool, typer.Option("--unsigned")]
Incomplete = Annotated[bool, typer.Option("--incomplete")]


def opened(connection: Connection, topic: str, folder: Path, key: list[str] | None, *, unsigned: bool) -> OpenSnapshot:
    """Check a snapshot against its manifest, and say where its signature could not be checked.

    Raises:
        ConfigurationError: it is not what was made, or not by whom it should be.
        UnavailableError: it cannot be read.

    """
    from creditbus.services.evidence.keys import trusted_keys
    from creditbus.services.subscriber.snapshot.opening import open_snapshot

    trusted = trusted_keys(key or (), connection.home)
    snapshot = open_snapshot(folder, topic, trusted, unsigned=unsigned)
    if not trusted:
        ERRORS.print(spoken(messages.SNAPSHOT_UNCHECKED, folder=folder), markup=False)
    return snapshot


def stops_line(error: BrokenFeedError, subscriber: str, place: str) -> str:
    """Return why a copy goes on no further, and what to do, as one line for a person."""
    from creditbus.services.subscriber.errors import OldSnapshotError
    from creditbus.services.subscriber.webhook.address import is_webhook

    why = break_line(error.found)
    if isinstance(error, OldSnapshotError):
        return spoken(messages.SNAPSHOT_TOO_OLD, why=why)
    if error.found.kind.value != "expired":
        return spoken(messages.SYNC_STOPS, why=why)
    if is_webhook(place):
        return spoken(messages.RECEIVER_TOO_OLD, why=why, subscriber=subscriber, place=place)
    if place.endswith(".jsonl"):
        return spoken(messages.FILE_TOO_OLD, why=why, subscriber=subscriber)
    return spoken(messages.COPY_TOO_OLD, why=why, subscriber=subscriber, place=place)
