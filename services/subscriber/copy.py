"""The contract of a copy: where it stands, and one step further, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from creditbus.services.subscriber.batch import Batch, Change, Taken
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.table_model import TableModel

__all__ = ["Copy", "View"]


class View(Protocol):
    """All records that a subscriber may see at one moment. Each call begins again."""

    def positions(self) -> Mapping[int, Position]:
        """Return where the feed goes on after it."""

    def models(self) -> Iterable[TableModel]:
        """Return the tables that its records ask for, those of older schemas first."""

    def chunks(self) -> Iterable[Sequence[Change]]:
        """Yield the records, each key once."""


class Copy(Protocol):
    """A copy of one feed. All calls block; they come one after the other, from any thread.

    All raise `UserError`: the place of the copy cannot be reached, is not ours, or refuses.
    """

    @property
    def place(self) -> str:
        """Where it is, as a person may see it: without a password."""

    @property
    def pause_seconds(self) -> float:
        """For how long records should wait for more of them, because a step writes much however few there are."""

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

    def replace(self, before: Mapping[int, Position], view: View) -> Taken:
        """Make it hold the records of a view and no others, and stand where the view ends: all of it or nothing.

        Args:
            before: where it stands.
            view: what it is to hold.

        Raises:
            ConfigurationError: somebody else moved it, or it cannot take records away. Nothing was written.
            Exception: what the view raises. Nothing was written.

        """
