"""The contract of a copy: where it stands, and one step further, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from creditbus.services.subscriber.planning import Plan
from creditbus.services.subscriber.position import Move, Position
from creditbus.services.subscriber.table_model import TableModel

__all__ = ["Copy"]


class Copy(Protocol):
    """A copy of one feed. All calls block; they come one after the other, from any thread.

    All raise `UserError`: the place of the copy cannot be reached, is not ours, or refuses.
    """

    def __enter__(self) -> Self:
        """Open it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it. What `apply` has returned from stays."""

    def positions(self) -> Mapping[int, Position]:
        """Return where it stands in each partition that it has read of."""

    def prepare(self, models: Sequence[TableModel]) -> None:
        """Make room for these tables and their columns. Repeating it changes nothing."""

    def apply(self, plan: Plan, moves: Mapping[int, Move]) -> None:
        """Write a plan and the positions after it in one transaction, for models that were prepared.

        Raises:
            ConfigurationError: the copy does not stand where `moves` says, because somebody else moved it. Nothing was
                written.

        """
