"""The contract of a copy: where it stands, and one step further, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from creditbus.services.subscriber.batch import Batch, Taken
from creditbus.services.subscriber.position import Position

__all__ = ["Copy"]


class Copy(Protocol):
    """A copy of one feed. All calls block; they come one after the other, from any thread.

    All raise `UserError`: the place of the copy cannot be reached, is not ours, or refuses.
    """

    @property
    def place(self) -> str:
        """Where it is, as a person may see it: without a password."""

    def __enter__(self) -> Self:
        """Open it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it. What `take` has returned from stays."""

    def positions(self) -> Mapping[int, Position]:
        """Return where it stands in each partition that it has read of."""

    def take(self, batch: Batch) -> Taken:
        """Write what a batch changes and the positions after it, both or neither.

        Raises:
            ConfigurationError: the copy does not stand where the batch begins, because somebody else moved it. Nothing
                was written.

        """
