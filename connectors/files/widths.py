"""Records of delimited text against the width of their header.

Programs leave out blank cells at the end of a row, or write one more: neither is a fault. But a line end inside a cell
without quotation marks gives two short rows, too, and a stray pair of marks makes one cell of several. What may be one
of these is refused, with its lines; a short row is believed only where it can be nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from creditbus.connectors.contract import DefectReason
from creditbus.connectors.files import header, messages
from creditbus.connectors.files.quoting import Record

__all__ = ["Judged", "RecordKind", "judged"]

_MOST_HELD = 16
"""Short rows looked at together: a cell of more lines than that is found by its single ones."""


class RecordKind(Enum):
    """What a record is."""

    ROW = auto()
    NOTE = auto()
    BLANK = auto()


class Judged(NamedTuple):
    """One record and what becomes of it. ``repr`` shows its lines alone."""

    record: Record
    kind: RecordKind | DefectReason
    detail: str = ""
    """Why it is refused."""

    def __repr__(self) -> str:
        return f"Judged({self.record!r}, {self.kind})"


def judged(records: Iterable[Record], delimiter: str, width: int, is_note: Callable[[str], bool]) -> Iterator[Judged]:
    """Judge records, in their order; a row's cells are brought to the header's width.

    Args:
        records: As they were read.
        delimiter: One character.
        width: Number of cells of the header.
        is_note: Says whether a row is a note by its first cell.
    """
    judge = _Judge(delimiter, width)
    row = RecordKind.ROW
    for record in records:
        cells = record.cells
        if len(cells) == width and cells[0] and not judge.held and not is_note(cells[0]) and not cells[0].isspace():
            judge.in_shadow = False
            yield Judged(record, row)
        else:
            yield from judge.judge(record, is_note)
    yield from judge.released()


class _Judge:
    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter = delimiter
        self._width = width
        self._usual = {width}
        """Widths of rows that were believed: programs that leave out blank cells do so in many rows."""
        self.held: list[Judged] = []
        """Short rows one after the other, which may be pieces of one; blank ones among them."""
        self.in_shadow = False
        """Behind a line that was refused for its marks: pieces of its row may follow."""

    def judge(self, record: Record, is_note: Callable[[str], bool]) -> Iterator[Judged]:
        """Judge one record; gives those that were held, too, where it decides about them."""
        cells = record.cells
        if record.fault:
            yield from self.released()
            self.in_shadow = self.in_shadow or b'"' in record.raw
            yield Judged(record, DefectReason.UNPARSABLE, record.fault)
        elif header.is_blank(cells):
            blank = Judged(record, RecordKind.BLANK)
            if self.held:
                self.held.append(blank)
            else:
                yield blank
        elif is_note(cells[0]):
            yield from self.released()
            yield Judged(record, RecordKind.NOTE)
        elif len(cells) < self._width and len(cells) not in self._usual:
            yield from self._short(record)
        else:
            yield from self.released()
            yield self._wide(record) if len(cells) >= self._width else self._alone(self._single(record))

    def released(self) -> Iterator[Judged]:
        """Give what is held, each as it is alone."""
        while self.held:
            yield from self._let_go()

    def _let_go(self) -> Iterator[Judged]:
        """Give the first of what is held, for it is not a piece."""
        yield self._alone(self.held.pop(0))
        while self.held and self.held[0].kind is RecordKind.BLANK:
            yield self.held.pop(0)

    def _alone(self, one: Judged) -> Judged:
        if one.kind is not RecordKind.ROW:
            return one
        size = len(one.record.cells)
        self._usual.add(size)
        self.in_shadow = False
        return Judged(one.record._replace(cells=one.record.cells + [""] * (self._width - size)), RecordKind.ROW)

    def _wide(self, record: Record) -> Judged:
        if not header.is_blank(record.cells[self._width :]):
            return self._refused(record)
        self.in_shadow = False
        return Judged(record._replace(cells=record.cells[: self._width]), RecordKind.ROW)

    def _short(self, record: Record) -> Iterator[Judged]:
        if len(self.held) >= _MOST_HELD:
            yield from self.released()
        self.held.append(self._single(record))
        while self._joined() > self._width:
            yield from self._let_go()
        if self.held and self.held[0].kind is RecordKind.ROW and len(self.held[0].record.cells) in self._usual:
            yield from self._let_go()
        pieces = [one.record for one in self.held if one.kind is not RecordKind.BLANK]
        # two rows of a table of three columns that lack the last cell are two rows
        habit = all(len(piece.cells) == self._width - 1 for piece in pieces)
        if len(pieces) > 1 and not habit and self._joined() in self._usual:
            yield from self._pieces(pieces)

    def _pieces(self, pieces: Sequence[Record]) -> Iterator[Judged]:
        first, last = pieces[0].first, pieces[-1].last
        detail = messages.PIECES(first=first, last=last)
        for one in self.held:
            yield one if one.kind is RecordKind.BLANK else Judged(one.record, DefectReason.COLUMN_COUNT, detail)
        self.held = []

    def _joined(self) -> int:
        """Count the cells of what is held, were it one row."""
        sizes = [len(one.record.cells) for one in self.held if one.kind is not RecordKind.BLANK]
        return sum(sizes) - len(sizes) + 1

    def _single(self, record: Record) -> Judged:
        """Judge a short row for itself."""
        cells, size = record.cells, len(record.cells)
        if size * 2 <= self._width or (self.in_shadow and size not in self._usual):
            return self._refused(record)
        # a cell that holds delimiters may be several that a stray pair of marks made one
        swallowed = sum(cell.count(self._delimiter) for cell in cells)
        if swallowed >= self._width - size or any(cell.count('"') % 2 for cell in cells):
            return self._refused(record)
        return Judged(record, RecordKind.ROW)

    def _refused(self, record: Record) -> Judged:
        first, last, size = record.first, record.last, len(record.cells)
        where = messages.LINE(line=first) if first == last else messages.LINES(first=first, last=last)
        if size == 1:
            detail = messages.ONE_CELL(where=where, width=self._width)
        else:
            detail = messages.CELLS(where=where, cells=size, width=self._width)
        return Judged(record, DefectReason.COLUMN_COUNT, detail)
