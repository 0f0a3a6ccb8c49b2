"""What a sheet of any workbook format gives: rows, and which of its cells are merged."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from creditbus.connectors.contract import Cell

__all__ = ["MOST_MERGES", "Merge", "SheetRow", "Sheets"]

MOST_MERGES = 200_000
"""Merged ranges of a sheet; a sheet with more was made to fill memory."""


class SheetRow(NamedTuple):
    """One row that has cells."""

    number: int
    cells: list[Cell]
    """Up to the last one given."""
    fault: str
    """What keeps it from being read, for people; empty: nothing."""


class Merge(NamedTuple):
    """A merged range; rows and columns count from 1, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class Sheets(Protocol):
    """An opened workbook of any format."""

    @property
    def names(self) -> Sequence[str]:
        """Names of its sheets, in its order."""

    @property
    def from_1904(self) -> bool:
        """Say whether its days are counted from 1904."""

    def is_visible(self, name: str) -> bool:
        """Say whether people see a sheet."""

    def merges(self, name: str) -> Sequence[Merge]:
        """Give the merged ranges of a sheet.

        Raises:
            SourceError: it cannot be read.
        """

    def rows(self, name: str) -> Iterator[SheetRow]:
        """Give the rows of a sheet; errors as :meth:`merges`."""
