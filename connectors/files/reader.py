"""What reads one file of one format; connectors.files.source makes a source of the contract out of it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from creditbus.connectors.contract import Defect, Row, Table

__all__ = ["Reader"]


class Reader(Protocol):
    """One file of one format. Positions of its rows are their numbers."""

    def found(self) -> str:
        """Say in a few words what was found by looking.

        Raises:
            SourceError: what no row can be read without is not there.
        """

    def tables(self) -> Sequence[Table]:
        """Describe what there is to read; errors as :meth:`found`."""

    def size(self) -> int | None:
        """Return an upper bound of the number of rows; ``None`` where it would cost a reading."""

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """Give the rows behind number ``done``.

        Raises:
            SourceError: the file cannot be read, or not any further.
        """
