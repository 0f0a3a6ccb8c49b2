"""The contract of a form of files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Protocol

from creditbus.services.subscriber.files.description import FileColumn
from creditbus.services.subscriber.planning import Key

__all__ = ["TableForm", "TableWriter", "Values"]

#: Of one row, by the names of the columns; a column that is not named is empty.
Values = Mapping[str, Any]


class TableWriter(Protocol):
    """Writes one file."""

    @property
    def rows(self) -> int:
        """Rows written so far."""

    def keep(self, old: BinaryIO, gone: Collection[Key]) -> None:
        """Write the rows of the file before, which has a part of the columns, but those of some keys.

        Raises:
            ValueError: it is not what was written.

        """

    def add(self, rows: Iterable[Values]) -> None:
        """Write rows."""

    def close(self) -> None:
        """Write what is left; the file itself stays open. A second time it does nothing."""


class TableForm(Protocol):
    """Writes and reads files of one form."""

    @property
    def name(self) -> str:
        """What stands before the colon in `--to`, and at the end of the files' names."""

    def writer(self, new: BinaryIO, columns: Sequence[FileColumn]) -> TableWriter:
        """Begin a file with these columns, those of the key first."""

    def rows(self, file: BinaryIO, columns: Sequence[FileColumn]) -> Iterator[Values]:
        """Yield the rows of a file.

        Raises:
            ValueError: it is not what was written.

        """
