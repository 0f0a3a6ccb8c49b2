"""Reads the tail of a changelog partition to bring a store up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.reading import FROM_START, read_partitions
from creditbus.services.engine.settings import EngineSettings

__all__ = ["Tail", "read_tail"]

#: Keys with their last values (None: deleted), and the position behind them.
Tail = tuple[dict[bytes, bytes | None], int]


async def read_tail(settings: EngineSettings, changelog: Partition, start: int | None) -> AsyncIterator[Tail]:
    """Yield what the changelog holds from `start` (None: its beginning) to its end, in chunks.

    The end is final when the lane is fenced: nobody else can write. A `start` beyond the end means
    another changelog than the one the checkpoint was made of; then everything is read.
    """
    starts = {changelog: FROM_START if start is None else start}
    async for chunk in read_partitions(settings.bootstrap_servers, starts):
        entries = {record.key: record.value for record in chunk.records if record.key is not None}
        yield entries, chunk.positions[changelog]
