"""Where a lane keeps its state: the contract, and who keeps it.

`redis_store` for state that others read or that is large, `resident` for the little that only its
lane needs. Both pass tests/contracts/stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

__all__ = ["Reading", "Store"]


class Reading(NamedTuple):
    """What a read saw.

    Attributes:
        at: the checkpoint, None as in `Store.checkpoint`.
        values: by key; None for a key that is not there.

    """

    at: int | None
    values: dict[bytes, bytes | None]


class Store(Protocol):
    """The state of one stage, by lane; its truth is the changelog in Kafka.

    Call order for a lane, always by its one owner: `checkpoint`, then `write` with what the
    changelog's tail holds, then `read` and `write`. A `read` may overlap a `write`; writes follow
    each other. A store may be lost or be behind at any time; it must never be ahead of the
    changelog, and never mix two positions.
    """

    async def checkpoint(self, lane: int) -> int | None:
        """Return the changelog position that the lane's state reflects.

        None: there is none, or it belongs to another cluster, topic or application. Then the lane's
        keys are removed first, so that what follows is a full rebuild.
        """

    async def forget(self, lane: int, before: int) -> None:
        """Remove the lane's keys and its checkpoint, so that what follows is a full rebuild.

        Raises:
            CheckpointError: the checkpoint is not `before`; nothing was changed.

        """

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        """Return the values of keys and the checkpoint that they are of, as they stand at one moment.

        What is not there must be known to be not there: a store that was emptied a moment ago would
        else give each subject a new life, and the batch would be committed before `write` refuses.
        """

    async def write(self, lane: int, entries: Mapping[bytes, bytes | None], before: int | None, after: int) -> None:
        """Set entries (None deletes) and move the checkpoint from `before` to `after`, atomically.

        Raises:
            CheckpointError: the checkpoint is not `before`: the store was emptied, restored, or
                another owner wrote. Nothing was changed.

        """

    async def close(self) -> None:
        """Release connections."""
