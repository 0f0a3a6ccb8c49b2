"""Retractions of a feed, and which of them nobody has confirmed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.feed.keys import feed_key
from creditbus.services.domain.feed.withholding import WITHHELD

__all__ = ["RETRACTING", "OpenRetractions", "Retraction", "retraction_of"]

#: A record of a feed in one of these states says that the record of its key is to be shown no more.
RETRACTING: Final = frozenset({*RETRACTED, WITHHELD})


class Retraction(NamedTuple):
    """A record of a feed that says that another one is to be shown no more.

    Attributes:
        partition: of the feed.
        feed_seq: its number there.
        offset: its place there.
        record_key: its key: subject, item, authority and document number.
        event_id: of the event that retracted the record.
        state: of the record, or `WITHHELD`.
        written_ms: when it was written to the feed, in milliseconds since 1970 UTC; 0 where nobody asks.

    """

    partition: int
    feed_seq: int
    offset: int
    record_key: str
    event_id: str
    state: str
    written_ms: int

    def __repr__(self) -> str:
        """Say where it stands: its key names a subject."""
        return f"<Retraction {self.partition}/{self.feed_seq}>"


def retraction_of(fields: Mapping[str, Any], partition: int, offset: int, written_ms: int = 0) -> Retraction | None:
    """Return what a feed's record retracts; None where it shows its record.

    Args:
        fields: the parts `feed`, `subject` and `record`, decoded.
        partition: in which it stands.
        offset: where it stands there.
        written_ms: when it was written.

    """
    of = fields["record"]
    if of["state"] not in RETRACTING:
        return None
    parts = (fields["subject"]["code"], of["item"], of["authority"], of["document_no"])
    subject, item, authority, document_no = (part.encode() for part in parts)
    key = feed_key(subject, item, authority, document_no).decode()
    return Retraction(partition, fields["feed"]["feed_seq"], offset, key, of["event_id"], of["state"], written_ms)


class OpenRetractions:
    """The retractions that a feed holds and that were not confirmed.

    A receipt counts for the retraction of the same place and the same event: where a feed was made again, its numbers
    come again for others.

    Attributes:
        seen: how many retractions it was given.

    """

    def __init__(self) -> None:
        self.seen = 0
        self._open: dict[tuple[int, int], Retraction] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._open)

    def add(self, found: Iterable[Retraction]) -> None:
        """Take what the feed holds further."""
        for one in found:
            self.seen += 1
            self._open[one.partition, one.feed_seq] = one

    def confirm(self, partition: int, feed_seq: int, event_id: str) -> None:
        """Take a receipt. One that comes again, or is for no retraction that is here, changes nothing."""
        known = self._open.get((partition, feed_seq))
        if known is not None and known.event_id == event_id:
            del self._open[partition, feed_seq]

    def expire(self, begins: Mapping[int, int]) -> None:
        """Leave out what the feed does not hold any more: of each partition, what lies before an offset."""
        gone = [place for place, one in self._open.items() if one.offset < begins.get(one.partition, 0)]
        for place in gone:
            del self._open[place]

    def oldest_first(self) -> list[Retraction]:
        """Return them, those that wait for the longest first."""
        return sorted(self._open.values(), key=lambda one: (one.written_ms, one.partition, one.feed_seq))
