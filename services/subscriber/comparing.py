"""Whether a copy holds what the feed says: for each key the newest record, up to where the copy stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import REPLACEMENT, Change
from creditbus.services.subscriber.copy import View
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.planning import Key, key_of, takes_away
from creditbus.services.subscriber.position import AT_BEGINNING, Position
from creditbus.services.subscriber.reading import FeedReader
from creditbus.topics.errors import ConfigurationError

__all__ = ["Comparison", "Difference", "HeldRow", "Unlike", "compare"]

_DIGEST_BYTES: Final = 16


class Unlike(StrEnum):
    """How a row differs from what the feed says."""

    MISSING = "missing"
    """The feed shows the record, and the copy has no row."""
    DIFFERENT = "different"
    EXTRA = "extra"
    """The copy has a row of a record that was retracted, or that the feed never had."""


class HeldRow(NamedTuple):
    """A row of a copy: its table, its key, and the values of the columns that are of the feed, by name."""

    table: str
    key: Key
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A row that is not as the feed says."""

    table: str
    key: Key
    how: Unlike


@dataclass(slots=True)
class Comparison:
    """What was found.

    Attributes:
        equal: rows that are as the feed says.
        unproved: rows of which the feed says nothing any more, because its beginning has expired.
        differences: all others, in order.

    """

    equal: int = 0
    unproved: int = 0
    differences: list[Difference] = field(default_factory=list)


async def compare(
    feed: FeedReader, positions: Mapping[int, Position], rows: Iterable[HeldRow], view: View | None = None
) -> Comparison:
    """Read a feed from its first record that is left, or from where a view ends, and hold a copy's rows against it.

    Args:
        feed: of the copy.
        positions: where the copy stands, by partition. What the feed got later does not count.
        rows: of the copy as it was at these positions.
        view: a snapshot, in place of the records up to where it ends.

    Raises:
        BrokenFeedError: the feed is not whole, or ends before the copy.
        ConfigurationError: the copy has read nothing of a feed that holds something; the view is later than the copy,
            or not as it was when it was checked.
        UserError: a server is away, or a record cannot be decoded.

    """
    begun = {} if view is None else view.positions()
    for partition, place in sorted(begun.items()):
        stands = positions.get(partition, AT_BEGINNING).feed_seq
        if stands < place.feed_seq:
            problem = messages.COPY_BEFORE(partition=partition, copy=stands, snapshot=place.feed_seq)
            raise ConfigurationError("--from", problem, messages.EARLIER_SNAPSHOT())
    said: dict[tuple[str, Key], bytes | None] = {}
    for chunk in () if view is None else view.chunks():
        said |= map(_said, chunk)
    last = {partition: place.feed_seq for partition, place in begun.items()}
    async with aclosing(feed.batches(begun, follow=False, cut=view is None)) as batches:
        async for batch in batches:
            if batch.changes and not positions:
                # nothing held against nothing would come out equal
                raise ConfigurationError("--to", messages.NO_COPY(), messages.SYNC_FIRST())
            for change in batch.changes:
                last[change.partition] = change.fields["feed"]["feed_seq"]
                if last[change.partition] <= positions.get(change.partition, AT_BEGINNING).feed_seq:
                    said |= (_said(change),)
    for partition, position in positions.items():
        read = last.get(partition, 0)
        if read < position.feed_seq and (read or partition not in feed.cut):
            raise BrokenFeedError(Break(partition, BreakKind.MISSING, read + 1, position.feed_seq))
    return _held_against(said, rows, whole=view is not None or not feed.cut)


def _said(change: Change) -> tuple[tuple[str, Key], bytes | None]:
    """Return which row a record is about, and what stands there afterwards."""
    model, _, _, fields = change
    row = None if takes_away(fields) else _digest(zip(model.names(), model.row(fields), strict=True))
    return (model.name, _stored(key_of(fields))), row


def _held_against(said: dict[tuple[str, Key], bytes | None], rows: Iterable[HeldRow], *, whole: bool) -> Comparison:
    found = Comparison()
    for table, key, values in rows:
        known = (table, _stored(key)) in said
        wanted = said.pop((table, _stored(key)), None)
        if not known and not whole:
            found.unproved += 1
        elif wanted is None:
            found.differences.append(Difference(table, key, Unlike.EXTRA))
        elif wanted != _digest(values.items()):
            found.differences.append(Difference(table, key, Unlike.DIFFERENT))
        else:
            found.equal += 1
    missing = (place for place, wanted in said.items() if wanted is not None)
    found.differences += [Difference(table, key, Unlike.MISSING) for table, key in missing]
    found.differences.sort()
    return found


def _stored(key: Key) -> Key:
    subject, authority, document = map(_plain, key)
    return subject, authority, document


def _digest(values: Iterable[tuple[str, Any]]) -> bytes:
    """Return what two rows have in common that hold the same, whatever types a database has for it."""
    plain = sorted((name, _plain(value)) for name, value in values if value is not None)
    return blake2b(repr(plain).encode(), digest_size=_DIGEST_BYTES).digest()


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return int(value)
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            return round(moment.timestamp() * 1000)
        case str():
            return value.replace("\0", REPLACEMENT)
    return value
