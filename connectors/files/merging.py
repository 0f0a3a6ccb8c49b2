"""What becomes of cells under a merged one: a spreadsheet keeps the value in the first of them and shows it in all."""

from collections.abc import Sequence
from typing import Literal

from openpyxl.utils.cell import get_column_letter

from creditbus.connectors.contract import Cell
from creditbus.connectors.files.sheet_cells import FaultyCell
from creditbus.connectors.files.sheet_row import Merge
from creditbus.services.domain import normalise
from creditbus.services.domain.reasons import Reason

__all__ = ["MergedCells", "Merging"]

MergedCells = Literal["refuse", "fill", "empty"]


class Merging:
    """Applies the merged ranges of one sheet to its rows, which come in their order.

    Args:
        merges: The ranges; those that begin in the header are titles.
        header: Last row of the header.
        width: Columns of the header; what stands after them is not part of the table.
        setting: refuse: a covered cell is a fault; fill: it has the value; empty: it has none.
    """

    def __init__(self, merges: Sequence[Merge], header: int, width: int, setting: MergedCells) -> None:
        data = [merge for merge in merges if merge.first_row > header] if setting != "empty" else []
        self._coming = sorted(data, reverse=True)
        self._open: list[tuple[Merge, Cell]] = []
        self._width = width
        self._fills = setting == "fill"

    def apply(self, number: int, cells: list[Cell]) -> None:
        """Fill or mark the covered cells of a row."""
        coming = self._coming
        while coming and coming[-1].first_row <= number:
            merge = coming.pop()
            value = (
                cells[merge.first_column - 1]
                if merge.first_row == number and merge.first_column <= len(cells)
                else None
            )
            if not _is_blank(value):  # else nothing is shown in it
                self._open.append((merge, value))
        if not self._open:
            return
        self._open = [one for one in self._open if one[0].last_row >= number]
        for merge, value in self._open:
            first = merge.first_column + (number == merge.first_row)
            for place in range(first - 1, min(merge.last_column, self._width)):
                cells += [None] * (place + 1 - len(cells))
                if _is_blank(cells[place]):
                    cells[place] = value if self._fills else FaultyCell(_name(merge), Reason.CELL_MERGED)


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not normalise.trim(cell))


def _name(merge: Merge) -> str:
    first, last = get_column_letter(merge.first_column), get_column_letter(merge.last_column)
    return f"{first}{merge.first_row}:{last}{merge.last_row}"
