"""Where a lane goes on reading a partition, and what it can never read: cut by retention, or gone with its topic."""

from __future__ import annotations

from typing import NamedTuple

from creditbus.services.engine.store.stored_offsets import StoredOffset

__all__ = ["StartOffset", "start_offset_of"]


class StartOffset(NamedTuple):
    """Where to go on.

    Attributes:
        offset: of the first record to be read.
        expired: offsets before it that were never read and are no more; there were at most this many records, because
            marks of transactions and aborted records take offsets too.
        recreated: the topic was created again; how much of the one before was never read nobody can tell.
        forgotten: the group has lost how far the partition was read; the lane's own word counts.

    """

    offset: int
    expired: int = 0
    recreated: bool = False
    forgotten: bool = False


def start_offset_of(
    committed: int | None, progress: StoredOffset | None, topic_id: str, first: int, end: int
) -> StartOffset:
    """Decide for one partition.

    Args:
        committed: the group's position; None: it has none.
        progress: how far the lane itself says that it has read; asked where it is more than the group says.
        topic_id: of the topic that there is now.
        first: offset of its oldest record.
        end: offset after its newest.

    """
    # The id keeps what was noted of a deleted topic from the one that was created again: by offsets alone, one that has
    # grown longer would lose its first records (docs/adr/0024).
    ahead = progress is not None and progress.position > (committed or 0)
    same = progress is not None and progress.topic_id == topic_id and progress.position <= end
    recreated = ahead and not same
    forgotten = ahead and same
    position = progress.position if forgotten and progress is not None else committed
    if position is not None and position > end:
        position, recreated = None, True
    unread = max(first - (position or 0), 0)
    return StartOffset(max(position or 0, first), unread, recreated, forgotten)
