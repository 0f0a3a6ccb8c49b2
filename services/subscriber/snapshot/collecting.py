"""Reads a feed into the spill of a snapshot, from its first record or from where a snapshot before it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple, Protocol

from creditbus.services.domain.framed_avro import UndecodableError, parsed
from creditbus.services.domain.framing import frame
from creditbus.services.engine.batch import Record
from creditbus.services.subscriber.heads import HeadReader
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.snapshot.spill import Spill, SpilledRecord
from creditbus.services.subscriber.syncing import Progress

__all__ = ["Base", "Collecting", "Kind"]


class Kind(NamedTuple):
    """Records of one item and one version of its schema.

    Attributes:
        item: whose records they are.
        schema: parsed, as the feed has it.
        heads: reads their keys.

    """

    item: str
    schema: Any
    heads: HeadReader


class Base(Protocol):
    """A snapshot that another one goes on from."""

    def positions(self) -> Mapping[int, Position]:
        """Return where the feed goes on after it."""

    def values(self) -> Iterable[tuple[int, str, Any, int, int, bytes]]:
        """Yield its records: id of the schema, item, schema, partition, offset, and the bytes without a frame."""


class Collecting:
    """Takes the records of a feed.

    Args:
        feed: is read.
        spill: takes the newest of each key.

    Attributes:
        kinds: of the records that were seen, by the id of their schema.
        spill: as given.

    """

    def __init__(self, feed: FeedReader, spill: Spill) -> None:
        self._feed = feed
        self.spill = spill
        self.kinds: dict[int, Kind] = {}

    def begin(self, base: Base) -> None:
        """Take all records of a snapshot before."""
        for number, item, schema, partition, offset, encoded in base.values():
            kind = self.kinds.get(number)
            if kind is None:
                whole = parsed(schema)
                kind = self.kinds[number] = Kind(item, whole, HeadReader(whole))
            value = frame(number) + encoded
            self.spill.put(kind.heads.read(value).key, SpilledRecord(partition, offset, value))

    async def read(
        self, stored: Mapping[int, Position], progress: Progress, *, cut: bool, report: Callable[[Progress], None]
    ) -> None:
        """Take what the feed holds after these positions, to its present end.

        Raises:
            BrokenFeedError: it does not go on there; without `cut` also where its first records have expired.
            UserError: a server is away, or a record cannot be decoded.

        """
        async with aclosing(self._feed.values(stored, follow=False, cut=cut)) as chunks:
            async for chunk in chunks:
                for record in chunk.records:
                    self._take(record)
                progress.records += len(chunk.records)
                progress.remaining = self._feed.remaining()
                report(progress)

    def _take(self, record: Record) -> None:
        value = record.value or b""
        number = int.from_bytes(value[1:5], "big")
        kind = self.kinds.get(number)
        if kind is None:
            kind = self.kinds[number] = self._kind(record)
        try:
            key, taken_away = kind.heads.read(value)
        except UndecodableError:
            self._feed.decode(record)  # says so, and where
            raise
        if taken_away:
            self.spill.remove(key)
        else:
            self.spill.put(key, SpilledRecord(record.partition, record.offset, value))

    def _kind(self, record: Record) -> Kind:
        shape = self._feed.shape(record)
        return Kind(self._feed.decode(record)["record"]["item"], shape.writer, HeadReader(shape.writer))
