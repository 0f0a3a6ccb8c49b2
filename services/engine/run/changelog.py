"""Reads the tail of a changelog partition to bring a store up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.topic_reader import FROM_START, log_bounds, read_partitions
from creditbus.services.engine.errors import CheckpointError
from creditbus.services.engine.settings import EngineSettings

__all__ = ["Tail", "read_tail"]

#: Keys with their last values (None: deleted), and the position after them.
Tail = tuple[dict[bytes, bytes | None], int]


async def read_tail(settings: EngineSettings, changelog: Partition, start: int | None) -> AsyncIterator[Tail]:
    """Yield what the changelog holds from `start` (None: its beginning) to its end, in chunks.

    The end is final when the lane is fenced: nobody else can write. A `start` beyond the end of the log means that the
    log has lost its end; then everything is read, and the positions begin again below `start`.

    Raises:
        CheckpointError: `start` lies in the log, but beyond what is committed: its transaction is decided and not
            marked yet. Who fenced the lane has waited for that, so another owner has fenced this one since. To read
            everything would set back the store that the other writes.

    """
    starts = {changelog: FROM_START if start is None else start}
    servers = settings.bootstrap_servers
    async for chunk in read_partitions(servers, starts):
        if start is not None and chunk.positions[changelog] < start:
            _, end = (await log_bounds(servers, [changelog], committed=False))[changelog]
            if start <= end:
                raise CheckpointError(f"{changelog.topic}/{changelog.partition}: at {start}, which is not marked yet")
        entries = {record.key: record.value for record in chunk.records if record.key is not None}
        yield entries, chunk.positions[changelog]
