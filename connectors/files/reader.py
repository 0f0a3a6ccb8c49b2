"""What reads one file of one format; connectors.files.source makes a source of the contract out of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from creditbus.connectors.contract import Defect, Row, Table
from creditbus.connectors.files import messages
from creditbus.topics.text import Text

__all__ = ["FileReader", "PassedOver", "Selecting", "Skipping"]

_MOST_NAMED = 5


@dataclass(slots=True)
class PassedOver:
    """Rows that a reading neither gave nor refused, so that every row is accounted for."""

    blank: int = 0
    notes: int = 0
    first_notes: tuple[int, ...] = ()
    """Numbers of the first few notes."""

    def add(self, row: int, *, is_note: bool) -> None:
        """Count one row."""
        if not is_note:
            self.blank += 1
            return
        self.notes += 1
        if self.notes <= _MOST_NAMED:
            self.first_notes = (*self.first_notes, row)

    def remark(self, place: str = "") -> Text:
        """Say it in one line; empty: nothing was passed over.

        Args:
            place: Names the file, where there are several.
        """
        more = ", …" if self.notes > len(self.first_notes) else ""
        rows = ", ".join(map(str, self.first_notes)) + more
        if self.blank and self.notes:
            said = messages.BLANK_AND_NOTES(blank=self.blank, notes=self.notes, rows=rows)
        elif self.notes:
            said = messages.NOTES(notes=self.notes, rows=rows)
        elif self.blank:
            said = messages.BLANK(blank=self.blank)
        else:
            return Text("")
        return messages.MEMBER(member=place, found=said) if place else said


@runtime_checkable
class Skipping(Protocol):
    """A reader that passes over notes and blank rows, and reports it."""

    @property
    def passed_over(self) -> PassedOver:
        """What its latest reading passed over so far."""


@runtime_checkable
class Selecting(Protocol):
    """A reader of some of a file's tables."""

    def left_out(self) -> Sequence[str]:
        """Name the tables that hold rows and are not read.

        Raises:
            SourceError: the file cannot be read.
        """

    def hidden(self) -> Sequence[str]:
        """Name the tables that are read though they are hidden and nobody named them; errors as :meth:`left_out`."""


class FileReader(Protocol):
    """One file of one format. Positions of its rows are numbers that rise; with one table, their own."""

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
        """Give the rows after position ``done``.

        Raises:
            SourceError: the file cannot be read, or not any further.
        """
