"""What a pipeline keeps of one lane: the records that wait, and the state with what is not in the store yet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.run.changelog import read_tail
from creditbus.services.engine.run.inbox import Inbox
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.store import Store
from creditbus.services.engine.store.stored_offsets import (
    StoredOffset,
    stored_offset_entries,
    stored_offset_key,
    stored_offset_of,
)

__all__ = ["Entries", "Lane"]

logger = logging.getLogger(__name__)

Entries = Mapping[bytes, bytes | None]


class Lane:
    """One partition number of all topics that a stage reads, as long as a worker holds it.

    Args:
        number: the partition number.
        store: the state; None: the stage has none.
        changelog: the topic of its truth; empty: the state is not this stage's own.
        ids: of the topics that it reads.
        piece_key: as of `Stage`.

    Attributes:
        activity: counts the chunks of state that were restored; what takes long and goes on is not standing still.

    """

    def __init__(
        self, number: int, store: Store | None, changelog: str, ids: TopicIds, piece_key: bytes | None = None
    ) -> None:
        self.number = number
        self.inbox = Inbox(piece_key)
        self.changelog = Partition(changelog, number)
        self.activity = 0
        self._store = store
        self._owns = bool(changelog)
        self._ids = ids
        self._written_to: int | None = None
        self._writing_to: int | None = None
        self._pending: list[Entries] = []

    async def restore(self, settings: EngineSettings) -> int:
        """Bring the store up to the end of the changelog; return how many records that took."""
        self._pending.clear()
        self._written_to = self._writing_to = None
        store, count = self._store, 0
        if store is None or not self._owns:
            return count
        checkpoint = await store.checkpoint(self.number)
        async for entries, position in read_tail(settings, self.changelog, checkpoint):
            if checkpoint is not None and position < checkpoint:
                logger.error("%s/%d: its log ends before %d, rebuild the state", *self.changelog, checkpoint)
                await store.forget(self.number, checkpoint)
                checkpoint = None
            await store.write(self.number, entries, checkpoint, position)
            checkpoint = position
            count += len(entries)
            self.activity += 1
        if checkpoint is None:
            await store.write(self.number, {}, None, 0)
            checkpoint = 0
        self._written_to = self._writing_to = checkpoint
        return count

    async def progress(self, partitions: Iterable[Partition]) -> dict[Partition, StoredOffset]:
        """Return how far the lane's own state says that its partitions were read; call it when restored."""
        if not self._owns:
            return {}
        own = [partition for partition in partitions if partition.partition == self.number]
        entries = await self.read(stored_offset_key(partition.topic) for partition in own)
        read = {partition: stored_offset_of(partition, entries) for partition in own}
        return {partition: progress for partition, progress in read.items() if progress is not None}

    async def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        """Return the values of keys as the batches before this one leave them, written or not.

        Raises:
            CheckpointError: the store is not where this owner's writes left it.

        """
        if self._store is None:
            return {}
        found: dict[bytes, bytes | None] = {}
        wanted = set(keys)
        for entries in reversed(self._pending):
            known = entries.keys() & wanted
            found |= {key: entries[key] for key in known}
            wanted -= known
        if not wanted:
            return found
        stored = await self._read_stored(self._store, wanted)
        stored.update(found)
        return stored

    async def watch_checkpoint(self, every_seconds: float) -> None:
        """Look again and again whether the store is where it was left; only while the lane is restored.

        Nothing else would see an emptied store before the next record, and who asks the store must not wait for that.

        Raises:
            CheckpointError: it is not.

        """
        while self._store is not None and self._owns:
            await asyncio.sleep(every_seconds)
            await self._read_stored(self._store, ())

    async def _read_stored(self, store: Store, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        # Between the last write that was done and the last one that was begun there is this owner's own work alone, and
        # what it wrote covers the difference. Anything else is another owner, or an emptied store (docs/adr/0012).
        low = self._written_to
        at, values = await store.read(self.number, keys)
        if low is not None and (at is None or not low <= at <= (self._writing_to or low)):
            raise CheckpointError(f"lane {self.number}: at {at}, not {low} to {self._writing_to}")
        return values

    def computed(self, written: Entries, batches: Iterable[Batch]) -> Entries:
        """Take what a batch wrote: the next one reads it, though it is not in the store yet.

        Returns:
            What is to be written: that, and how far the lane has read; nothing where the state is not its own.

        """
        entries = {**written, **stored_offset_entries(batches, self._ids)} if self._owns else written
        if entries:
            self._pending.append(entries)
        return entries

    async def write(self, entries: Entries, after: int) -> None:
        """Write what the oldest computed batch wrote; it is committed, up to `after` in the changelog."""
        if self._store is None:
            return
        # known before it can be seen: a read of the next batch may meet either position
        self._writing_to = after
        await self._store.write(self.number, entries, self._written_to, after)
        self._written_to = after
        self._pending.pop(0)
