"""Signs feeds again and again: once in each interval, whoever does it and however often it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from creditbus.services.domain.evidence.manifest import Manifest
from creditbus.services.evidence.intervals import intervals
from creditbus.services.evidence.keys import SigningKey
from creditbus.services.evidence.publishing import publish_manifest
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError, UserError

__all__ = ["Publish", "Signing", "sign_feeds", "signing_rounds"]


class Publish(Protocol):
    """What `publish_manifest` does."""

    def __call__(
        self,
        connection: Connection,
        subscriber: str,
        key: SigningKey,
        *,
        since_ms: int,
        watermarks: Mapping[str, int] | None,
        clock: Callable[[], float],
    ) -> Manifest | None:
        """Sign and publish what a feed has got, unless somebody has done so since a moment."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What became of one attempt.

    Attributes:
        subscriber: whose feed it was; empty where the bus itself could not be asked.
        manifest: that was published; None where there was nothing to sign.
        error: why nothing was signed; None: nothing went wrong.

    """

    subscriber: str
    manifest: Manifest | None
    error: UserError | None = None

    @property
    def soon_again(self) -> bool:
        """Whether it may succeed within a minute, without anybody's help."""
        return isinstance(self.error, UnavailableError)


def sign_feeds(
    connection: Connection,
    subscribers: Sequence[str],
    key: SigningKey,
    *,
    clock: Callable[[], float],
    since_ms: int = 0,
    watermarks: Mapping[str, int] | None = None,
    publish: Publish = publish_manifest,
) -> Iterator[Signing]:
    """Sign one feed after the other; one that is not whole, or cannot be read, does not keep the others from it.

    Args:
        connection: the bus.
        subscribers: whose feeds.
        key: that signs.
        clock: the present moment, in seconds since 1970 UTC.
        since_ms: a feed with a manifest of this moment or later, in milliseconds since 1970 UTC, is left alone.
        watermarks: of departments, found before this.
        publish: signs one.

    """
    for one in subscribers:
        try:
            made = publish(connection, one, key, since_ms=since_ms, watermarks=watermarks, clock=clock)
        except UserError as error:
            yield Signing(one, None, error)
        else:
            yield Signing(one, made)


def signing_rounds(
    bus: Callable[[], tuple[Connection, Sequence[str]]],
    key: SigningKey,
    interval_seconds: float,
    *,
    clock: Callable[[], float],
    wait: Callable[[float], bool],
    watermarks: Callable[[Connection], Mapping[str, int]],
    publish: Publish = publish_manifest,
) -> Iterator[Signing]:
    """Sign all feeds in each interval, until `wait` says that it is enough.

    What tells whether a feed has its manifest of this interval is the manifest itself, so that a restart makes none
    twice, and a second process none that the first has made. After a server did not answer the next round comes within
    a minute.

    Args:
        bus: returns where the bus is now, and whose feeds it has; asked in each round.
        key: that signs.
        interval_seconds: length of an interval.
        clock: as of `intervals`.
        wait: as of `intervals`.
        watermarks: finds those of departments, once in each round and before any feed is looked at; raises as
            `present_watermarks`.
        publish: signs one feed.

    """
    for interval in intervals(interval_seconds, clock=clock, wait=wait):
        try:
            connection, subscribers = bus()
            found = watermarks(connection)
        except UserError as error:
            yield Signing("", None, error)
            interval.soon_again = True
        else:
            since_ms = int(interval.begins * 1000)
            signings = sign_feeds(
                connection, subscribers, key, clock=clock, since_ms=since_ms, watermarks=found, publish=publish
            )
            for one in signings:
                yield one
                interval.soon_again = interval.soon_again or one.soon_again
