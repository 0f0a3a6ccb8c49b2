"""Reads a feed into the spill of a snapshot, from its first record or from where a snapshot before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, Protocol

from creditbus.services.domain.framed_avro import UndecodableError, parsed
from creditbus.services.domain.framing import frame
from creditbus.services.engine.batch import Record
from creditbus.services.subscriber.heads import HeadReader
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.reading import Bounds, FeedReader
from creditbus.services.subscriber.snapshot.spill import Spill
from creditbus.services.subscriber.syncing import Progress

__all__ = ["Base", "Collecting", "Kind"]


class Kind(NamedTuple):
    """Records of one item and one version of its schema.

    Attributes:
        item: whose records they are.
        schema: parsed, as the feed has it.

    """

    item: str
    schema: Any


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
        self._heads: dict[bytes, HeadReader] = {}

    def begin(self, base: Base) -> None:
        """Take all records of a snapshot before."""
        for number, item, schema, partition, offset, encoded in base.values():
            if number not in self.kinds:
                self._know(number, Kind(item, parsed(schema)))
            begun = frame(number)
            value = begun + encoded
            key, _ = self._heads[begun].read(value)
            self.spill.put(key, partition, offset, value)

    async def read(
        self,
        stored: Mapping[int, Position],
        progress: Progress,
        *,
        cut: bool,
        report: Callable[[Progress], None],
        bounds: Bounds | None = None,
    ) -> None:
        """Take what the feed holds after these positions, to its present end.

        With `bounds` it takes the partitions that are in them (`FeedReader.values`).

        Raises:
            BrokenFeedError: it does not go on there; without `cut` also where its first records have expired.
            UserError: a server is away, or a record cannot be decoded.

        """
        taking: asyncio.Task[None] | None = None
        async with aclosing(self._feed.values(stored, follow=False, cut=cut, bounds=bounds)) as chunks:
            try:
                async for chunk in chunks:
                    if taking is not None:
                        # whoever cancels this takes the folder away next: not while the thread writes there
                        await asyncio.shield(taking)
                    # in a thread: meanwhile the broker is asked for what comes next, and answers
                    taking = asyncio.create_task(asyncio.to_thread(self._take, chunk.records))
                    progress.records += len(chunk.records)
                    progress.remaining = self._feed.remaining()
                    report(progress)
            finally:
                if taking is not None:
                    await taking

    def _take(self, records: Sequence[Record]) -> None:
        at = 0
        while (at := self.spill.take(records, at, self._heads)) < len(records):
            self._look_at(records[at])

    def _look_at(self, record: Record) -> None:
        """Get to know the schema of a record; one whose schema is known, and which cannot be read, is an error."""
        shape = self._feed.shape(record)
        item = self._feed.decode(record)["record"]["item"]
        if shape.schema_id in self.kinds:
            raise UndecodableError
        self._know(shape.schema_id, Kind(item, shape.writer))

    def _know(self, number: int, kind: Kind) -> None:
        self.kinds[number] = kind
        self._heads[frame(number)] = HeadReader(kind.schema)
